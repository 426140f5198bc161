/** A thread that owns a connection to the vault's file: one call at a time, answers in the order of the calls. */
import { parentPort, workerData } from 'node:worker_threads';
import { codeOf, type ErrorCode } from '@karez/model';
import { HistoryReader } from './history.ts';
import { Vault, type VaultOptions } from './vault.ts';

export interface VaultThreadData extends VaultOptions {
  role: 'vault' | 'history';
}

export interface VaultCall {
  id: number;
  method: string;
  args: unknown[];
}

export interface VaultAnswer {
  id: number;
  result?: unknown;
  error?: { message: string; code?: ErrorCode; where?: string };
}

const port = parentPort;
if (port === null) throw new Error('vault-thread.ts runs as a worker');
const { role, ...options } = workerData as VaultThreadData;
const owner = role === 'vault' ? new Vault(options) : new HistoryReader(options);

port.on('message', ({ id, method, args }: VaultCall) => {
  try {
    const run = owner[method as keyof typeof owner] as (...given: unknown[]) => unknown;
    port.postMessage({ id, result: run.apply(owner, args) } satisfies VaultAnswer);
  } catch (error) {
    const { message, where } = error as Error & { where?: string };
    const code = codeOf(error);
    port.postMessage({
      id,
      error: { message, ...(code && { code }), ...(where && { where }) },
    } satisfies VaultAnswer);
  }
  if (method === 'close') port.close();
});
port.postMessage({ id: 0 } satisfies VaultAnswer);

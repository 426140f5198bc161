/** The thread that owns the vault: one call at a time, answers in the order of the calls. */
import { parentPort, workerData } from 'node:worker_threads';
import { Vault, type VaultOptions } from './vault.ts';

export type VaultMethod = Exclude<keyof Vault, never>;

export interface VaultCall {
  id: number;
  method: VaultMethod;
  args: unknown[];
}

export interface VaultAnswer {
  id: number;
  result?: unknown;
  error?: string;
}

const port = parentPort;
if (port === null) throw new Error('vault-thread.ts runs as a worker');
const vault = new Vault(workerData as VaultOptions);

port.on('message', ({ id, method, args }: VaultCall) => {
  try {
    const run = vault[method] as (...given: unknown[]) => unknown;
    port.postMessage({ id, result: run.apply(vault, args) } satisfies VaultAnswer);
  } catch (error) {
    port.postMessage({ id, error: (error as Error).message } satisfies VaultAnswer);
  }
  if (method === 'close') port.close();
});
port.postMessage({ id: 0 } satisfies VaultAnswer);

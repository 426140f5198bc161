/**
 * The vault seen from the main thread: the same methods, each a promise, so that no commit ever delays a live event. One
 * thread writes; another, started when it is first needed, reads histories, so that no look back delays a commit.
 */
import { Worker } from 'node:worker_threads';
import { KarezError } from '@karez/model';
import type { HistoryReader } from './history.ts';
import type { Vault, VaultOptions } from './vault.ts';
import type { VaultAnswer, VaultThreadData } from './vault-thread.ts';

type Promised<T> = {
  [K in keyof T]: T[K] extends (...args: infer A) => infer R ? (...args: A) => Promise<R> : never;
};
type Call = (method: string, args: unknown[]) => Promise<unknown>;

const METHODS: (keyof Vault)[] = [
  ...(['commit', 'known', 'latest', 'ledger', 'setInventory', 'inventories', 'setWords', 'words'] as const),
  ...(['quarantine', 'quarantined', 'quarantinedOne', 'credential', 'setCredential', 'gateways'] as const),
];

export type OpenVault = Promised<Vault & Pick<HistoryReader, 'history'>>;

/**
 * Opens the vault in a thread of its own.
 * @throws KarezError STORE_UNAVAILABLE when the file cannot be opened; each call does when the disk refuses.
 */
export async function openVault(options: VaultOptions): Promise<OpenVault> {
  const writer = await startThread({ ...options, role: 'vault' });
  let reader: Promise<Call> | undefined;
  const history: Call = async (method, args) => {
    reader ??= startThread({ ...options, role: 'history' });
    reader.catch(() => {
      reader = undefined;
    });
    return (await reader)(method, args);
  };
  const vault = Object.fromEntries(METHODS.map((method) => [method, (...args: unknown[]) => writer(method, args)]));
  return {
    ...(vault as unknown as OpenVault),
    history: (...args) => history('history', args) as ReturnType<OpenVault['history']>,
    async close() {
      await reader?.then((call) => call('close', []));
      await writer('close', []);
    },
  };
}

async function startThread(data: VaultThreadData): Promise<Call> {
  const worker = new Worker(new URL('./vault-thread.ts', import.meta.url), { workerData: data });
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let nextId = 1;
  const unavailable = (cause: unknown, what: string) =>
    new KarezError('STORE_UNAVAILABLE', `${what}: ${(cause as Error).message ?? cause}`, { cause, where: data.path });

  await new Promise<void>((resolve, reject) => {
    const failed = (error: unknown) => reject(unavailable(error, `cannot open ${data.path}`));
    worker.once('error', failed);
    worker.once('message', () => {
      // An error that escapes the thread later is a broken invariant: without a listener it stops the process.
      worker.off('error', failed);
      resolve();
    });
  });
  worker.on('message', ({ id, result, error }: VaultAnswer) => {
    const call = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) call?.resolve(result);
    else if (error.code === undefined) call?.reject(unavailable(error, 'the store refused'));
    else
      call?.reject(new KarezError(error.code, error.message, error.where === undefined ? {} : { where: error.where }));
  });
  let gone = false;
  const ended = () => unavailable('its thread is gone', 'the store ended');
  worker.on('exit', () => {
    gone = true;
    for (const call of waiting.values()) call.reject(ended());
    waiting.clear();
  });

  return (method, args) =>
    new Promise<unknown>((resolve, reject) => {
      if (gone) return reject(ended());
      const id = nextId++;
      waiting.set(id, { resolve, reject });
      worker.postMessage({ id, method, args });
    });
}

/** The vault seen from the main thread: the same methods, each a promise, so that no commit ever delays a live event. */
import { Worker } from 'node:worker_threads';
import { KarezError } from '@karez/model';
import type { Vault, VaultOptions } from './vault.ts';
import type { VaultAnswer } from './vault-thread.ts';

type Methods = {
  [K in keyof Vault]: Vault[K] extends (...args: infer A) => infer R ? (...args: A) => Promise<R> : never;
};

const METHODS: (keyof Vault)[] = [
  'commit',
  'history',
  'latest',
  'ledger',
  'setInventory',
  'inventories',
  'quarantine',
  'quarantined',
  'credential',
  'setCredential',
  'gateways',
  'close',
];

export type OpenVault = Methods;

/**
 * Opens the vault in a thread of its own.
 * @throws KarezError STORE_UNAVAILABLE when the file cannot be opened; each call does when the disk refuses.
 */
export async function openVault(options: VaultOptions): Promise<OpenVault> {
  const worker = new Worker(new URL('./vault-thread.ts', import.meta.url), { workerData: options });
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let nextId = 1;
  const unavailable = (cause: unknown, what: string) =>
    new KarezError('STORE_UNAVAILABLE', `${what}: ${(cause as Error).message ?? cause}`, {
      cause,
      where: options.path,
    });

  await new Promise<void>((resolve, reject) => {
    worker.once('message', () => resolve());
    worker.once('error', (error) => reject(unavailable(error, `cannot open ${options.path}`)));
  });
  worker.on('message', ({ id, result, error }: VaultAnswer) => {
    const call = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) call?.resolve(result);
    else call?.reject(unavailable(error, 'the store refused'));
  });
  const fail = (cause: unknown) => {
    for (const call of waiting.values()) call.reject(unavailable(cause, 'the store ended'));
    waiting.clear();
  };
  worker.on('error', fail);
  worker.on('exit', () => fail('its thread is gone'));

  const call = (method: keyof Vault, args: unknown[]) =>
    new Promise<unknown>((resolve, reject) => {
      const id = nextId++;
      waiting.set(id, { resolve, reject });
      worker.postMessage({ id, method, args });
    });
  return Object.fromEntries(
    METHODS.map((method) => [method, (...args: unknown[]) => call(method, args)]),
  ) as unknown as OpenVault;
}

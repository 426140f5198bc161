/** The outer end of a thread that owns a database: its methods, each a promise. */
import { Worker } from 'node:worker_threads';
import { KarezError } from '@karez/model';
import type { ThreadAnswer } from './serve-calls.ts';

/** The methods of T as they look from another thread. */
export type Promised<T> = {
  [K in keyof T]: T[K] extends (...args: infer A) => infer R ? (...args: A) => Promise<R> : never;
};
export type Call = (method: string, args: unknown[]) => Promise<unknown>;

/**
 * Starts a thread that serves calls (serve-calls.ts).
 * @param data handed to it; `path` is the file that it owns.
 * @throws KarezError STORE_UNAVAILABLE when the file cannot be opened; each call does when the disk refuses.
 */
export async function startThread<D extends { path: string }>(script: URL, data: D): Promise<Call> {
  const worker = new Worker(script, { workerData: data });
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
  worker.on('message', ({ id, result, error }: ThreadAnswer) => {
    const call = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) call?.resolve(result);
    else if (error.code === undefined) call?.reject(unavailable(error, 'the store refused'));
    else {
      const { code, message, where, problem } = error;
      call?.reject(new KarezError(code, message, { ...(where === undefined ? {} : { where }), problem }));
    }
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

/** The methods of a thread that owns T, each by its name. */
export async function openThread<T>(script: URL, path: string): Promise<Promised<T>> {
  const call = await startThread(script, { path });
  return new Proxy({} as Promised<T>, {
    // Not a promise itself, though it is awaited.
    get: (_, method: string) => (method === 'then' ? undefined : (...args: unknown[]) => call(method, args)),
  });
}

/** How the gateway reaches the journal's work: in a thread of its own (or, in virtual time, in this one: journal-inline.ts). */
import { Worker } from 'node:worker_threads';
import type { JournalOptions } from './journal-db.ts';
import type { JournalMethod, OpenedJournal } from './journal-host.ts';
import type { JournalAnswer } from './journal-thread.ts';

export interface JournalCaller {
  call(method: JournalMethod, ...args: unknown[]): Promise<unknown>;
}

export type StartJournal = (
  options: JournalOptions,
  reopened: (opened: OpenedJournal) => void,
) => Promise<JournalCaller>;

/** Works in a thread. Rejects when the file cannot be opened. */
export const inThread: StartJournal = async (options, reopened) => {
  const worker = new Worker(new URL('./journal-thread.ts', import.meta.url), {
    workerData: options,
    resourceLimits: { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 1 },
  });
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let nextId = 1;
  await new Promise<void>((resolve, reject) => {
    worker.once('message', () => resolve());
    worker.once('error', reject);
  });
  worker.on('message', ({ id, result, error, reopened: opened }: JournalAnswer) => {
    if (opened !== undefined) {
      reopened(opened);
      return;
    }
    const call = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) call?.resolve(result);
    else call?.reject(new Error(error));
  });
  let isClosing = false;
  let isEnded = false;
  const failAll = (error: Error) => {
    for (const call of waiting.values()) call.reject(error);
    waiting.clear();
    // Without its journal a gateway is none: it ends, and whoever supervises it starts it again.
    if (!isClosing) throw error;
  };
  worker.removeAllListeners('error');
  worker.on('error', failAll);
  worker.on('exit', () => {
    isEnded = true;
    failAll(new Error('the journal’s thread ended'));
  });
  return {
    call(method, ...args) {
      if (isEnded) return method === 'close' ? Promise.resolve() : Promise.reject(new Error('the journal is closed'));
      isClosing ||= method === 'close';
      const id = nextId++;
      const answer = Promise.withResolvers<unknown>();
      waiting.set(id, answer);
      worker.postMessage({ id, method, args });
      return answer.promise;
    },
  };
};

/** The thread that owns the journal's file. An fsync that takes its time holds up this thread and nothing else. */
import { parentPort, workerData } from 'node:worker_threads';
import { JournalDb, type JournalOptions } from './journal-db.ts';

export interface JournalCall {
  id: number;
  method: keyof JournalDb;
  args: unknown[];
}

export interface JournalAnswer {
  id: number;
  result?: unknown;
  error?: string;
}

const port = parentPort;
if (port === null) throw new Error('journal-thread.ts runs as a worker');
const { stallMs, ...options } = workerData as JournalOptions & { stallMs?: number };
const journal = new JournalDb(options);
const stall = new Int32Array(new SharedArrayBuffer(4));

port.on('message', ({ id, method, args }: JournalCall) => {
  // For tests: a disk whose fsync takes so long.
  if (stallMs !== undefined && method === 'commit') Atomics.wait(stall, 0, 0, stallMs);
  try {
    const run = journal[method] as (...given: unknown[]) => unknown;
    port.postMessage({ id, result: run.apply(journal, args) } satisfies JournalAnswer);
  } catch (error) {
    port.postMessage({ id, error: (error as Error).message } satisfies JournalAnswer);
  }
  if (method === 'close') port.close();
});
port.postMessage({ id: 0 } satisfies JournalAnswer);

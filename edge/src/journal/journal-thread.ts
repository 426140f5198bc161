/**
 * The thread that owns the journal’s file. An fsync that takes its time holds up this thread and nothing else. What it imports of
 * the model comes by subpath, so that schemas and their compiler are not loaded a second time: memory is scarce on a small board.
 */
import { parentPort, workerData } from 'node:worker_threads';
import type { JournalOptions } from './journal-db.ts';
import { JournalHost, type JournalMethod, type OpenedJournal } from './journal-host.ts';

export interface JournalCall {
  id: number;
  method: JournalMethod;
  args: unknown[];
}

export interface JournalAnswer {
  id: number;
  result?: unknown;
  error?: string;
  /** The file was found damaged and made anew; comes without a call. */
  reopened?: OpenedJournal;
}

const port = parentPort;
if (port === null) throw new Error('journal-thread.ts runs as a worker');
const { stallMs, ...options } = workerData as JournalOptions & { stallMs?: number };
const say = (answer: JournalAnswer) => port.postMessage(answer);
const host = new JournalHost(options, (reopened) => say({ id: 0, reopened }));
const stall = new Int32Array(new SharedArrayBuffer(4));

port.on('message', ({ id, method, args }: JournalCall) => {
  // For tests: a disk whose fsync takes so long.
  if (stallMs !== undefined && method === 'commit') Atomics.wait(stall, 0, 0, stallMs);
  try {
    say({ id, result: host.call(method, args) });
  } catch (error) {
    say({ id, error: (error as Error).message });
  }
  if (method === 'close') port.close();
});
say({ id: 0 });

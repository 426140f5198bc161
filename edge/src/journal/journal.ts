/**
 * The journal as the gateway sees it: `append` gathers readings and resolves once they are on disk. Readings that come
 * within a moment share one commit; while one commit is under way the next group gathers, so a slow disk makes groups
 * larger, never the loop slower. Beyond a bound nothing is taken, and the caller is told.
 */
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { type Cancel, type Clock, KarezError, LIMITS, type Logger, newReadings, type Readings } from '@karez/model';
import type {
  CommitResult,
  EncodedBatch,
  Group,
  JournalDb,
  JournalOptions,
  Mark,
  OpenedJournal,
} from './journal-db.ts';
import type { JournalAnswer } from './journal-thread.ts';
import type { Range } from './range-set.ts';

export interface Journal {
  readonly opened: OpenedJournal;
  /** What the file holds and whether it can be written, as far as known. */
  readonly state: {
    bytes: number;
    limitBytes: number;
    writable: boolean;
    full: boolean;
    queued: number;
    commits: number;
    slowestCommitMs: number;
  };
  /**
   * Takes one sample: equal times, one row for each channel. Resolves once it is on disk.
   * @throws KarezError JOURNAL_FULL, JOURNAL_UNWRITABLE, BUSY.
   */
  append(
    timeMs: number,
    channels: readonly number[],
    values: readonly number[],
    qualities: readonly number[],
    mark?: Mark,
  ): Promise<void>;
  /** Called after each commit with its sequence numbers. */
  onCommit: (first: number, last: number) => void;
  batch(from: number, to: number, most: number): Promise<EncodedBatch | undefined>;
  settle(
    stored: Range[],
    refused: { first: number; last: number; code: string; reason: string }[],
  ): Promise<{ stored: number; refused: number }>;
  number(names: string[]): Promise<number[]>;
  remember(key: string, value: string): Promise<string | null>;
  close(): Promise<void>;
}

interface Gathering {
  readings: Readings;
  marks: Mark[];
  done: PromiseWithResolvers<void>;
}

/** Readings that make a group commit at once. */
const GROUP = 8_192;
/** Wait for company: below the limit by what the commit itself may take. */
const GATHER_MS = LIMITS.commitEveryMs - 20;
const RETRY_MS = 1_000;

/**
 * Opens the journal at `options.path`. A file that cannot be read is set aside under another name, and a new journal
 * (a new epoch) begins; `setAside` then names it.
 */
export async function openJournal(
  options: JournalOptions & { stallMs?: number },
  { clock, logger }: { clock: Clock; logger: Logger },
): Promise<Journal & { setAside: string | undefined }> {
  mkdirSync(dirname(options.path), { recursive: true, mode: 0o700 });
  let setAside: string | undefined;
  let thread: Thread;
  try {
    thread = await startThread(options);
  } catch (error) {
    if (!/malformed|not a database|corrupt/i.test((error as Error).message)) {
      throw new KarezError(
        'JOURNAL_UNWRITABLE',
        `cannot open the journal ${options.path}: ${(error as Error).message}`,
        { cause: error },
      );
    }
    setAside = `${options.path}.damaged-${clock.wallMs()}`;
    for (const end of ['', '-wal', '-shm'])
      if (existsSync(options.path + end)) renameSync(options.path + end, setAside + end);
    logger.log('error', 'the journal could not be read and was set aside; a new one begins', {
      code: 'JOURNAL_CORRUPT',
      setAside,
      cause: error,
    });
    thread = await startThread(options);
  }
  const { call } = thread;
  const opened = (await call('open')) as OpenedJournal;
  const state = {
    bytes: opened.bytes,
    limitBytes: options.limitBytes,
    writable: true,
    full: false,
    queued: 0,
    commits: 0,
    slowestCommitMs: 0,
  };

  const gather = (): Gathering => ({ readings: newReadings(512), marks: [], done: Promise.withResolvers() });
  let gathering = gather();
  let timer: Cancel | undefined;
  let committing: Promise<void> | undefined;
  let refusedAtMs = Number.NEGATIVE_INFINITY;

  function commitSoon(): void {
    if (committing !== undefined) return;
    if (gathering.readings.count >= GROUP) commitNow();
    else timer ??= clock.after(GATHER_MS, commitNow);
  }

  function commitNow(): void {
    timer?.();
    timer = undefined;
    if (committing !== undefined || gathering.readings.count === 0) return;
    const group = gathering;
    gathering = gather();
    committing = commit(group).finally(() => {
      committing = undefined;
      if (gathering.readings.count > 0) commitSoon();
    });
  }

  async function commit({ readings, marks, done }: Gathering): Promise<void> {
    // Whoever appended hears of it through their own promise; nobody may be listening to this one.
    done.promise.catch(() => {});
    const began = clock.monoMs();
    const { count } = readings;
    try {
      const result = (await call('commit', { readings, marks, monoMs: began } satisfies Group)) as CommitResult;
      if (result === 'full') {
        state.full = true;
        refusedAtMs = began;
        done.reject(
          new KarezError(
            'JOURNAL_FULL',
            `the journal holds its ${Math.round(options.limitBytes / 1e6)} MB; nothing new is accepted until the cloud has some of it`,
          ),
        );
      } else {
        state.full = false;
        state.writable = true;
        state.bytes = result.bytes;
        state.commits++;
        state.slowestCommitMs = Math.max(state.slowestCommitMs, clock.monoMs() - began);
        done.resolve();
        journal.onCommit(result.first, result.last);
      }
    } catch (cause) {
      state.writable = false;
      refusedAtMs = began;
      logger.log('error', 'the journal could not be written', { code: 'JOURNAL_UNWRITABLE', cause });
      done.reject(
        new KarezError('JOURNAL_UNWRITABLE', `the disk refuses the journal: ${(cause as Error).message}`, { cause }),
      );
    } finally {
      state.queued -= count;
    }
  }

  const journal: Journal & { setAside: string | undefined } = {
    opened,
    state,
    setAside,
    onCommit: () => {},
    append(timeMs, channels, values, qualities, mark) {
      const n = channels.length;
      if ((state.full || !state.writable) && clock.monoMs() - refusedAtMs < RETRY_MS) {
        const code = state.full ? 'JOURNAL_FULL' : 'JOURNAL_UNWRITABLE';
        return Promise.reject(
          new KarezError(code, state.full ? 'the journal is full' : 'the disk refuses the journal'),
        );
      }
      if (state.queued + n > LIMITS.journalQueueReadings)
        return Promise.reject(new KarezError('BUSY', 'more readings wait for the disk than may'));
      if (gathering.readings.count + n > gathering.readings.seq.length)
        gathering.readings = larger(gathering.readings, n);
      const { readings, marks, done } = gathering;
      for (let i = 0; i < n; i++) {
        const at = readings.count++;
        readings.timeMs[at] = timeMs;
        readings.channel[at] = channels[i] as number;
        readings.value[at] = values[i] as number;
        readings.quality[at] = qualities[i] as number;
      }
      state.queued += n;
      if (mark !== undefined) marks.push(mark);
      commitSoon();
      return done.promise;
    },
    batch: (from, to, most) => call('batch', from, to, most) as Promise<EncodedBatch | undefined>,
    async settle(stored, refused) {
      const result = (await call('settle', stored, refused)) as ReturnType<JournalDb['settle']>;
      state.bytes = result.bytes;
      if (state.bytes < options.limitBytes) state.full = false;
      return result;
    },
    number: (names) => call('number', names) as Promise<number[]>,
    remember: (key, value) => call('remember', key, value) as Promise<string | null>,
    async close() {
      while (committing !== undefined || gathering.readings.count > 0) {
        commitNow();
        await committing;
      }
      await call('close');
    },
  };
  return journal;
}

/** The same rows in columns of twice the size, or more where `n` asks for it. */
function larger(readings: Readings, n: number): Readings {
  const grown = newReadings(Math.max(readings.seq.length * 2, readings.count + n));
  for (const column of ['timeMs', 'channel', 'value', 'quality'] as const) grown[column].set(readings[column]);
  grown.count = readings.count;
  return grown;
}

interface Thread {
  call(method: keyof JournalDb, ...args: unknown[]): Promise<unknown>;
}

async function startThread(options: object): Promise<Thread> {
  const worker = new Worker(new URL('./journal-thread.ts', import.meta.url), {
    workerData: options,
    resourceLimits: { maxOldGenerationSizeMb: 96, maxYoungGenerationSizeMb: 8 },
  });
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let nextId = 1;
  await new Promise<void>((resolve, reject) => {
    worker.once('message', () => resolve());
    worker.once('error', reject);
  });
  worker.on('message', ({ id, result, error }: JournalAnswer) => {
    const call = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) call?.resolve(result);
    else call?.reject(new Error(error));
  });
  const failAll = (error: Error) => {
    for (const call of waiting.values()) call.reject(error);
    waiting.clear();
  };
  worker.on('error', failAll);
  worker.on('exit', () => failAll(new Error('the journal’s thread ended')));
  return {
    call(method, ...args) {
      const id = nextId++;
      const answer = Promise.withResolvers<unknown>();
      waiting.set(id, answer);
      worker.postMessage({ id, method, args });
      return answer.promise;
    },
  };
}

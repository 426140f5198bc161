/**
 * The journal as the gateway sees it: `append` gathers readings and resolves once they are on disk. Readings that come
 * within a moment share one commit; while one commit is under way the next group gathers, so a slow disk makes groups
 * larger, never the loop slower. Beyond a bound nothing is taken, and the caller is told.
 */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import {
  type Cancel,
  type Clock,
  KarezError,
  LIMITS,
  type Logger,
  messageOf,
  newReadings,
  type Readings,
} from '@karez/model';
import { largerColumns } from './columns.ts';
import { CommitPace, WORTH_READINGS } from './commit-pace.ts';
import { inThread, type StartJournal } from './journal-call.ts';
import type { CommitResult, EncodedBatch, Group, JournalDb, JournalOptions } from './journal-db.ts';
import type { OpenedJournal } from './journal-host.ts';
import type { Mark } from './marks.ts';
import type { Range } from './range-set.ts';
import type { Refusal } from './settlement.ts';
import { isNewer } from './tables.ts';

export type { OpenedJournal } from './journal-host.ts';

/** What the file holds and whether it can be written, as far as known. */
export interface JournalState {
  bytes: number;
  limitBytes: number;
  writable: boolean;
  /** Why it takes nothing, in words; null where it does. */
  trouble: string | null;
  full: boolean;
  queued: number;
  commits: number;
  slowestCommitMs: number;
  /** Readings in this epoch, each in exactly one of these. */
  waiting: number;
  stored: number;
  refused: number;
  lost: Record<string, number>;
  /** First and last number given of each segment. */
  segments: Range[];
}

export interface Journal {
  readonly opened: OpenedJournal;
  readonly state: Readonly<JournalState>;
  /**
   * Takes one sample: equal times, one row for each channel. Resolves once it is on disk.
   * @param dated false where the time is to be shifted once the clock is known.
   * @throws KarezError JOURNAL_FULL, JOURNAL_UNWRITABLE, BUSY.
   */
  append(
    timeMs: number,
    channels: readonly number[],
    values: readonly number[],
    qualities: readonly number[],
    options?: { mark?: Mark; dated?: boolean },
  ): Promise<void>;
  /** Told of what becomes of readings; set by the uplink. */
  listener: JournalListener;
  batch(from: number, to: number, most: number): Promise<EncodedBatch | undefined>;
  settle(stored: Range[], refused: Refusal[], floorMs: number): Promise<void>;
  date(shifts: [boot: number, shiftMs: number][]): Promise<void>;
  number(names: string[]): Promise<number[]>;
  protect(channels: number[]): Promise<void>;
  remember(key: string, value: string): Promise<string | null>;
  /** What was remembered under a key; null where nothing was. */
  recall(key: string): Promise<string | null>;
  /** A device waits for each of many readings: for so long at least, commits come as often as they may. */
  hurry(forMs: number): void;
  /** Somebody looks at the values: for so long at least, they are not gathered for long. */
  watched(forMs: number): void;
  /** Sampling time of the oldest reading that waits, as far as known. */
  oldestMs(nowMs: number): number;
  close(): Promise<void>;
}

export interface JournalListener {
  /** After each commit, with its sequence numbers. */
  committed(first: number, last: number): void;
  /** What had to go to make room or because of its age. */
  dropped(ranges: Range[]): void;
  /** The file was damaged and made anew: these wait. */
  reopened(waiting: Range[]): void;
  /** Highest number that may be on its way to the cloud. */
  inFlightTo(): number;
}

const NOBODY: JournalListener = { committed() {}, dropped() {}, reopened() {}, inFlightTo: () => 0 };

interface Gathering {
  readings: Readings;
  undated: Readings;
  marks: Mark[];
  done: PromiseWithResolvers<void>;
}

/** Readings that make a group commit at once. */
const GROUP = 8_192;
const RETRY_MS = 1_000;
/** Commits after which small blocks that wait for the cloud are merged. */
export const MERGE_EVERY_COMMITS = 1_024;
/** How often ages are looked at. */
const AGE_EVERY_MS = 600_000;
const DAY_MS = 86_400_000;

export interface OpenJournalOptions extends JournalOptions {
  /** Readings older than this are dropped; undefined keeps them whatever their age. */
  maxAgeDays?: number;
  /** Longest time between commits where readings come densely and nobody looks, default LIMITS.commitEveryMs. */
  commitEveryMs?: number;
  /** For tests: a disk whose fsync takes so long. */
  stallMs?: number;
}

/** Opens the journal at `options.path`. Throws JOURNAL_UNWRITABLE, JOURNAL_NEWER. A damaged file heals itself and costs what it held. */
export async function openJournal(
  options: OpenJournalOptions,
  { clock, logger }: { clock: Clock; logger: Logger },
  start: StartJournal = inThread,
): Promise<Journal> {
  let listener = NOBODY;
  const reopened = (opened: OpenedJournal) => {
    tellDamage(opened, logger);
    take(opened);
    listener.reopened(opened.waiting);
  };
  let opened: OpenedJournal;
  let call: Awaited<ReturnType<StartJournal>>['call'];
  try {
    mkdirSync(dirname(options.path), { recursive: true, mode: 0o700 });
    ({ call } = await start(options, reopened));
    opened = (await call('open')) as OpenedJournal;
  } catch (cause) {
    if (isNewer(cause)) throw new KarezError('JOURNAL_NEWER', `${options.path}: ${messageOf(cause)}`, { cause });
    throw new KarezError('JOURNAL_UNWRITABLE', `cannot open the journal ${options.path}: ${messageOf(cause)}`, {
      cause,
    });
  }
  tellDamage(opened, logger);
  const state: JournalState = {
    ...{ bytes: opened.bytes, limitBytes: options.limitBytes, writable: opened.writable, trouble: opened.trouble },
    ...{ full: false, queued: 0, commits: 0, slowestCommitMs: 0 },
    ...{ waiting: 0, stored: 0, refused: 0, lost: {}, segments: [] },
  };
  take(opened);

  function take({ waitingReadings, stored, refused, lost, segments, bytes }: OpenedJournal): void {
    Object.assign(state, { waiting: waitingReadings, stored, refused, lost: { ...lost }, segments, bytes });
  }
  function lose(reason: string, readings: number, ranges: Range[]): void {
    state.lost[reason] = (state.lost[reason] ?? 0) + readings;
    state.waiting -= readings;
    if (ranges.length > 0) listener.dropped(ranges);
  }
  function give([first, last]: Range): void {
    const newest = state.segments.at(-1);
    if (newest !== undefined && newest[1] + 1 === first) newest[1] = last;
    else state.segments.push([first, last]);
    state.waiting += last - first + 1;
  }

  const gather = (): Gathering => ({
    ...{ readings: newReadings(512), undated: newReadings(0), marks: [], done: Promise.withResolvers() },
  });
  let gathering = gather();
  const gathered = () => gathering.readings.count + gathering.undated.count;
  let timer: Cancel | undefined;
  /** Whether the timer was set for a group that is worth a commit. */
  let isWorth = false;
  let committing: Promise<void> | undefined;
  const pace = new CommitPace(clock, options.commitEveryMs ?? LIMITS.commitEveryMs);
  let refusedAtMs = Number.NEGATIVE_INFINITY;
  let oldestMs = opened.oldestMs;
  let unmerged = opened.blocks;
  let merging = false;
  const ageTimer = clock.every(AGE_EVERY_MS, () => void dropOld());

  function commitSoon(): void {
    if (committing !== undefined) return;
    const count = gathered();
    if (count >= GROUP) commitNow();
    else if (timer === undefined || (count >= WORTH_READINGS && !isWorth)) setTimer(count);
  }

  function setTimer(count: number): void {
    timer?.();
    isWorth = count >= WORTH_READINGS;
    timer = clock.after(pace.waitMs(count), commitNow);
  }

  function commitNow(): void {
    timer?.();
    timer = undefined;
    if (committing !== undefined || gathered() === 0) return;
    const group = gathering;
    gathering = gather();
    pace.began(group.readings.count + group.undated.count);
    committing = commit(group).finally(() => {
      committing = undefined;
      if (gathered() > 0) commitSoon();
    });
  }

  async function commit({ readings, undated, marks, done }: Gathering): Promise<void> {
    // Whoever appended hears of it through their own promise; nobody may be listening to this one.
    done.promise.catch(() => {});
    const began = clock.monoMs();
    try {
      const inFlightTo = listener.inFlightTo();
      const result = (await call('commit', { readings, undated, marks, inFlightTo } satisfies Group)) as CommitResult;
      state.bytes = result.bytes;
      state.full = result.range === undefined;
      state.writable = true;
      state.trouble = state.full ? fullError(options).message : null;
      if (result.lost > 0)
        lose(
          options.policy === 'thin-history' && result.dropped.length === 0 ? 'thinned' : 'dropped-full',
          result.lost,
          result.dropped,
        );
      if (result.range === undefined) {
        refusedAtMs = began;
        done.reject(fullError(options));
        return;
      }
      give(result.range);
      state.commits++;
      state.slowestCommitMs = Math.max(state.slowestCommitMs, clock.monoMs() - began);
      done.resolve();
      listener.committed(...result.range);
      if (++unmerged >= MERGE_EVERY_COMMITS) void merge();
    } catch (cause) {
      state.writable = false;
      state.trouble = `the disk refuses the journal: ${messageOf(cause)}`;
      refusedAtMs = began;
      logger.log('error', 'the journal could not be written', { code: 'JOURNAL_UNWRITABLE', cause });
      done.reject(new KarezError('JOURNAL_UNWRITABLE', state.trouble, { cause }));
    } finally {
      state.queued -= readings.count + undated.count;
    }
  }

  async function merge(): Promise<void> {
    unmerged = 0;
    if (merging || state.waiting < MERGE_EVERY_COMMITS) return;
    merging = true;
    try {
      while ((await call('merge')) as boolean) {}
    } catch (cause) {
      logger.log('info', 'small blocks could not be merged', { cause });
    }
    merging = false;
  }

  async function dropOld(): Promise<void> {
    if (options.maxAgeDays === undefined) return;
    try {
      const result = await call('dropOlder', clock.wallMs() - options.maxAgeDays * DAY_MS);
      const { dropped, lost, bytes } = result as ReturnType<JournalDb['dropOlder']>;
      state.bytes = bytes;
      if (lost > 0) lose('too-old', lost, dropped);
    } catch (cause) {
      logger.log('warn', 'old readings could not be dropped', { cause });
    }
  }

  return {
    opened,
    state,
    get listener() {
      return listener;
    },
    set listener(next: JournalListener) {
      listener = next;
    },
    append(timeMs, channels, values, qualities, { mark, dated = true } = {}) {
      const n = channels.length;
      if ((state.full || !state.writable) && clock.monoMs() - refusedAtMs < RETRY_MS) {
        return Promise.reject(
          state.full
            ? fullError(options)
            : new KarezError('JOURNAL_UNWRITABLE', state.trouble ?? 'the disk refuses the journal'),
        );
      }
      if (state.queued + n > LIMITS.journalQueueReadings)
        return Promise.reject(new KarezError('BUSY', 'more readings wait for the disk than may'));
      const column = dated ? 'readings' : 'undated';
      if (gathering[column].count + n > gathering[column].seq.length)
        gathering[column] = largerColumns(gathering[column], n);
      const { marks, done } = gathering;
      const readings = gathering[column];
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
    async batch(from, to, most) {
      const batch = (await call('batch', from, to, most)) as EncodedBatch | undefined;
      if (batch === undefined) return undefined;
      if ((batch.unread ?? 0) > 0) lose('damaged', batch.unread as number, []);
      return batch.ranges.length === 0 ? undefined : batch;
    },
    async settle(stored, refused, floorMs) {
      const result = (await call('settle', stored, refused, floorMs)) as ReturnType<JournalDb['settle']>;
      const { settled, unread, settledTo: _, oldestMs: __, lost, ...totals } = result;
      oldestMs = result.oldestMs;
      Object.assign(state, totals, { lost: { ...lost }, waiting: state.waiting - settled - unread });
      if (state.full && state.bytes < options.limitBytes) {
        state.full = false;
        state.trouble = null;
      }
    },
    date: (shifts) => call('date', shifts) as Promise<void>,
    number: (names) => call('number', names) as Promise<number[]>,
    protect: (channels) => call('protect', channels) as Promise<void>,
    remember: (key, value) => call('remember', key, value) as Promise<string | null>,
    recall: (key) => call('recall', key) as Promise<string | null>,
    hurry(forMs) {
      pace.hurry(forMs);
      if (timer !== undefined) setTimer(gathered());
    },
    watched(forMs) {
      pace.watched(forMs);
      if (timer !== undefined) setTimer(gathered());
    },
    oldestMs: (nowMs) => Math.min(nowMs, oldestMs ?? nowMs),
    async close() {
      ageTimer();
      while (committing !== undefined || gathered() > 0) {
        commitNow();
        await committing;
      }
      await call('close');
    },
  };
}

function fullError({ limitBytes }: JournalOptions): KarezError {
  return new KarezError(
    'JOURNAL_FULL',
    `the journal holds its ${Math.round(limitBytes / 1e6)} MB; nothing new is accepted until the cloud has some of it`,
  );
}

function tellDamage({ rebuilt, torn }: OpenedJournal, logger: Logger): void {
  if (rebuilt !== undefined)
    logger.log('error', 'the journal was damaged and made anew from what could be read', {
      ...{ code: 'JOURNAL_CORRUPT', saved: rebuilt.saved, lost: rebuilt.lost },
      ...{ setAside: rebuilt.setAside, cause: rebuilt.why },
    });
  if (torn > 0) logger.log('error', 'the end of the journal was gone', { code: 'JOURNAL_CORRUPT', lost: torn });
}

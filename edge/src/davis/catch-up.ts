/**
 * Fills the gaps in what a console has said from its own archive memory: while the line or the gateway was away, or the console
 * silent, it went on writing a record every few minutes. Slices of the download alternate with live packets. Begins once the gateway
 * knows the time.
 */
import { type DavisProfile, KarezError, messageOf } from '@karez/model';
import type { EdgeDeps, Intake, Rejection, Sample } from '../ports.ts';
import { type ArchiveBooks, recallBooks, rememberBooks } from './archive-books.ts';
import { type Fate, GapReader, stampBefore, unambiguous, withGap } from './archive-gap.ts';
import { dayChannels, recordValues } from './archive-record.ts';
import {
  answered,
  type ClockSettings,
  type ConsoleClock,
  driftMs,
  localOf,
  measured,
  readSettings,
  readTime,
  shiftAt,
} from './console-clock.ts';
import type { Dialogue } from './dialogue.ts';
import { downloadSlice } from './download.ts';
import { readField } from './packet.ts';

const ANSWER_MS = 2_000;
const DAY_MS = 86_400_000;
/** A clock that is further off is told. */
const WRONG_MS = 60_000;
/** A packet of a new day comes within this after midnight by the console's clock, which is measured to a second. */
const MIDNIGHT_MS = 5_000;
/** LOOP: location in the archive where the next record will be written, bytes 5 and 6. */
const NEXT_RECORD_AT = 5;

export interface CatchUpParts {
  device: string;
  profile: DavisProfile;
  /** Longest time between two live readings that is none without them. */
  intervalMs: number;
  /** Whether what the console held before it was first read is wanted too. */
  everything: boolean;
  dialogue: Dialogue;
  intake: Intake;
  deps: EdgeDeps & Required<Pick<EdgeDeps, 'time' | 'memory'>>;
  /** What one tip of the rain collector holds. */
  clickMm(): number;
  refuse(rejection: Omit<Rejection, 'device' | 'source'>): void;
}

export class CatchUp {
  readonly #parts: CatchUpParts;
  #books: ArchiveBooks | null | undefined;
  /** Read anew for each connection. */
  #settings: ClockSettings | undefined;
  #periodMs = 0;
  #measuredMs = Number.NEGATIVE_INFINITY;
  /** The newest live packet of this process, by the monotonic clock. */
  #liveMono: number | undefined;
  /** A stretch without live packets that has not been looked at yet, because the time is not known: from there, or from what was written down. */
  #away: { fromMono: number | undefined; toMono: number } | undefined;
  #nextRecord: number | undefined;
  #lastStamp: number | undefined;
  #failures = 0;
  #saving: Promise<void> = Promise.resolve();
  #running: Promise<boolean> | undefined;

  constructor(parts: CatchUpParts) {
    this.#parts = parts;
  }

  /** How many live packets are to be asked for before the console is asked for its memory again; the usual number where nothing is missing. */
  packetsUntilNext(usual: number): number {
    const isWaiting = this.#books === undefined || this.#away !== undefined || this.#books?.gap != null;
    return isWaiting ? Math.min(usual, 10 * 2 ** this.#failures) : usual;
  }

  /** A new connection: it may be another console, or one with other settings. */
  connected(): void {
    this.#settings = undefined;
    this.#nextRecord = undefined;
  }

  /** A live reading is on disk. */
  stored(): void {
    this.#liveMono = this.#parts.deps.clock.monoMs();
  }

  /** A LOOP packet came: it has the totals of the day and the place of the next record. */
  live(packet: Uint8Array): void {
    const { deps, profile } = this.#parts;
    const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength);
    const nextRecord = view.getUint16(NEXT_RECORD_AT, true);
    const isNew = this.#nextRecord !== undefined && nextRecord !== this.#nextRecord;
    this.#nextRecord = nextRecord;
    const books = this.#books;
    const now = deps.time.now();
    const mono = this.#liveMono;
    if (books == null || books.gap !== null || this.#away !== undefined || !now.dated || mono === undefined) return;
    const heldMs = Math.max(books.heldMs, now.timeMs - (deps.clock.monoMs() - mono));
    if (!isNew && heldMs - books.heldMs < 2 * this.#periodMs) return;
    const day = Math.floor((now.timeMs + shiftAt(books.clock, now.timeMs) + MIDNIGHT_MS) / DAY_MS);
    const counts = Object.fromEntries(
      dayChannels(profile, this.#periodMs).flatMap((position) => {
        const channel = profile.channels[position] as DavisProfile['channels'][number];
        const raw = readField(view, channel);
        return channel.absent?.includes(raw) ? [] : [[position, raw]];
      }),
    );
    const totals = isNew ? { atMs: now.timeMs, day, counts } : books.day;
    this.#save({ ...books, heldMs, day: totals }).catch(() => {});
  }

  /**
   * The console is awake and sends nothing by itself: looks whether something is missing, and takes a slice of it.
   * @returns whether it was asked for its memory.
   */
  run(): Promise<boolean> {
    if (this.#running !== undefined) return Promise.resolve(false);
    this.#running = this.#tried().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #tried(): Promise<boolean> {
    try {
      const hasRead = await this.#run();
      this.#failures = 0;
      return hasRead;
    } catch (error) {
      this.#failures = Math.min(5, this.#failures + 1);
      this.#parts.deps.logger.log('info', 'the console’s archive could not be read', {
        ...{ device: this.#parts.device, cause: error },
      });
      return true;
    }
  }

  /** Writes down up to where nothing is missing. */
  async stop(): Promise<void> {
    const { time, clock } = this.#parts.deps;
    const now = time.now();
    const books = this.#books;
    if (books != null && books.gap === null && this.#away === undefined && this.#liveMono !== undefined && now.dated)
      this.#save({ ...books, heldMs: now.timeMs - (clock.monoMs() - this.#liveMono) }).catch(() => {});
    await this.#running;
    await this.#saving;
  }

  async #run(): Promise<boolean> {
    const { deps, device, everything } = this.#parts;
    const mono = deps.clock.monoMs();
    if (this.#books === undefined) {
      this.#away = { fromMono: undefined, toMono: mono };
      this.#books = await recallBooks(deps.memory, device);
    }
    const settings = await this.#ask();
    const isAway = this.#liveMono !== undefined && mono - this.#liveMono > this.#missingMs();
    if (isAway)
      this.#away = { fromMono: this.#away === undefined ? this.#liveMono : this.#away.fromMono, toMono: mono };
    const now = deps.time.now();
    if (!now.dated) return false;
    const clock = await this.#clock(settings);
    if (this.#away !== undefined) {
      const utc = (at: number) => now.timeMs - (mono - at);
      const { fromMono, toMono } = this.#away;
      const first = everything ? 0 : utc(toMono);
      let books = this.#books ?? { heldMs: first, clock, day: null, gap: null };
      if (fromMono !== undefined && books.gap === null)
        books = { ...books, heldMs: Math.max(books.heldMs, utc(fromMono)) };
      const isMissing = books.gap !== null || utc(toMono) - books.heldMs > this.#missingMs();
      await this.#save(isMissing ? withGap(books, utc(toMono), clock) : { ...books, clock });
      this.#away = undefined;
      this.#lastStamp = undefined;
    }
    if (this.#books?.gap == null) return false;
    await this.#fill(this.#books);
    return true;
  }

  /** So long without a reading is worth a look into the memory. */
  #missingMs(): number {
    return Math.max(this.#periodMs, 2 * this.#parts.intervalMs);
  }

  /** Zone and archive period, once a connection. Throws KarezError DEVICE_TIMEOUT. */
  async #ask(): Promise<ClockSettings> {
    if (this.#settings !== undefined) return this.#settings;
    const { dialogue } = this.#parts;
    const zone = await dialogue.ask('EEBRD 11 06\n', (answer) => answered(answer, 6), ANSWER_MS);
    const period = await dialogue.ask('EEBRD 2D 01\n', (answer) => answered(answer, 1), ANSWER_MS);
    this.#periodMs = Math.max(1, period[0] as number) * 60_000;
    this.#measuredMs = Number.NEGATIVE_INFINITY;
    this.#settings = readSettings(zone);
    return this.#settings;
  }

  /** How the console's clock stands, asked once a connection and once a day. */
  async #clock(settings: ClockSettings): Promise<ConsoleClock> {
    const { deps, dialogue, device } = this.#parts;
    const books = this.#books;
    if (books != null && deps.clock.monoMs() - this.#measuredMs < DAY_MS) return books.gap?.clocks[0] ?? books.clock;
    const local = await dialogue.ask('GETTIME\n', (answer) => answered(answer, 6), ANSWER_MS);
    const localMs = readTime(local);
    if (localMs === undefined) throw new KarezError('FRAME_MALFORMED', 'the console’s clock shows no time');
    const clock = measured(settings, localMs, deps.time.now().timeMs);
    this.#measuredMs = deps.clock.monoMs();
    if (Math.abs(driftMs(clock)) >= WRONG_MS)
      deps.logger.log('warn', 'the console’s clock is off; its records are dated by what it is off', {
        ...{ device, offS: Math.round(driftMs(clock) / 1_000) },
      });
    if (books != null && books.gap === null && this.#away === undefined) await this.#save({ ...books, clock });
    return clock;
  }

  async #fill(books: ArchiveBooks): Promise<void> {
    const { deps, dialogue, device, refuse } = this.#parts;
    const reader = new GapReader(this.#parts.profile, books, deps.time.now().timeMs, this.#periodMs);
    const last = this.#lastStamp;
    const written = books.gap?.clocks.at(-1) as ConsoleClock;
    const stamp =
      last === undefined ? stampBefore(books, this.#periodMs) : unambiguous(written, localOf(last), this.#periodMs);
    const end = await downloadSlice(
      dialogue,
      deps.clock,
      stamp,
      (records) => this.#take(reader, records),
      ({ code, message }, page) => refuse({ code, reason: message, bytes: page }),
    );
    if (end === 'more') return;
    reader.filled();
    await this.#save(reader.books);
    deps.logger.log('info', 'a gap was filled from the console’s memory', { device, toMs: books.gap?.toMs });
  }

  /** Stores what is wanted of a page. Resolves once it is on disk and written down. */
  async #take(reader: GapReader, records: Uint8Array[]): Promise<boolean> {
    const samples: Sample[] = [];
    let goOn = true;
    for (const record of records) {
      const fate = this.#fateOf(reader, record);
      if (fate?.kind === 'beyond') goOn = false;
      if (fate?.kind !== 'store') continue;
      const sample = this.#sampleOf(record, fate);
      if (sample !== undefined) samples.push(sample);
    }
    const done = await Promise.allSettled(samples.map((sample) => this.#parts.intake.accept(sample)));
    for (const [i, result] of done.entries()) {
      if (result.status === 'rejected') {
        const { reason } = result;
        if (!(reason instanceof KarezError) || reason.retry) throw reason;
        this.#parts.refuse({ code: reason.code, reason: reason.message });
      }
      reader.stored(samples[i]?.timeMs as number);
    }
    this.#lastStamp = reader.lastStamp ?? this.#lastStamp;
    if (samples.length > 0) await this.#save(reader.books);
    return goOn;
  }

  #fateOf(reader: GapReader, record: Uint8Array): Fate | undefined {
    try {
      const fate = reader.read(record);
      if (fate.kind === 'undated')
        this.#refuseRecord(
          record,
          'VALUE_INVALID',
          `an archive record of ${new Date(localOf(fate.stamp)).toISOString().slice(0, 16)}: the console’s clock was wrong`,
        );
      return fate;
    } catch (error) {
      if (!(error instanceof KarezError)) throw error;
      this.#refuseRecord(record, error.code, error.message);
      return undefined;
    }
  }

  #sampleOf(record: Uint8Array, fate: Extract<Fate, { kind: 'store' }>): Sample | undefined {
    const { device, profile, clickMm } = this.#parts;
    try {
      return {
        ...recordValues(profile, record, fate.day?.counts ?? {}, clickMm()),
        ...{ device, timeMs: fate.timeMs, counter: fate.stamp, historical: true, estimated: fate.isEstimated },
      };
    } catch (error) {
      if (!(error instanceof KarezError)) throw error;
      this.#refuseRecord(record, error.code, error.message);
      return undefined;
    }
  }

  #refuseRecord(bytes: Uint8Array, code: string, reason: string): void {
    this.#parts.refuse({ code, reason, bytes });
  }

  /** Keeps the books and writes them down. Throws where the disk does not take them. */
  async #save(books: ArchiveBooks): Promise<void> {
    this.#books = books;
    const { memory, logger } = this.#parts.deps;
    const { device } = this.#parts;
    const saved = this.#saving.then(() => rememberBooks(memory, device, books));
    this.#saving = saved.catch((cause) =>
      logger.log('info', 'where the console’s archive was read to could not be written down', {
        ...{ device, cause: messageOf(cause) },
      }),
    );
    await saved;
  }
}

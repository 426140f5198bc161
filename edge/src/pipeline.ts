/**
 * The way of a reading through the gateway, top to bottom:
 *
 *   sample ─ known device? repeat? ─→ check (range, rate, stuck) → stamp (time; the sequence comes with the commit)
 *      → journal (on disk) ── only now accepted: the caller's promise resolves, a PUBACK goes out, a poller moves on
 *      → values of the local page
 *      → uplink, which hears of the commit from the journal itself
 *
 * Values are marked, never dropped. What cannot be read is counted and kept for inspection.
 */
import { type Clock, type DeviceStatus, KarezError, LIMITS, QUALITY } from '@karez/model';
import type { Catalog, CatalogEntry } from './catalog.ts';
import type { Checker } from './check/check.ts';
import type { Journal } from './journal/journal.ts';
import type { Mark } from './journal/journal-db.ts';
import type { Intake, Rejection, Sample } from './ports.ts';

/** Newest value of a channel on the local page. */
export interface LocalValue {
  timeMs: number;
  value: number;
  quality: number;
}

export interface KeptRejection extends Rejection {
  timeMs: number;
}

interface DeviceCounts {
  accepted: number;
  rejected: number;
  lastMs: number | null;
}

/** Counters this far back are repeats; further back, the device has started to count anew. */
const REPEAT_WINDOW = 1_024;

export class Pipeline implements Intake {
  readonly #clock: Clock;
  readonly #catalog: Catalog;
  readonly #checker: Checker;
  readonly #journal: Journal;
  readonly #marks: Map<string, Mark>;
  readonly #devices = new Map<string, DeviceCounts>();
  /** By channel number. */
  readonly values = new Map<number, LocalValue>();
  /** Newest last, at most LIMITS.quarantineItems. */
  readonly rejections: KeptRejection[] = [];
  readonly counts = { accepted: 0, repeats: 0, refused: 0, rejected: new Map<string, number>() };

  constructor(clock: Clock, catalog: Catalog, checker: Checker, journal: Journal) {
    this.#clock = clock;
    this.#catalog = catalog;
    this.#checker = checker;
    this.#journal = journal;
    this.#marks = new Map(journal.opened.marks.map((mark) => [mark[0], mark]));
    for (const id of catalog.entries.keys()) this.#devices.set(id, { accepted: 0, rejected: 0, lastMs: null });
  }

  async accept(sample: Sample): Promise<void> {
    const entry = this.#entry(sample);
    if (this.#isRepeat(sample)) {
      this.counts.repeats++;
      return;
    }
    const timeMs = this.#timeOf(sample);
    const numbers: number[] = [];
    const qualities: number[] = [];
    for (const [i, position] of sample.channels.entries()) {
      const number = entry.numbers[position] as number;
      numbers.push(number);
      const marked = this.#checker.check(
        number,
        entry.quantities[position] as string,
        timeMs,
        sample.values[i] as number,
      );
      qualities.push(sample.historical ? marked | QUALITY.HISTORICAL : marked);
    }
    const mark: Mark | undefined =
      sample.counter === undefined ? undefined : [sample.device, sample.counter, sample.timeMs ?? null];
    try {
      await this.#journal.append(timeMs, numbers, sample.values, qualities, mark);
    } catch (error) {
      this.counts.refused += numbers.length;
      throw error;
    }
    if (mark !== undefined) this.#marks.set(sample.device, mark);
    this.#accepted(sample.device, timeMs, numbers, sample.values, qualities);
  }

  reject(rejection: Rejection): void {
    const counts = rejection.device === undefined ? undefined : this.#devices.get(rejection.device);
    if (counts !== undefined) counts.rejected++;
    this.counts.rejected.set(rejection.code, (this.counts.rejected.get(rejection.code) ?? 0) + 1);
    const kept = rejection.bytes === undefined ? {} : { bytes: rejection.bytes.slice(0, 256) };
    this.rejections.push({ ...rejection, ...kept, timeMs: this.#clock.wallMs() });
    if (this.rejections.length > LIMITS.quarantineItems) this.rejections.shift();
  }

  /** Adds what the pipeline knows to what a device's line says of it. */
  deviceStatus(line: DeviceStatus): DeviceStatus {
    const counts = this.#devices.get(line.id);
    return counts === undefined ? line : { ...line, ...counts };
  }

  #entry(sample: Sample): CatalogEntry {
    const entry = this.#catalog.entries.get(sample.device);
    if (entry === undefined)
      throw new KarezError('VALUE_INVALID', `no device "${sample.device}" is configured`, { where: sample.device });
    const { channels, values } = sample;
    if (channels.length === 0 || channels.length !== values.length)
      throw new KarezError('VALUE_INVALID', 'a sample needs as many values as channels', { where: sample.device });
    for (const [i, position] of channels.entries()) {
      if (entry.numbers[position] === undefined)
        throw new KarezError('VALUE_INVALID', `${sample.device} has no channel ${position}`, { where: sample.device });
      const value = values[i] as number;
      if (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY)
        throw new KarezError('VALUE_INVALID', `${sample.device}: an infinite value`, { where: sample.device });
    }
    return entry;
  }

  /** Whether the very message was accepted before: its PUBACK got lost, or the gateway fell between commit and PUBACK. */
  #isRepeat({ device, counter, timeMs }: Sample): boolean {
    const mark = counter === undefined ? undefined : this.#marks.get(device);
    if (mark === undefined || counter === undefined) return false;
    const [, newest, newestMs] = mark;
    if (timeMs === undefined || newestMs === null) return counter === newest;
    return counter <= newest && newest - counter < REPEAT_WINDOW && timeMs <= newestMs;
  }

  /** The device's own time where it can be true, else now. */
  #timeOf({ timeMs }: Sample): number {
    const now = Math.round(this.#clock.wallMs());
    if (timeMs === undefined || timeMs < LIMITS.earliestMs || timeMs > now + LIMITS.futureMs) return now;
    return Math.round(timeMs);
  }

  #accepted(device: string, timeMs: number, numbers: number[], values: readonly number[], qualities: number[]): void {
    this.counts.accepted += numbers.length;
    const counts = this.#devices.get(device) as DeviceCounts;
    counts.accepted += numbers.length;
    counts.lastMs = Math.max(counts.lastMs ?? 0, timeMs);
    for (const [i, number] of numbers.entries()) {
      const known = this.values.get(number);
      if (known === undefined || timeMs >= known.timeMs)
        this.values.set(number, { timeMs, value: values[i] as number, quality: qualities[i] as number });
    }
  }
}

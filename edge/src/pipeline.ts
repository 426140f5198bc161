/**
 * The way of a reading through the gateway, top to bottom:
 *
 *   sample ─ known device? repeat? ─→ calibrate → check (range, rate, stuck) → stamp (time; the sequence comes with the commit)
 *      → rules (alerts, also without a link), whose transitions go into the same commit
 *      → journal (on disk) ── only now accepted: the caller's promise resolves, a PUBACK goes out, a poller moves on
 *      → values of the local page
 *      → uplink, which hears of the commit from the journal itself
 *
 * Values are marked, never dropped. What cannot be read is counted and kept for inspection.
 */
import { type DeviceStatus, KarezError, LIMITS, QUALITY } from '@karez/model';
import { type CalibratedChannel, calibrateSample } from './calibrate/calibrate.ts';
import type { Catalog, CatalogEntry } from './catalog.ts';
import type { Checker } from './check/check.ts';
import type { Moment } from './clock/timekeeper.ts';
import type { Journal } from './journal/journal.ts';
import type { Mark } from './journal/marks.ts';
import type { Intake, Rejection, Sample } from './ports.ts';
import { Repeats } from './repeats.ts';
import { isAlertMark } from './rules/alert-journal.ts';
import type { SeenSample } from './rules/gateway-rules.ts';

/** Newest value of a channel on the local page. */
export interface LocalValue {
  timeMs: number;
  value: number;
  quality: number;
}

export interface KeptRejection extends Rejection {
  timeMs: number;
}

/** What the time is, and who else is to hear what devices say of it. */
export interface PipelineTime {
  now(): Moment;
  heard(device: string, timeMs: number): void;
  satellite(device: string, timeMs: number): void;
}

interface DeviceCounts {
  accepted: number;
  rejected: number;
  lastMs: number | null;
}

/** A sample that is older was kept by its device for a while. */
const KEPT_MS = 10_000;
/** How long commits come often after each part of what a device has kept. */
const CATCH_UP_MS = 2_000;

export class Pipeline implements Intake {
  readonly #time: PipelineTime;
  readonly #catalog: Catalog;
  readonly #checker: Checker;
  readonly #journal: Journal;
  readonly #repeats: Repeats;
  readonly #devices = new Map<string, DeviceCounts>();
  /** By channel number. */
  readonly values = new Map<number, LocalValue>();
  /** Newest last, at most LIMITS.quarantineItems. */
  readonly rejections: KeptRejection[] = [];
  /** Judges by the farm's rules what is being accepted, in the same commit. */
  rules: { seen(sample: SeenSample): void } = { seen() {} };
  readonly counts = {
    accepted: 0,
    repeats: 0,
    refused: 0,
    rejected: new Map<string, number>(),
    ignored: new Map<string, number>(),
  };

  constructor(time: PipelineTime, catalog: Catalog, checker: Checker, journal: Journal) {
    this.#time = time;
    this.#catalog = catalog;
    this.#checker = checker;
    this.#journal = journal;
    this.#repeats = new Repeats(journal.opened.marks.filter((mark) => !isAlertMark(mark)));
    for (const id of catalog.entries.keys()) this.#devices.set(id, { accepted: 0, rejected: 0, lastMs: null });
  }

  async accept(sample: Sample): Promise<void> {
    const entry = this.#entry(sample);
    const { device, counter } = sample;
    if (counter === undefined) return this.#take(entry, sample);
    const mark: Mark = [device, counter, sample.timeMs ?? null];
    const before = this.#repeats.of(mark, sample.repeatWithinMs ?? 0);
    if (before !== undefined) {
      this.counts.repeats++;
      return before;
    }
    return this.#repeats.take(mark, this.#take(entry, sample, mark));
  }

  async #take(entry: CatalogEntry, sample: Sample, mark?: Mark): Promise<void> {
    const { timeMs, dated, bits } = this.#timeOf(sample);
    const calibratedAt = dated ? timeMs : Math.max(timeMs, this.#catalog.takenUpMs);
    const { channels, numbers, values } = calibrateSample(entry.channels, sample.channels, sample.values, calibratedAt);
    // Nothing was measured that the calibrated channels are made of.
    if (numbers.length === 0) return;
    const always = bits | (sample.historical ? QUALITY.HISTORICAL : 0);
    const qualities = channels.map((channel, i) => {
      const { quantity } = entry.channels[channel] as CalibratedChannel;
      return this.#checker.check(numbers[i] as number, quantity, timeMs, values[i] as number) | always;
    });
    const shown = channels.map((channel) => (entry.channels[channel] as CalibratedChannel).number);
    const written = this.#journal.append(timeMs, numbers, values, qualities, { mark, dated });
    this.rules.seen({ timeMs, dated, numbers: shown, values, qualities });
    try {
      await written;
    } catch (error) {
      // Whoever stands at the gateway still sees what is measured.
      this.counts.refused += numbers.length;
      this.#show(timeMs, shown, values, qualities);
      throw error;
    }
    this.#accepted(sample.device, timeMs, shown, values, qualities);
  }

  reject(rejection: Rejection): void {
    const counts = rejection.device === undefined ? undefined : this.#devices.get(rejection.device);
    if (counts !== undefined) counts.rejected++;
    this.counts.rejected.set(rejection.code, (this.counts.rejected.get(rejection.code) ?? 0) + 1);
    const kept = rejection.bytes === undefined ? {} : { bytes: rejection.bytes.slice(0, 256) };
    this.rejections.push({ ...rejection, ...kept, timeMs: this.#time.now().timeMs });
    if (this.rejections.length > LIMITS.quarantineItems) this.rejections.shift();
  }

  ignore(kind: string): void {
    this.counts.ignored.set(kind, (this.counts.ignored.get(kind) ?? 0) + 1);
  }

  satelliteTime(device: string, timeMs: number): void {
    this.#time.satellite(device, timeMs);
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
      if (position >= entry.device.profileRecord.channels.length || position < 0)
        throw new KarezError('VALUE_INVALID', `${sample.device} has no channel ${position}`, { where: sample.device });
      const value = values[i] as number;
      if (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY)
        throw new KarezError('VALUE_INVALID', `${sample.device}: an infinite value`, { where: sample.device });
    }
    return entry;
  }

  /** The device's own time where it can be true, else now. A device whose clock is wrong gets its readings dated by ours, and that is said. */
  #timeOf({ device, timeMs, historical, estimated, isForeignTime }: Sample): Moment & { bits: number } {
    const now = this.#time.now();
    // A device that brings what it has kept waits for each part before it sends the next.
    if (historical || (timeMs !== undefined && now.timeMs - timeMs > KEPT_MS)) this.#journal.hurry(CATCH_UP_MS);
    if (timeMs === undefined) return { ...now, bits: 0 };
    if (timeMs < LIMITS.earliestMs || (now.dated && timeMs > now.timeMs + LIMITS.futureMs))
      return { ...now, bits: QUALITY.ESTIMATED };
    // What comes from a memory says nothing of the present, and a network's clock nothing of the device's.
    if (!historical && isForeignTime !== true) this.#time.heard(device, timeMs);
    return { timeMs: Math.round(timeMs), dated: true, bits: estimated ? QUALITY.ESTIMATED : 0 };
  }

  #accepted(device: string, timeMs: number, numbers: number[], values: readonly number[], qualities: number[]): void {
    this.counts.accepted += numbers.length;
    const counts = this.#devices.get(device) as DeviceCounts;
    counts.accepted += numbers.length;
    counts.lastMs = Math.max(counts.lastMs ?? 0, timeMs);
    this.#show(timeMs, numbers, values, qualities);
  }

  #show(timeMs: number, numbers: number[], values: readonly number[], qualities: number[]): void {
    for (const [i, number] of numbers.entries()) {
      const known = this.values.get(number);
      if (known === undefined || timeMs >= known.timeMs)
        this.values.set(number, { timeMs, value: values[i] as number, quality: qualities[i] as number });
    }
  }
}

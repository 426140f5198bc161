/**
 * What the clocks of field devices say together. Each may be wrong, and many are; where several agree, they are worth a
 * vote between better sources.
 */
import type { Clock } from '@karez/model';
import type { Timekeeper } from './timekeeper.ts';

/** So many must be heard, and this share of them must agree. */
const FEWEST = 3;
const SHARE = 0.6;
const AGREE_MS = 5_000;
/** A message may have waited this long in the device before it came. */
const UNCERTAINTY_MS = 2_000;
const EVERY_MS = 10_000;
const LATELY_MS = 3_600_000;
/** Devices whose clocks are remembered. */
const MOST = 256;

export class DeviceClocks {
  readonly #clock: Clock;
  readonly #timekeeper: Pick<Timekeeper, 'report'>;
  /**
   * By device: the most that its time was ahead of the monotonic clock lately. A message that waited in the device only makes it
   * less, so the most is the truest.
   */
  readonly #offsets = new Map<string, { offset: number; sinceMs: number }>();
  #reportedMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, timekeeper: Pick<Timekeeper, 'report'>) {
    this.#clock = clock;
    this.#timekeeper = timekeeper;
  }

  /** A device said that it was `timeMs` just now. */
  heard(device: string, timeMs: number): void {
    const now = this.#clock.monoMs();
    const known = this.#offsets.get(device);
    const offset = timeMs - now;
    if (known === undefined || offset > known.offset || now - known.sinceMs > LATELY_MS) {
      this.#offsets.delete(device);
      this.#offsets.set(device, { offset, sinceMs: now });
    }
    if (this.#offsets.size > MOST) this.#offsets.delete(this.#offsets.keys().next().value as string);
    if (this.#offsets.size < FEWEST || now - this.#reportedMs < EVERY_MS) return;
    this.#reportedMs = now;
    const sorted = Array.from(this.#offsets.values(), ({ offset: o }) => o).sort((a, b) => a - b);
    const middle = sorted[sorted.length >> 1] as number;
    const agreeing = sorted.filter((o) => Math.abs(o - middle) <= AGREE_MS).length;
    if (agreeing >= sorted.length * SHARE) this.#timekeeper.report('devices', now + middle, UNCERTAINTY_MS);
  }
}

/**
 * The bookkeeper outside: what devices took, what they were told of it. Every reading's value is a number of its own, so
 * that a row of the store can be traced to it whatever sequence number, time or channel it comes with.
 */
import type { Clock } from '@karez/model';
import type { DeviceSpec } from './scenario.ts';

/** Told: accepted, refused (a poller, which does not come again), or nothing. */
export type Told = 'nothing' | 'accepted' | 'refused';

export interface Offer {
  /** True time when it was handed to the gateway. */
  trueMs: number;
  /** Which boot of the machine it was. */
  boot: number;
  /** Which life of the gateway. */
  life: number;
}

export interface Taken {
  value: number;
  channel: string;
  spec: DeviceSpec;
  /** By the device's own clock. */
  ownMs: number | undefined;
  told: Told;
  /** Monotonic moment of the acceptance. */
  acceptedMs: number;
  /** Every time it was handed over. Shared by a sample's readings. */
  offers: Offer[];
  /** True time, and how late, when it was seen live first. */
  seenMs: number | undefined;
}

export interface Rollback {
  /** What was accepted between these monotonic moments may be lost. */
  fromMs: number;
  toMs: number;
  /** What had been said before this moment may be forgotten. */
  atMs: number;
  /** Whether the gateway can know how much that was. */
  isCountable: boolean;
}

export class Witness {
  readonly #clock: Clock;
  /** By the whole part of their value, from 1. */
  readonly readings: Taken[] = [];
  accepted = 0;
  /** Disks that went back to an earlier moment, and torn ones: what may be lost or stored twice for it. */
  readonly rollbacks: Rollback[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A new sample: one reading for each channel, with values that were never used. */
  take(spec: DeviceSpec, channels: readonly string[], ownMs: number | undefined): Taken[] {
    const offers: Offer[] = [];
    return channels.map((channel) => {
      const taken: Taken = {
        ...{ value: traceable(this.readings.length + 1, spec), channel, spec, ownMs, told: 'nothing', acceptedMs: 0 },
        ...{ offers, seenMs: undefined },
      };
      this.readings.push(taken);
      return taken;
    });
  }

  offered(sample: readonly Taken[], { boot = -1, number = -1 }: { boot?: number; number?: number } = {}): void {
    sample[0]?.offers.push({ trueMs: this.#clock.wallMs(), boot, life: number });
  }

  told(sample: readonly Taken[], told: Told): void {
    for (const taken of sample) {
      if (taken.told === 'accepted') continue;
      taken.told = told;
      if (told !== 'accepted') continue;
      taken.acceptedMs = this.#clock.monoMs();
      this.accepted++;
    }
  }

  /** The gateway's disk is as it was at `fromMs`. */
  rolledBack(fromMs: number, isCountable: boolean): void {
    const atMs = this.#clock.monoMs();
    this.rollbacks.push({ fromMs, toMs: atMs, atMs, isCountable });
  }

  /** A part of the gateway's disk is gone, whatever stood there. */
  torn(): void {
    const atMs = this.#clock.monoMs();
    this.rollbacks.push({ fromMs: 0, toMs: atMs, atMs, isCountable: true });
  }

  /** A part of it has changed, which may show at any time. */
  rotten(): void {
    this.rollbacks.push({ fromMs: 0, toMs: Number.POSITIVE_INFINITY, atMs: this.#clock.monoMs(), isCountable: true });
  }

  of(value: number | null): Taken | undefined {
    return value === null ? undefined : this.readings[Math.floor(value) - 1];
  }
}

/** Whole numbers, or with a fraction that no format makes small. */
function traceable(n: number, { profile }: DeviceSpec): number {
  return profile === 'wifi-soil-node' ? n : n + (Math.imul(n, 0x9e3779b1) >>> 20) / 4_096;
}

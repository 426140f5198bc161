/** An intake that remembers what it was given, and that a test can stall or make refuse. */
import type { Intake, Rejection, Sample } from '../ports.ts';

export interface FakeIntake extends Intake {
  readonly accepted: (Sample & { atMs: number })[];
  readonly rejected: Rejection[];
  /** Kinds of what was no reading, as they came. */
  readonly ignored: string[];
  readonly satellite: { device: string; timeMs: number; atMs: number }[];
  /** While true, samples wait. */
  stalled: boolean;
  /** While set, samples are refused with this. */
  refuse: Error | undefined;
  /** Samples that wait now. */
  readonly waiting: number;
  /** Samples that were refused. */
  refusals: number;
  /** Lets what waits go through. */
  release(): void;
  /** Samples of one device. */
  of(device: string): (Sample & { atMs: number })[];
}

/** `nowMs` tells when a sample came. */
export function fakeIntake(nowMs: () => number = () => 0): FakeIntake {
  let waiting: (() => void)[] = [];
  const intake: FakeIntake = {
    accepted: [],
    rejected: [],
    ignored: [],
    satellite: [],
    stalled: false,
    refuse: undefined,
    refusals: 0,
    get waiting() {
      return waiting.length;
    },
    async accept(sample) {
      if (intake.refuse !== undefined) {
        intake.refusals++;
        throw intake.refuse;
      }
      const atMs = nowMs();
      if (intake.stalled) await new Promise<void>((resolve) => waiting.push(resolve));
      intake.accepted.push({ ...sample, atMs });
    },
    reject(rejection) {
      intake.rejected.push(rejection);
    },
    satelliteTime(device, timeMs) {
      intake.satellite.push({ device, timeMs, atMs: nowMs() });
    },
    ignore(kind) {
      intake.ignored.push(kind);
    },
    release() {
      intake.stalled = false;
      for (const go of waiting) go();
      waiting = [];
    },
    of: (device) => intake.accepted.filter((s) => s.device === device),
  };
  return intake;
}

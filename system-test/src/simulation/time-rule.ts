/**
 * What time a reading may carry: its device's own where that can be true; else when the gateway was given it, as exactly
 * as the gateway's clock can be known.
 */
import { LIMITS, QUALITY } from '@karez/model';
import type { PlannedFault } from './faults.ts';
import type { Taken } from './witness.ts';
import type { World } from './world.ts';

/** The gateway takes a clock for right within a second; a commit and its company may take another. */
const EXACT_MS = 2_000;

const DOUBT_MS = 60_000;

export class TimeRule {
  readonly #world: World;
  /** How wrong the cloud's clock has been at most. */
  #cloudMs = 0;
  /** Whether the cloud's clock has been so far ahead that the cloud doubts the right one afterwards, until it is started again. */
  isCloudInDoubt = false;

  constructor(world: World) {
    this.#world = world;
  }

  /** The cloud's clock begins to be wrong. */
  cloudWrong(fault: PlannedFault): void {
    this.#cloudMs = Math.max(this.#cloudMs, Math.abs(fault.ms as number));
    if ((fault.ms as number) > DOUBT_MS) this.isCloudInDoubt = true;
  }

  /** How far off a repaired time may be. */
  get toleranceMs(): number {
    return EXACT_MS + this.#world.network.slowestEchoMs / 2 + this.#cloudMs;
  }

  /** Whether the gateway may have learnt that it was far ahead: then it leaves that time. */
  get mayGoBack(): boolean {
    return this.#cloudMs > 0;
  }

  /** Whether readings may have been dated ahead of the cloud's clock. */
  get mayBeAhead(): boolean {
    return this.#cloudMs > 0 || this.#world.scenario.devices.some(({ ownClockMs }) => (ownClockMs ?? 0) > 0);
  }

  /** A reading as it was shown. */
  live(taken: Taken, timeMs: number): void {
    const { ownMs } = taken;
    const cloudNowMs = this.#world.clock.wallMs() + this.#world.cloudClockMs;
    if (ownMs !== undefined && timeMs === Math.min(ownMs, cloudNowMs)) return;
    if (this.#nearOffer(taken, timeMs) || this.#isGuess(taken, timeMs)) return;
    this.#world.violate('time', `${taken.channel}: ${words(taken)} was shown as of ${timeMs}`);
  }

  /** A reading as it is stored. */
  stored(taken: Taken, timeMs: number, quality: number): void {
    const { ownMs } = taken;
    if (ownMs === timeMs) return;
    const isEstimated = (quality & QUALITY.ESTIMATED) !== 0;
    const mayBeReplaced = ownMs === undefined || isEstimated;
    if (mayBeReplaced && this.#nearOffer(taken, timeMs)) return;
    if (isEstimated && this.#isGuess(taken, timeMs)) return;
    this.#world.violate('time', `${taken.channel}: ${words(taken)} is stored as of ${timeMs}, quality ${quality}`);
  }

  /** Whether the cloud may refuse it for its time. */
  isRefusable({ ownMs, offers }: Taken): boolean {
    if (this.#cloudMs > 0) return true;
    const trueMs = offers[0]?.trueMs ?? 0;
    return ownMs !== undefined && (ownMs > trueMs + LIMITS.futureMs / 2 || ownMs < LIMITS.earliestMs);
  }

  /** Taken in a boot that ended before anybody said the time: known only to be before the next one, and marked. */
  #isGuess({ offers }: Taken, timeMs: number): boolean {
    const { boots, witness } = this.#world;
    return offers.some(
      ({ boot }) =>
        (!boots.isDated(boot) || witness.rollbacks.length > 0) &&
        timeMs >= LIMITS.earliestMs &&
        timeMs <= boots.nextDatedMs(boot) + this.toleranceMs,
    );
  }

  #nearOffer({ offers }: Taken, timeMs: number): boolean {
    return offers.some(({ trueMs }) => Math.abs(trueMs - timeMs) <= this.toleranceMs);
  }
}

function words({ value, ownMs, offers }: Taken): string {
  const given = offers.map(({ trueMs, boot }) => `${trueMs} (boot ${boot})`).join(', ');
  return `reading ${value}${ownMs === undefined ? '' : ` of ${ownMs} by its device`}, given at ${given},`;
}

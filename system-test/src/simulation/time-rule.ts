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

/** A store may take so long for a commit (`cloud.slow`), and others wait before it. */
const SLOW_COMMIT_MS = 20_000;

const DOUBT_MS = 60_000;
/** A wrong time that a gateway has kept as known to be past is contradicted for five minutes before it is given up. */
const CONTRADICTED_MS = 400_000;

export class TimeRule {
  readonly #world: World;
  /** True times between which the cloud's clock was wrong, and by how much. */
  readonly #wrong: { fromMs: number; toMs: number; ms: number; isBehind: boolean }[] = [];
  /** Whether the cloud's clock has been so far ahead that the cloud doubts the right one afterwards, until it is started again. */
  isCloudInDoubt = false;

  constructor(world: World) {
    this.#world = world;
  }

  /** The cloud's clock begins to be wrong. */
  cloudWrong(fault: PlannedFault): void {
    const fromMs = this.#world.clock.wallMs();
    this.#wrong.push({
      fromMs,
      toMs: fromMs + (fault.forMs as number),
      ms: Math.abs(fault.ms as number),
      isBehind: (fault.ms as number) < 0,
    });
    if ((fault.ms as number) > DOUBT_MS) this.isCloudInDoubt = true;
  }

  /** How far off a repaired time may be. */
  get toleranceMs(): number {
    return EXACT_MS + this.#world.network.slowestEchoMs / 2;
  }

  /** Whether the gateway may have learnt that it was far ahead: then it leaves that time. */
  get mayGoBack(): boolean {
    return this.#wrong.length > 0;
  }

  /** Whether readings may have been dated ahead of the cloud's clock. */
  get mayBeAhead(): boolean {
    return this.#wrong.length > 0 || this.#world.scenario.devices.some(({ ownClockMs }) => (ownClockMs ?? 0) > 0);
  }

  /** A reading as it was shown. */
  live(taken: Taken, timeMs: number): void {
    const { ownMs } = taken;
    const cloudNowMs = this.#world.clock.wallMs() + this.#world.cloudClockMs;
    if (ownMs !== undefined && timeMs === Math.min(ownMs, cloudNowMs)) return;
    if (ownMs !== undefined && timeMs <= ownMs && this.isCloudInDoubt) return;
    if (this.#nearOffer(taken, timeMs) || this.#isGuess(taken, timeMs)) return;
    // No reading counts as taken later than the cloud believes it is, though that be yesterday.
    if (this.#wasBehind() && timeMs < Math.max(ownMs ?? 0, ...taken.offers.map(({ trueMs }) => trueMs))) return;
    this.#world.violate('time', `${taken.channel}: ${words(taken)} was shown as of ${timeMs}`);
  }

  /** Whether the cloud's clock is behind, or was when the commit began that has just ended. */
  #wasBehind(): boolean {
    const nowMs = this.#world.clock.wallMs();
    return this.#wrong.some(({ toMs, isBehind }) => isBehind && nowMs <= toMs + SLOW_COMMIT_MS);
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
    const trueMs = offers[0]?.trueMs ?? 0;
    if (this.#wrong.some(({ toMs }) => trueMs < toMs + CONTRADICTED_MS)) return true;
    return ownMs !== undefined && (ownMs > trueMs + LIMITS.futureMs / 2 || ownMs < LIMITS.earliestMs);
  }

  /** Taken in a boot that ended before anybody said the time: known only to be before the next one, and marked. */
  #isGuess({ offers }: Taken, timeMs: number): boolean {
    const { boots, witness } = this.#world;
    return offers.some(
      ({ boot, life, trueMs }) =>
        (!boots.isDated(boot) || witness.rollbacks.length > 0) &&
        timeMs >= LIMITS.earliestMs &&
        timeMs <= boots.nextDatedMs(boot) + this.toleranceMs + this.#cloudErrorMs(trueMs, life),
    );
  }

  #nearOffer({ offers }: Taken, timeMs: number): boolean {
    return offers.some(
      ({ trueMs, life }) => Math.abs(trueMs - timeMs) <= this.toleranceMs + this.#cloudErrorMs(trueMs, life),
    );
  }

  /** How wrong a time may be that was learnt from the cloud: not before its clock was wrong, nor long after. */
  #cloudErrorMs(trueMs: number, life: number): number {
    const learntMs = this.#world.boots.learntMs(life);
    return this.#wrong
      .filter(({ fromMs, toMs }) => trueMs <= toMs + CONTRADICTED_MS && (trueMs >= fromMs || learntMs >= fromMs))
      .reduce((most, { ms }) => Math.max(most, ms), 0);
  }
}

function words({ value, ownMs, offers }: Taken): string {
  const given = offers.map(({ trueMs, boot }) => `${trueMs} (boot ${boot})`).join(', ');
  return `reading ${value}${ownMs === undefined ? '' : ` of ${ownMs} by its device`}, given at ${given},`;
}

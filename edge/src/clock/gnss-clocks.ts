/**
 * What satellite receivers in the field say together: drones by their radio, weather masts by their cable. One is believed
 * only while its time advances as ours does; of several that differ the majority is, and where there is none, nobody.
 */
import type { Clock, Logger } from '@karez/model';
import type { Timekeeper } from './timekeeper.ts';

/** So often a receiver must have said its time, over so long, before it counts. */
const FEWEST = 4;
const LONG_ENOUGH_MS = 10_000;
/** What it said within this time is looked at; one that is silent for as long does not count any more. */
const LATELY_MS = 60_000;
const SAID_MOST = 16;
/** A time that wanders by more than this against ours is no clock. */
const WANDER_MS = 2_500;
/** Receivers closer than this agree. */
const AGREE_MS = 3_000;
/** A frame waits in a radio, in a buffer and behind others. */
const UNCERTAINTY_MS = 1_000;
const EVERY_MS = 5_000;
/** Receivers that are remembered. */
const MOST = 64;

interface Said {
  monoMs: number;
  /** Its time minus our monotonic clock. */
  offset: number;
}

export class GnssClocks {
  readonly #clock: Clock;
  readonly #timekeeper: Pick<Timekeeper, 'report' | 'withdraw'>;
  readonly #logger: Logger;
  readonly #said = new Map<string, Said[]>();
  #lookedMs = Number.NEGATIVE_INFINITY;
  #isSplit = false;

  constructor(clock: Clock, timekeeper: Pick<Timekeeper, 'report' | 'withdraw'>, logger: Logger) {
    this.#clock = clock;
    this.#timekeeper = timekeeper;
    this.#logger = logger;
  }

  /** The receiver of `device` says that it is `timeMs` just now. */
  heard(device: string, timeMs: number): void {
    const monoMs = this.#clock.monoMs();
    const said = this.#said.get(device) ?? [];
    this.#said.delete(device);
    this.#said.set(device, said);
    said.push({ monoMs, offset: timeMs - monoMs });
    if (said.length > SAID_MOST) said.shift();
    if (this.#said.size > MOST) this.#said.delete(this.#said.keys().next().value as string);
    if (monoMs - this.#lookedMs < EVERY_MS) return;
    this.#lookedMs = monoMs;
    this.#report(monoMs);
  }

  #report(now: number): void {
    const offsets = [...this.#said.values()].flatMap((said) => steadyOffset(said, now) ?? []).sort((a, b) => a - b);
    if (offsets.length === 0) return;
    const middle = offsets[(offsets.length - 1) >> 1] as number;
    const agreeing = offsets.filter((offset) => Math.abs(offset - middle) <= AGREE_MS);
    const isSplit = agreeing.length * 2 <= offsets.length;
    if (isSplit && !this.#isSplit)
      this.#logger.log('warn', 'satellite receivers differ: none is believed', { receivers: offsets.length });
    this.#isSplit = isSplit;
    if (isSplit) this.#timekeeper.withdraw('gnss');
    else this.#timekeeper.report('gnss', now + middle, UNCERTAINTY_MS);
  }
}

/** A way only ever delays what was said, so that the most is the truest; undefined where it does not run as a clock. */
function steadyOffset(said: readonly Said[], now: number): number | undefined {
  const lately = said.filter(({ monoMs }) => now - monoMs <= LATELY_MS);
  const first = lately[0];
  if (first === undefined || lately.length < FEWEST || now - first.monoMs < LONG_ENOUGH_MS) return undefined;
  const offsets = lately.map(({ offset }) => offset);
  const most = Math.max(...offsets);
  return most - Math.min(...offsets) > WANDER_MS ? undefined : most;
}

/**
 * Watches the live values as a panel would see them: each with the time it was taken, never an older one as the current
 * one, and fresh ones within seconds while nothing is wrong, whatever backlog drains beside them.
 */
import type { LiveBus, LiveListener, LiveRow } from '@karez/cloud';
import type { Taken } from './witness.ts';
import { FARM, type World } from './world.ts';

/** A fresh reading must have been shown after so long. */
export const LIVE_MS = 6_000;
/** Nothing may have been wrong for so long before it was taken. */
const CALM_MS = 3_000;

export class LiveWatch {
  readonly #world: World;
  /** Newest time told of each channel. */
  readonly #newest = new Map<string, number>();
  /** Readings judged by their age, and those of them beside which the memory of a logger was still on its way. */
  judged = 0;
  besideBacklog = 0;
  #backlogMs = 0;
  oldestMs = 0;

  constructor(world: World) {
    this.#world = world;
  }

  listener(life: { isAlive: boolean }, live: Pick<LiveBus, 'latest'>): LiveListener {
    return {
      readings: (rows) => {
        if (!life.isAlive) return;
        for (const row of rows) this.#told(row);
        this.#compare(live);
      },
      late() {},
      farm() {},
      gateway() {},
    };
  }

  #told([id, timeMs, value]: LiveRow): void {
    const world = this.#world;
    const taken = world.witness.of(value);
    if (taken === undefined || taken.channel !== `${FARM}/${id}`) {
      world.violate('invented', `live value ${value} of ${id} was never taken there`);
      return;
    }
    taken.seenMs ??= world.clock.monoMs();
    if (taken.spec.kind === 'logger') this.#backlogMs = world.clock.monoMs();
    this.#newest.set(id, Math.max(this.#newest.get(id) ?? 0, timeMs));
    world.times.live(taken, timeMs);
  }

  /** What the panel shows as current is the newest that it was told of. */
  #compare(live: Pick<LiveBus, 'latest'>): void {
    for (const [id, [timeMs, value]] of Object.entries(live.latest(FARM))) {
      const newest = this.#newest.get(id);
      if (newest !== undefined && timeMs < newest)
        this.#world.violate('stale-as-current', `${id} shows ${value} of ${timeMs}, but one of ${newest} is known`);
    }
  }

  /** Judges every reading that was accepted in calm times. */
  judge(stored: (taken: Taken) => boolean): void {
    for (const taken of this.#world.witness.readings) {
      if (taken.told !== 'accepted' || taken.spec.kind === 'logger' || !stored(taken)) continue;
      const { acceptedMs } = taken;
      if (this.#world.trouble.between(acceptedMs - CALM_MS, acceptedMs + LIVE_MS) !== undefined) continue;
      this.judged++;
      if (acceptedMs < this.#backlogMs) this.besideBacklog++;
      const ageMs = (taken.seenMs ?? Number.POSITIVE_INFINITY) - acceptedMs;
      this.oldestMs = Math.max(this.oldestMs, ageMs);
      if (ageMs > LIVE_MS)
        this.#world.violate('live-late', `reading ${taken.value} of ${acceptedMs} ms was shown ${ageMs} ms later`);
    }
  }
}

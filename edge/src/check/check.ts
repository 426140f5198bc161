/**
 * Checks of plausibility, one channel at a time. A value is never dropped or changed here: it is marked. What the marks
 * mean stands in the model (QUALITY); what is plausible stands in the quantity table.
 */
import { QUALITY, type Quantity, quantityOf } from '@karez/model';

interface State {
  /** Last value that was believed, and its time. */
  timeMs: number;
  value: number;
  /** The raw value, how long it has been seen to stay exactly the same, and when it was last seen. */
  same: number;
  sameMs: number;
  seenMs: number;
  /** A new level that values have jumped to, and how many in a row agree with it. */
  level: number;
  levelMs: number;
  agree: number;
}

export interface Checker {
  /** Quality bits of a value; readings older than the last one of the channel are judged by their range only. */
  check(channel: number, quantity: string, timeMs: number, value: number): number;
}

/** So many values in a row at a new level, and it is true after all. */
const BELIEVE_AFTER = 3;
/** Steps below this share of the range are never a jump, however short the time: resolution and noise. */
const NOISE_SHARE = 0.002;
/** So many readings at least before a value is stuck: two that are alike with an outage between prove nothing. */
const STUCK_READINGS = 6;

/** A checker with no memory yet. */
export function createChecker(): Checker {
  const states = new Map<number, State>();
  return {
    check(channel, quantityId, timeMs, value) {
      if (Number.isNaN(value)) return QUALITY.ABSENT;
      const quantity = quantityOf(quantityId);
      if (quantity === undefined) return 0;
      if (value < quantity.min || value > quantity.max) return QUALITY.RANGE;
      const state = states.get(channel);
      if (state === undefined) {
        const same = { same: value, sameMs: 0, seenMs: timeMs };
        states.set(channel, { timeMs, value, ...same, level: value, levelMs: timeMs, agree: 0 });
        return 0;
      }
      if (timeMs < state.timeMs) return 0;
      const bits = quantity.stuckAfterMin !== null && isStuck(state, quantity, timeMs, value) ? QUALITY.STUCK : 0;
      const { ratePerMin } = quantity;
      if (ratePerMin !== null) {
        const noise = (quantity.max - quantity.min) * NOISE_SHARE;
        const allowed = (sinceMs: number) => Math.max(noise, (ratePerMin * (timeMs - sinceMs)) / 60_000);
        if (Math.abs(value - state.value) > allowed(state.timeMs)) {
          state.agree = Math.abs(value - state.level) <= allowed(state.levelMs) ? state.agree + 1 : 1;
          state.level = value;
          state.levelMs = timeMs;
          if (state.agree < BELIEVE_AFTER) return bits | QUALITY.RATE;
        }
      }
      state.agree = 0;
      state.value = value;
      state.timeMs = timeMs;
      return bits;
    },
  };
}

/** Whether the value has stood still for longer than it can. At the end of its range it may: saturated air, full shade. */
function isStuck(state: State, { min, max, stuckAfterMin }: Quantity, timeMs: number, value: number): boolean {
  const limitMs = (stuckAfterMin as number) * 60_000;
  const stepMs = timeMs - state.seenMs;
  state.seenMs = Math.max(state.seenMs, timeMs);
  if (value !== state.same) {
    state.same = value;
    state.sameMs = 0;
    return false;
  }
  state.sameMs += Math.min(Math.max(0, stepMs), limitMs / STUCK_READINGS);
  return state.sameMs >= limitMs && value !== min && value !== max;
}

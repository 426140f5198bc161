/**
 * Checks of plausibility, one channel at a time. A value is never dropped or changed here: it is marked. What the marks
 * mean stands in the model (QUALITY); what is plausible stands in the quantity table.
 */
import { QUALITY, quantityOf } from '@karez/model';

interface State {
  /** Last value that was believed, and its time. */
  timeMs: number;
  value: number;
  /** Since when the raw value has been exactly the same. */
  sameSinceMs: number;
  same: number;
  /** A new level that values have jumped to, and how many in a row agree with it. */
  level: number;
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
        states.set(channel, { timeMs, value, sameSinceMs: timeMs, same: value, level: value, agree: 0 });
        return 0;
      }
      if (timeMs < state.timeMs) return 0;
      let bits = 0;
      if (value !== state.same) {
        state.same = value;
        state.sameSinceMs = timeMs;
      } else if (quantity.stuckAfterMin !== null && timeMs - state.sameSinceMs >= quantity.stuckAfterMin * 60_000)
        bits |= QUALITY.STUCK;
      if (quantity.ratePerMin !== null) {
        const noise = (quantity.max - quantity.min) * NOISE_SHARE;
        const minutes = (timeMs - state.timeMs) / 60_000;
        const allowed = Math.max(noise, quantity.ratePerMin * minutes);
        if (Math.abs(value - state.value) > allowed) {
          state.agree = Math.abs(value - state.level) <= allowed ? state.agree + 1 : 1;
          state.level = value;
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

/**
 * How a value stands: fresh, late, silent, suspect, or absent. Freshness is the model's, from the time a reading was
 * taken; a reading also needs a moment from the field to this page, which is not held against it.
 */
import type { LatestValue } from '@karez/model';
import { freshness, QUALITY, SUSPECT } from '@karez/model/reading';

/** From the least to the most worrying. `waiting`: nothing has been loaded yet. `absent`: the device has no such sensor. */
export const STATES = ['absent', 'fresh', 'late', 'suspect', 'silent', 'alert'] as const;
export type State = (typeof STATES)[number];

/**
 * Time a reading may take to the page without counting as late, ms: it waits for the gateway's batch and commit, the
 * cloud's commit, the gathering of live events, and this page's own second.
 */
export const DELIVERY_MS = 2_500;

/** @param value undefined where the channel was never heard. */
export function stateOf(value: LatestValue | undefined, nowMs: number, intervalMs: number): State {
  if (value === undefined) return 'silent';
  const [timeMs, number, quality] = value;
  const fresh = freshness(nowMs - timeMs - DELIVERY_MS, intervalMs);
  if (fresh === 'silent') return 'silent';
  if (number === null || (quality & QUALITY.ABSENT) !== 0) return 'absent';
  if ((quality & SUSPECT) !== 0) return 'suspect';
  return fresh;
}

/** The most worrying of several; `absent` where there are none. */
export function worst(states: Iterable<State>): State {
  let found: State = 'absent';
  for (const state of states) if (STATES.indexOf(state) > STATES.indexOf(found)) found = state;
  return found;
}

/** Of values or devices that speak: late where more than half are; fresh otherwise; `absent` where there are none. */
export function mostly(states: readonly State[]): State {
  const heard = states.filter((s) => s === 'fresh' || s === 'late');
  if (heard.length === 0) return 'absent';
  return heard.filter((s) => s === 'late').length * 2 > heard.length ? 'late' : 'fresh';
}

/** When a device, last heard at `lastMs`, came to count as silent. */
export function silentSinceMs(lastMs: number, intervalMs: number): number {
  return lastMs + intervalMs * 3 + DELIVERY_MS;
}

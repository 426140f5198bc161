/** The time that a chart shows: one that follows the present, or one that was chosen and stands still. */

export const FOLLOWING = { '1h': 3_600_000, '6h': 21_600_000, '24h': 86_400_000, '7d': 604_800_000 } as const;
export type Following = keyof typeof FOLLOWING;

export interface Range {
  fromMs: number;
  toMs: number;
  /** Which of the ranges that follow the present; null for one that stands still. */
  following: Following | null;
}

export const USUAL: Following = '6h';
const SHORTEST_MS = 60_000;
const LONGEST_MS = 400 * 86_400_000;
/** Room right of the present, so that the newest point is not at the very edge. */
const AHEAD = 0.02;

/** The range that an address names, `6h` or `from-to` in ms; the usual one where it names none. */
export function parseRange(text: string, nowMs: number): Range {
  if (Object.hasOwn(FOLLOWING, text)) return follow(text as Following, nowMs);
  const found = /^(\d{10,15})-(\d{10,15})$/.exec(text);
  const [fromMs, toMs] = [Number(found?.[1]), Number(found?.[2])];
  if (found === null || !(toMs > fromMs)) return follow(USUAL, nowMs);
  return within({ fromMs, toMs, following: null }, nowMs);
}

/** The other way round. */
export function rangeText({ fromMs, toMs, following }: Range): string {
  return following ?? `${Math.round(fromMs)}-${Math.round(toMs)}`;
}

export function follow(following: Following, nowMs: number): Range {
  const span = FOLLOWING[following];
  const toMs = nowMs + span * AHEAD;
  return { fromMs: toMs - span, toMs, following };
}

/** Closer (factor above 1) or further, around a moment that stays where it is. */
export function zoomRange(range: Range, factor: number, aroundMs: number, nowMs: number): Range {
  const span = range.toMs - range.fromMs;
  const wanted = Math.min(LONGEST_MS, Math.max(SHORTEST_MS, span / factor));
  const share = Math.min(1, Math.max(0, (aroundMs - range.fromMs) / span));
  const fromMs = aroundMs - wanted * share;
  return within({ fromMs, toMs: fromMs + wanted, following: null }, nowMs);
}

/** Earlier (negative) or later by a share of what is shown. */
export function moveRange(range: Range, share: number, nowMs: number): Range {
  const by = (range.toMs - range.fromMs) * share;
  return within({ fromMs: range.fromMs + by, toMs: range.toMs + by, following: null }, nowMs);
}

/** The following range that is nearest in width: where "back to now" leads. */
export function nearestFollowing({ fromMs, toMs, following }: Range): Following {
  if (following !== null) return following;
  const span = toMs - fromMs;
  const distance = (name: Following) => Math.abs(Math.log(FOLLOWING[name] / span));
  return (Object.keys(FOLLOWING) as Following[]).reduce((a, b) => (distance(b) < distance(a) ? b : a));
}

/** There is nothing to see in the future: a range that stands still never begins after the present. */
function within(range: Range, nowMs: number): Range {
  const span = range.toMs - range.fromMs;
  const over = range.toMs - (nowMs + span * AHEAD);
  return over <= 0 ? range : { ...range, fromMs: range.fromMs - over, toMs: range.toMs - over };
}

/** Whether what was fetched serves a range: it covers it, and its points are close enough together. */
export function serves(
  fetched: { fromMs: number; toMs: number; points: number },
  range: Range,
  pointsWanted: number,
  isRaw: boolean,
): boolean {
  if (range.fromMs < fetched.fromMs || range.toMs > fetched.toMs) return false;
  if (isRaw) return true;
  const share = (range.toMs - range.fromMs) / (fetched.toMs - fetched.fromMs);
  return fetched.points * share >= pointsWanted / 2;
}

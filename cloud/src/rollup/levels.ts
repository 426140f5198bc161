/**
 * Rolled-up history: for each channel what each minute, quarter of an hour, hour and day (UTC) came to. Rolled up is hour by
 * hour, once an hour is over (and each quarter as far as it has come), and again whenever a reading falls into it: such an hour stands in a list on disk,
 * written in the same transaction as the ledger entry, until it has been rolled up.
 */
export interface Level {
  /** As the retention policy of InfluxDB is called. */
  name: string;
  ms: number;
}

export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

/** From fine to coarse. */
export const LEVELS: readonly Level[] = [
  { name: 'rollup_1m', ms: MINUTE_MS },
  { name: 'rollup_15m', ms: 15 * MINUTE_MS },
  { name: 'rollup_1h', ms: HOUR_MS },
  { name: 'rollup_1d', ms: DAY_MS },
];

/** How long an hour is left open for readings that are on their way. */
export const OPEN_MS = 120_000;

/** The coarsest level that still gives a point to each step; undefined where steps are finer than all. */
export function levelFor(stepMs: number): Level | undefined {
  return LEVELS.findLast(({ ms }) => ms <= stepMs);
}

export interface Span {
  fromMs: number;
  /** Excluded. */
  toMs: number;
}

/**
 * Which parts of a range are read rolled up, which reading by reading.
 * @param dirty hours (UTC hours since 1970) that are not rolled up, rising. @returns spans in the order of time, without overlap.
 */
export function planOf(
  { fromMs, toMs }: Span,
  { ms }: Level,
  dirty: readonly number[],
): (Span & { rolled: boolean })[] {
  const first = Math.ceil(fromMs / ms) * ms;
  const last = Math.floor(toMs / ms) * ms;
  if (first >= last) return [{ fromMs, toMs, rolled: false }];
  const spans: (Span & { rolled: boolean })[] = [];
  const add = (from: number, to: number, rolled: boolean) => {
    const before = spans.at(-1);
    if (from >= to) return;
    if (before !== undefined && before.rolled === rolled && before.toMs >= from)
      before.toMs = Math.max(before.toMs, to);
    else spans.push({ fromMs: from, toMs: to, rolled });
  };
  add(fromMs, first, false);
  let at = first;
  for (const hour of dirty) {
    // The whole buckets that this hour touches.
    const from = Math.max(at, Math.floor((hour * HOUR_MS) / ms) * ms);
    const to = Math.min(last, Math.ceil(((hour + 1) * HOUR_MS) / ms) * ms);
    if (to <= at || from >= last) continue;
    add(at, from, true);
    add(from, to, false);
    at = to;
  }
  add(at, last, true);
  add(last, toMs, false);
  return spans;
}

/** Buckets of one level from readings in the order of time. */
export function startOf(timeMs: number, { ms }: Level): number {
  return Math.floor(timeMs / ms) * ms;
}

/** Lengths of a range up to which a board reads single readings, then minutes and so on: a thousand points or two a channel. */
const POLICY_TO_MS: readonly number[] = [6 * HOUR_MS, 2 * DAY_MS, 31 * DAY_MS, 400 * DAY_MS];

/** Which retention policy suits which length of a range; without rolled-up history the readings suit all. */
export function policies(rolled: boolean): { rp: string; fromMs: number; toMs: number }[] {
  const names = rolled ? ['autogen', ...LEVELS.map(({ name }) => name)] : ['autogen'];
  return names.map((rp, i) => ({
    rp,
    fromMs: i === 0 ? 0 : (POLICY_TO_MS[i - 1] as number),
    toMs: i === names.length - 1 ? Number.MAX_SAFE_INTEGER : (POLICY_TO_MS[i] as number),
  }));
}

/** What every counter expects before it has learnt anything. Source: docs/protocol/batch.md, "Table of chances". */

const repeat = (count: number, p: number) => Array<number>(count).fill(p);

/** First chances of `more` for each context of each kind of number; n = 2. */
export const NUMBERS = {
  segment: [[44000]],
  within: [[...repeat(12, 63500), 57000]],
  count: [[65000, 62000, 58000, 52000, 48000, 44000, 50000]],
  days: [[...repeat(11, 64000), 45000, 30000]],
  gap: [[1000]],
  times: [[6000], [30000], [45000], [50000], [50000], [48000]],
  back: [[45000]],
  runs: [[8000]],
  starts: [[20000]],
  lengths: [[48000]],
  distances: [[40000]],
  gridTens: [[58000, 50000, 50000, 40000]],
  gridSteps: [[65000, 20000, 40000, 50000]],
  gridDivisors: [[65000, 16000, 50000]],
  corrections: [[40000], [30000], [45000], [52000]],
} as const satisfies Record<string, readonly (readonly number[])[]>;

export type NumberKind = keyof typeof NUMBERS;

/** First chances of single counters and trees, by index, with their n. */
export const COUNTERS = {
  other: { p: [4000], n: 2 },
  rest: { p: [32768], n: 0 },
  same: { p: [62000, 62000], n: 2 },
  change: { p: repeat(8, 0).flatMap(() => [12000, 28000]), n: 1 },
  qualityBits: {
    p: withNodes(64, 8000, { 2: 45000, 4: 22000, 8: 22000, 16: 30000, 32: 55000 }),
    n: 1,
  },
  kinds: { p: [2000, 32768], n: 2 },
  sameDecimals: { p: [30000], n: 2 },
  decimals: {
    p: withNodes(16, 32768, { 1: 1500, 2: 7000, 4: 26000, 5: 20000, 8: 34000, 9: 14000, 10: 30000, 11: 20000 }),
    n: 2,
  },
  like: { p: [20000, 45000], n: 2 },
  sameDistance: { p: [40000], n: 2 },
  notZero: { p: [39000, 63500], n: 3 },
  magnitude: {
    p: [
      ...repeat(8, 64500),
      ...[63500, 61500, 62500, 62800, 62500, 61000, 58000, 52000, 53000, 48000, 48500, 48000],
      ...repeat(6, 46000),
    ],
    n: 5,
  },
  firstSign: { p: [9000, 32768], n: 2 },
  missSign: { p: [32768], n: 0 },
  steady: { p: [45000], n: 1 },
  rawByte: { p: [32768], n: 0 },
} satisfies Record<string, { p: number[]; n: number }>;

/** First chances of `up` and `down` of the rows of sizes; n = 3. */
export function rowChances(row: number): { up: number[]; down: number[] } {
  const down = [23000, 27500, 26500, 24500, 21500, 18000, 14500, 12000];
  if (row === 0) return { up: [8500, 30800, 53000, 52000, 51000, 50000, 50000, 46000], down };
  if (row === 1) return { up: [21600, 15700, 26200, 31500, 36700, 37400, 32800, 32800], down };
  if (row % 2 === 0) return { up: [22000, 24000, 20300, 23600, 27000], down };
  return { up: [16500, 23000, 21000, 24000, 26000], down };
}

function withNodes(size: number, others: number, nodes: Record<number, number>): number[] {
  return Array.from({ length: size }, (_, node) => nodes[node] ?? others);
}

/**
 * Readings of one channel, in the order of time, made into at most a number of points. Up to that number they are
 * given as they are; beyond, in equal steps from the start of the range, each summed up by the quantity's aggregate with
 * lowest, highest, count and all quality bits. Steps without a reading are left out, so that a gap stays a gap.
 */
import type { Aggregate, Series } from '@karez/model';
import { aggregateOf, type Bucket, Gatherer } from '../rollup/bucket.ts';

interface Step {
  start: number;
  gatherer: Gatherer;
}

export class Summary {
  readonly #id: string;
  readonly #aggregate: Aggregate;
  readonly #fromMs: number;
  readonly #points: number;
  readonly #stepMs: number;
  #raw: { timeMs: number[]; value: (number | null)[]; quality: number[] } | undefined = {
    timeMs: [],
    value: [],
    quality: [],
  };
  readonly #steps: Step[] = [];

  constructor(id: string, aggregate: Aggregate, fromMs: number, toMs: number, points: number) {
    this.#id = id;
    this.#aggregate = aggregate;
    this.#fromMs = fromMs;
    this.#points = points;
    this.#stepMs = stepOf(fromMs, toMs, points);
  }

  /** Adds the next reading; times must not fall. `value` is null for an absent one. */
  add(timeMs: number, value: number | null, quality: number): void {
    if (this.#raw === undefined) {
      this.#stepAt(timeMs).add(value, quality);
      return;
    }
    this.#raw.timeMs.push(timeMs);
    this.#raw.value.push(value);
    this.#raw.quality.push(quality);
    if (this.#raw.timeMs.length > this.#points) this.#sumUp();
  }

  /** Adds what was rolled up; the answer is then in steps, however little it is. */
  addBucket(timeMs: number, bucket: Bucket): void {
    this.#sumUp();
    this.#stepAt(timeMs).addBucket(bucket);
  }

  #sumUp(): void {
    if (this.#raw === undefined) return;
    const { timeMs, value, quality } = this.#raw;
    this.#raw = undefined;
    for (const [i, t] of timeMs.entries()) this.#stepAt(t).add(value[i] as number | null, quality[i] as number);
  }

  #stepAt(timeMs: number): Gatherer {
    const start = this.#fromMs + Math.floor((timeMs - this.#fromMs) / this.#stepMs) * this.#stepMs;
    const step = this.#steps.at(-1);
    if (step?.start === start) return step.gatherer;
    const gatherer = new Gatherer();
    this.#steps.push({ start, gatherer });
    return gatherer;
  }

  result(): Series {
    if (this.#raw !== undefined) {
      const { timeMs, value, quality } = this.#raw;
      return { id: this.#id, stepMs: 0, timeMs, mean: value, lo: value, hi: value, n: timeMs.map(() => 1), quality };
    }
    const buckets = this.#steps.map(({ gatherer }) => gatherer.bucket());
    return {
      id: this.#id,
      stepMs: this.#stepMs,
      timeMs: this.#steps.map((s) => s.start),
      mean: buckets.map((bucket) => aggregateOf(bucket, this.#aggregate)),
      lo: buckets.map(({ sums }) => (sums.n === 0 ? null : sums.lo)),
      hi: buckets.map(({ sums }) => (sums.n === 0 ? null : sums.hi)),
      n: buckets.map(({ n }) => n),
      quality: buckets.map(({ quality }) => quality),
    };
  }
}

/** Length of one step in which a range is summed up to so many points, ms. */
export function stepOf(fromMs: number, toMs: number, points: number): number {
  return Math.max(1, Math.ceil((toMs - fromMs) / points));
}

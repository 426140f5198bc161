/**
 * Readings of one channel, in the order of time, made into at most a number of points. Up to that number they are
 * given as they are; beyond, in equal steps from the start of the range, each summed up by the quantity's aggregate with
 * lowest, highest, count and all quality bits. Steps without a reading are left out, so that a gap stays a gap. Values
 * outside the physical range count only where a step has no others.
 */
import { type Aggregate, QUALITY, type Series } from '@karez/model';

interface Step {
  start: number;
  n: number;
  quality: number;
  /** Sound values first, all values second. */
  sums: [Sum, Sum];
}

interface Sum {
  n: number;
  sum: number;
  sin: number;
  cos: number;
  lo: number;
  hi: number;
  last: number;
}

const emptySum = (): Sum => ({
  n: 0,
  sum: 0,
  sin: 0,
  cos: 0,
  lo: Number.POSITIVE_INFINITY,
  hi: Number.NEGATIVE_INFINITY,
  last: Number.NaN,
});

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
    this.#stepMs = Math.max(1, Math.ceil((toMs - fromMs) / points));
  }

  /** Adds the next reading; times must not fall. `value` is null for an absent one. */
  add(timeMs: number, value: number | null, quality: number): void {
    if (this.#raw !== undefined) {
      this.#raw.timeMs.push(timeMs);
      this.#raw.value.push(value);
      this.#raw.quality.push(quality);
      if (this.#raw.timeMs.length <= this.#points) return;
      const { timeMs: times, value: values, quality: qualities } = this.#raw;
      this.#raw = undefined;
      for (const [i, t] of times.entries()) this.#toStep(t, values[i] as number | null, qualities[i] as number);
      return;
    }
    this.#toStep(timeMs, value, quality);
  }

  #toStep(timeMs: number, value: number | null, quality: number): void {
    const start = this.#fromMs + Math.floor((timeMs - this.#fromMs) / this.#stepMs) * this.#stepMs;
    let step = this.#steps.at(-1);
    if (step === undefined || step.start !== start) {
      step = { start, n: 0, quality: 0, sums: [emptySum(), emptySum()] };
      this.#steps.push(step);
    }
    step.n++;
    step.quality |= quality;
    if (value === null) return;
    if ((quality & QUALITY.RANGE) === 0) collect(step.sums[0], value);
    collect(step.sums[1], value);
  }

  result(): Series {
    if (this.#raw !== undefined) {
      const { timeMs, value, quality } = this.#raw;
      return { id: this.#id, stepMs: 0, timeMs, mean: value, lo: value, hi: value, n: timeMs.map(() => 1), quality };
    }
    const used = this.#steps.map((s) => (s.sums[0].n > 0 ? s.sums[0] : s.sums[1]));
    return {
      id: this.#id,
      stepMs: this.#stepMs,
      timeMs: this.#steps.map((s) => s.start),
      mean: used.map((sum) => combine(sum, this.#aggregate)),
      lo: used.map((sum) => (sum.n === 0 ? null : sum.lo)),
      hi: used.map((sum) => (sum.n === 0 ? null : sum.hi)),
      n: this.#steps.map((s) => s.n),
      quality: this.#steps.map((s) => s.quality),
    };
  }
}

function collect(sum: Sum, value: number): void {
  sum.n++;
  sum.sum += value;
  const angle = (value * Math.PI) / 180;
  sum.sin += Math.sin(angle);
  sum.cos += Math.cos(angle);
  sum.lo = Math.min(sum.lo, value);
  sum.hi = Math.max(sum.hi, value);
  sum.last = value;
}

function combine(sum: Sum, aggregate: Aggregate): number | null {
  if (sum.n === 0) return null;
  switch (aggregate) {
    case 'mean':
      return sum.sum / sum.n;
    case 'sum':
      return sum.sum;
    case 'last':
      return sum.last;
    case 'circular':
      return ((Math.atan2(sum.sin, sum.cos) * 180) / Math.PI + 360) % 360;
  }
}

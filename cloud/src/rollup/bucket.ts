/**
 * What many readings of a channel in one span of time come to. Buckets of neighbouring spans add up to the bucket of the
 * whole, so that hours are made of minutes and a chart's steps of hours. Values outside the physical range count only
 * where there are no others.
 */
import { type Aggregate, QUALITY } from '@karez/model';

export interface Bucket {
  /** Readings, absent ones included. */
  n: number;
  /** All their quality bits. */
  quality: number;
  /** Whether the sums below are of values inside the physical range. */
  sound: boolean;
  sums: Sums;
}

export interface Sums {
  /** Values. */
  n: number;
  sum: number;
  /** Sums of unit vectors, for directions in degrees. */
  sin: number;
  cos: number;
  lo: number;
  hi: number;
  last: number;
}

const emptySums = (): Sums => ({
  ...{ n: 0, sum: 0, sin: 0, cos: 0, last: Number.NaN },
  ...{ lo: Number.POSITIVE_INFINITY, hi: Number.NEGATIVE_INFINITY },
});

/** Gathers readings and buckets in the order of time. */
export class Gatherer {
  #n = 0;
  #quality = 0;
  readonly #sound = emptySums();
  readonly #all = emptySums();

  /** `value` is null for an absent one. */
  add(value: number | null, quality: number): void {
    this.#n++;
    this.#quality |= quality;
    if (value === null) return;
    if ((quality & QUALITY.RANGE) === 0) collect(this.#sound, value);
    else collect(this.#all, value);
  }

  addBucket({ n, quality, sound, sums }: Bucket): void {
    this.#n += n;
    this.#quality |= quality;
    merge(sound ? this.#sound : this.#all, sums);
  }

  bucket(): Bucket {
    const sound = this.#sound.n > 0 || this.#all.n === 0;
    return { n: this.#n, quality: this.#quality, sound, sums: sound ? this.#sound : this.#all };
  }
}

/** A bucket's one value by the quantity's aggregate; null where no reading had a value. */
export function aggregateOf({ sums }: Bucket, aggregate: Aggregate): number | null {
  if (sums.n === 0) return null;
  switch (aggregate) {
    case 'mean':
      return sums.sum / sums.n;
    case 'sum':
      return sums.sum;
    case 'last':
      return sums.last;
    case 'circular':
      return ((Math.atan2(sums.sin, sums.cos) * 180) / Math.PI + 360) % 360;
  }
}

function collect(sums: Sums, value: number): void {
  const angle = (value * Math.PI) / 180;
  sums.n++;
  sums.sum += value;
  sums.sin += Math.sin(angle);
  sums.cos += Math.cos(angle);
  sums.lo = Math.min(sums.lo, value);
  sums.hi = Math.max(sums.hi, value);
  sums.last = value;
}

function merge(sums: Sums, more: Sums): void {
  if (more.n === 0) return;
  sums.n += more.n;
  sums.sum += more.sum;
  sums.sin += more.sin;
  sums.cos += more.cos;
  sums.lo = Math.min(sums.lo, more.lo);
  sums.hi = Math.max(sums.hi, more.hi);
  sums.last = more.last;
}

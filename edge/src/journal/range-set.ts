/** A set of sequence numbers as ranges that neither overlap nor touch, in rising order. */

export type Range = [first: number, last: number];

export class RangeSet {
  #ranges: Range[] = [];
  #size = 0;

  constructor(ranges: Iterable<Readonly<Range>> = []) {
    for (const [first, last] of ranges) this.add(first, last);
  }

  /** How many numbers it holds. */
  get size(): number {
    return this.#size;
  }

  /** The lowest range. */
  get firstRange(): Readonly<Range> | undefined {
    return this.#ranges[0];
  }

  ranges(): Range[] {
    return this.#ranges.map(([first, last]) => [first, last]);
  }

  add(first: number, last: number): void {
    const ranges = this.#ranges;
    const end = ranges.at(-1);
    // Nearly always at the end: readings come in order.
    if (end === undefined || first > end[1] + 1) {
      ranges.push([first, last]);
      this.#size += last - first + 1;
      return;
    }
    const from = this.#indexFrom(first - 1);
    let to = from;
    let low = first;
    let high = last;
    while (to < ranges.length && (ranges[to] as Range)[0] <= last + 1) {
      const [f, l] = ranges[to] as Range;
      low = Math.min(low, f);
      high = Math.max(high, l);
      this.#size -= l - f + 1;
      to++;
    }
    ranges.splice(from, to - from, [low, high]);
    this.#size += high - low + 1;
  }

  /** Takes numbers out; returns how many were in. */
  remove(first: number, last: number): number {
    const ranges = this.#ranges;
    const from = this.#indexFrom(first);
    let to = from;
    let removed = 0;
    const rest: Range[] = [];
    for (; to < ranges.length && (ranges[to] as Range)[0] <= last; to++) {
      const [f, l] = ranges[to] as Range;
      removed += Math.min(l, last) - Math.max(f, first) + 1;
      if (f < first) rest.push([f, first - 1]);
      if (l > last) rest.push([last + 1, l]);
    }
    ranges.splice(from, to - from, ...rest);
    this.#size -= removed;
    return removed;
  }

  has(n: number): boolean {
    return this.rangeOf(n) !== undefined;
  }

  /** Whether any number from `first` to `last` is in. */
  touches(first: number, last: number): boolean {
    const range = this.#ranges[this.#indexFrom(first)];
    return range !== undefined && range[0] <= last;
  }

  /** The range that holds `n`. */
  rangeOf(n: number): Readonly<Range> | undefined {
    const range = this.#ranges[this.#indexFrom(n)];
    return range !== undefined && range[0] <= n ? range : undefined;
  }

  /** How many numbers from `first` to `last` are in. */
  count(first: number, last: number): number {
    let n = 0;
    for (let i = this.#indexFrom(first); i < this.#ranges.length; i++) {
      const [f, l] = this.#ranges[i] as Range;
      if (f > last) break;
      n += Math.min(l, last) - Math.max(f, first) + 1;
    }
    return n;
  }

  clear(): void {
    this.#ranges = [];
    this.#size = 0;
  }

  /** Index of the first range that ends at `n` or later. */
  #indexFrom(n: number): number {
    let low = 0;
    let high = this.#ranges.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#ranges[middle] as Range)[1] < n) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Which channels a sample has, and in which order. Source: docs/protocol/batch.md, "Shapes". */
import { Counters, decide } from './counters.ts';
import type { Decisions } from './decisions.ts';
import { COUNTERS } from './first-chances.ts';
import { type Numbers, unfold } from './numbers.ts';
import { refuseUnless } from './refusal.ts';

const LAST_CHANNEL = 65_535;

interface Run {
  first: number;
  length: number;
}

export interface Shape {
  runs: Run[];
  size: number;
  /** The number of the shape that is expected after it. */
  next: number;
  /** What times and qualities remember of its samples. */
  ticks: number | undefined;
  step: number;
  context: number;
  sameQualities: 0 | 1;
}

export class Shapes {
  readonly #from: Decisions;
  readonly #numbers: Numbers;
  readonly #list: Shape[] = [];
  #previous: Shape | undefined;
  readonly #other = new Counters(COUNTERS.other.p, COUNTERS.other.n);
  readonly #rest = new Counters(COUNTERS.rest.p, COUNTERS.rest.n);

  constructor(from: Decisions, numbers: Numbers) {
    this.#from = from;
    this.#numbers = numbers;
  }

  /** The shape of the next sample, where `left` readings are not yet taken. */
  read(left: number): Shape {
    const number = this.#number();
    if (this.#previous !== undefined) this.#previous.next = number;
    if (number === this.#list.length) this.#list.push(this.#newShape(left));
    const shape = this.#list[number] as Shape;
    refuseUnless(shape.size <= left, 'a shape is larger than what is left');
    this.#previous = shape;
    return shape;
  }

  #number(): number {
    if (this.#previous === undefined) return 0;
    if (decide(this.#from, this.#other.at(0)) === 0) return this.#previous.next;
    const back = this.#numbers.read(this.#from, 'back');
    refuseUnless(back <= this.#list.length, 'no such shape');
    return this.#list.length - back;
  }

  #newShape(left: number): Shape {
    const count = this.#numbers.read(this.#from, 'runs') + 1;
    refuseUnless(count <= left, 'more runs than readings');
    const lastRun = this.#list.at(-1)?.runs.at(-1);
    let after = lastRun === undefined ? 1 : lastRun.first + lastRun.length;
    let size = 0;
    const runs: Run[] = [];
    for (let r = 1; r <= count; r++) {
      const first = after + unfold(this.#numbers.read(this.#from, 'starts'));
      const rest = r === count && decide(this.#from, this.#rest.at(0)) === 1;
      const length = rest ? left - size : this.#numbers.read(this.#from, 'lengths') + 1;
      size += length;
      refuseUnless(first >= 1 && first + length - 1 <= LAST_CHANNEL, 'no such channel');
      refuseUnless(length >= 1 && size <= left, 'no such length of a run');
      after = first + length;
      runs.push({ first, length });
    }
    const next = this.#list.length + 1;
    return { runs, size, next, ticks: undefined, step: 0, context: 1, sameQualities: 1 };
  }
}

/** The channels of a shape, in order. */
export function channelsOf(shape: Shape): number[] {
  return shape.runs.flatMap(({ first, length }) => Array.from({ length }, (_, i) => first + i));
}

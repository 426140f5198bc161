/** When a sample was taken. Source: docs/protocol/batch.md, "Times". */
import { type Head, TIMES_END_MS } from './batch-head.ts';
import type { Decisions } from './decisions.ts';
import { bits, type Numbers, unfold } from './numbers.ts';
import { refuseUnless } from './refusal.ts';
import type { Shape } from './shapes.ts';

const CONTEXT_OF_A_FIRST_SAMPLE = 5;

export class Times {
  readonly #from: Decisions;
  readonly #numbers: Numbers;
  readonly #head: Head;
  /** Time of the sample before, in units. */
  #before: number | undefined;

  constructor(from: Decisions, numbers: Numbers, head: Head) {
    this.#from = from;
    this.#numbers = numbers;
    this.#head = head;
  }

  /** The time of the next sample, of this shape, in milliseconds. */
  readMs(shape: Shape): number {
    const now = this.#read(shape);
    refuseUnless(now >= 0 && now * this.#head.unitMs < TIMES_END_MS, 'no such time');
    shape.ticks = now;
    this.#before = now;
    return now * this.#head.unitMs;
  }

  #read(shape: Shape): number {
    if (this.#before === undefined) return this.#head.start;
    if (shape.ticks === undefined) return this.#before + this.#miss(CONTEXT_OF_A_FIRST_SAMPLE);
    const miss = this.#miss(shape.context);
    const now = shape.ticks + shape.step + miss;
    shape.step = now - shape.ticks;
    shape.context = Math.min(4, Math.ceil(bits(Math.abs(miss)) / 3));
    return now;
  }

  #miss(context: number): number {
    return unfold(this.#numbers.read(this.#from, 'times', context));
  }
}

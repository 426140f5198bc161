/** So many at once, so many more in line; whoever comes then is asked to come back. */
import { problem } from '@karez/model';

export class Turns {
  readonly #atOnce: number;
  readonly #inLine: number;
  readonly #line: (() => void)[] = [];
  #busy = 0;

  constructor(atOnce: number, inLine: number) {
    this.#atOnce = atOnce;
    this.#inLine = inLine;
  }

  /** @throws KarezError BUSY where the line is full. */
  async take<R>(work: () => Promise<R>): Promise<R> {
    if (this.#busy >= this.#atOnce) {
      if (this.#line.length >= this.#inLine) throw problem('busy');
      await new Promise<void>((resolve) => this.#line.push(resolve));
    }
    this.#busy++;
    try {
      return await work();
    } finally {
      this.#busy--;
      this.#line.shift()?.();
    }
  }
}

/**
 * Which messages are repeats of one that was accepted, or of one that is on its way to the disk. A repeat has the same
 * number; its time is the same too, or as near as its network tells times.
 */
import { addMark, isKnown, type Mark } from './journal/marks.ts';

interface UnderWay {
  mark: Mark;
  done: Promise<void>;
}

export class Repeats {
  readonly #marks = new Map<string, Mark[]>();
  /** Messages on their way to the disk, by device: one that comes again meanwhile waits for the first. */
  readonly #underWay = new Map<string, UnderWay[]>();

  constructor(marks: readonly Mark[]) {
    for (const mark of marks) addMark(this.#marks, mark);
  }

  /**
   * What a repeat waits for; undefined for a message that is new.
   * @param withinMs by how much the times of repeats may differ.
   */
  of([device, counter, timeMs]: Mark, withinMs: number): Promise<void> | undefined {
    const same = (other: Mark) => other[1] === counter && isNear(other[2], timeMs, withinMs);
    const underWay = this.#underWay.get(device)?.find(({ mark }) => same(mark));
    if (underWay !== undefined) return underWay.done;
    const known = this.#marks.get(device);
    const isRepeat = isKnown(known, counter, timeMs) || (withinMs > 0 && known?.some(same) === true);
    return isRepeat ? Promise.resolve() : undefined;
  }

  /** Remembers a message once `done` resolves. */
  async take(mark: Mark, done: Promise<void>): Promise<void> {
    const [device] = mark;
    const entry = { mark, done };
    const here = this.#underWay.get(device);
    if (here === undefined) this.#underWay.set(device, [entry]);
    else here.push(entry);
    try {
      await done;
      addMark(this.#marks, mark);
    } finally {
      const left = (this.#underWay.get(device) ?? []).filter((other) => other !== entry);
      if (left.length === 0) this.#underWay.delete(device);
      else this.#underWay.set(device, left);
    }
  }
}

function isNear(a: number | null, b: number | null, withinMs: number): boolean {
  return a === b || (a !== null && b !== null && Math.abs(a - b) <= withinMs);
}

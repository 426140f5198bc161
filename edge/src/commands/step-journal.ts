/**
 * Steps of commands on their way to the journal, in the order in which they came about. What must not be forgotten, which
 * commands were taken and which are over, is a mark in the same commit. While the journal takes nothing they wait in
 * memory, up to a bound.
 */
import { type CommandReason, type CommandStep, codeOfStep, LIMITS, type Logger, QUALITY } from '@karez/model';
import type { Moment } from '../clock/timekeeper.ts';
import type { Journal } from '../journal/journal.ts';
import type { Mark } from '../journal/marks.ts';
import type { CommandChannels } from './describe.ts';

export interface CommandStepRow {
  actuator: string;
  number: number;
  step: CommandStep;
  reason: CommandReason;
  value: number | null;
}

/** A command waits for the disk, not for other readings. */
const HURRY_MS = 1_000;
/** Marks of commands: no device can have such a name. */
const TAKEN = '@taken/';
const OVER = '@over/';
const ENDS: readonly CommandStep[] = ['ended', 'refused', 'failed', 'interrupted'];

/** What an actuator's marks tell. */
export interface Remembered {
  /** Numbers that were taken or refused lately. */
  seen: ReadonlySet<number>;
  /** The highest of them; 0 where there is none. */
  last: number;
  /** Taken, and without a last word. */
  open: number[];
}

export function remembered(marks: readonly Mark[], actuator: string): Remembered {
  const numbers = (prefix: string) => marks.filter(([name]) => name === `${prefix}${actuator}`).map((mark) => mark[1]);
  const taken = numbers(TAKEN);
  const over = new Set(numbers(OVER));
  const last = Math.max(0, ...taken, ...over);
  // One at a time is under way: older ones whose end is forgotten had one.
  const newest = Math.max(0, ...over);
  return { seen: new Set([...taken, ...over]), last, open: taken.filter((n) => n > newest && !over.has(n)) };
}

export class StepJournal {
  readonly #journal: Pick<Journal, 'append' | 'hurry'>;
  readonly #channels: CommandChannels;
  readonly #logger: Logger;
  readonly #now: () => Moment;
  readonly #waiting: { row: CommandStepRow; moment: Moment }[] = [];
  #turn: Promise<unknown> = Promise.resolve();
  readonly counts = { written: 0, dropped: 0 };

  constructor(
    journal: Pick<Journal, 'append' | 'hurry'>,
    channels: CommandChannels,
    logger: Logger,
    now: () => Moment,
  ) {
    this.#journal = journal;
    this.#channels = channels;
    this.#logger = logger;
    this.#now = now;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Resolves once it is on disk. @throws KarezError JOURNAL_FULL, JOURNAL_UNWRITABLE, BUSY. */
  write(row: CommandStepRow): Promise<void> {
    return this.#append(row, this.#now());
  }

  /** Writes it down now or when the journal takes it. */
  later(row: CommandStepRow): void {
    this.#waiting.push({ row, moment: this.#now() });
    if (this.#waiting.length > LIMITS.transitionsWaiting) {
      this.#waiting.shift();
      this.counts.dropped++;
      if (this.counts.dropped === 1)
        this.#logger.log('error', 'the journal takes nothing: steps of commands are lost', {});
    }
    void this.retry();
  }

  /** Tries again what waits, oldest first. */
  retry(): Promise<void> {
    const turn = this.#turn.then(() => this.#drain());
    this.#turn = turn;
    return turn;
  }

  async #drain(): Promise<void> {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      try {
        await this.#append(next.row, next.moment);
      } catch {
        return;
      }
      if (this.#waiting[0] === next) this.#waiting.shift();
    }
  }

  async #append({ actuator, number, step, reason, value }: CommandStepRow, moment: Moment): Promise<void> {
    const { command, states } = this.#channels;
    const state = states.get(actuator);
    const shown = value ?? Number.NaN;
    const absent = value === null ? QUALITY.ABSENT : 0;
    // An actuator that is none of ours has no channel: 0 stands for it.
    const values = [number, state ?? 0, codeOfStep(step, reason), shown];
    const mark = markOf(actuator, number, step);
    this.#journal.hurry(HURRY_MS);
    await this.#journal.append(
      Math.round(moment.timeMs),
      state === undefined ? command : [...command, state],
      state === undefined ? values : [...values, shown],
      state === undefined ? [0, 0, 0, absent] : [0, 0, 0, absent, absent],
      { dated: moment.dated, ...(mark === undefined ? {} : { mark }) },
    );
    this.counts.written++;
  }
}

function markOf(actuator: string, number: number, step: CommandStep): Mark | undefined {
  if (number === 0) return undefined;
  if (step === 'taken') return [`${TAKEN}${actuator}`, number, null];
  return ENDS.includes(step) ? [`${OVER}${actuator}`, number, null] : undefined;
}

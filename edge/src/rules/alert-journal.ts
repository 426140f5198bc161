/**
 * Transitions on their way to the journal, in the order in which they came about. What a transition leaves behind, the state to
 * go on from after a restart, is a mark in the same commit: the journal never holds one without the other. While the
 * journal takes nothing they wait in memory, up to a bound.
 */
import {
  alertColumns,
  changeOfCode,
  codeOfChange,
  type KeptState,
  LIMITS,
  type Logger,
  type Transition,
} from '@karez/model';
import type { Journal } from '../journal/journal.ts';
import type { Mark } from '../journal/marks.ts';

/** Marks of alerts: no device can have such a name. */
const PREFIX = '!';
/** An alert is not gathered with what comes later. */
const HURRY_MS = 200;
/** Codes are below it. */
const CODES = 128;

interface Waiting {
  transition: Transition;
  dated: boolean;
}

/** Whether a mark is an alert's, not a device's. */
export const isAlertMark = ([name]: Mark): boolean => name.startsWith(PREFIX);

export class AlertJournal {
  readonly #journal: Pick<Journal, 'append' | 'hurry'>;
  readonly #logger: Logger;
  /** Numbers of the four channels; set before anything is written. */
  numbers: readonly number[] = [];
  readonly #waiting: Waiting[] = [];
  #writing: Promise<void> | undefined;
  readonly counts = { written: 0, dropped: 0 };

  constructor(journal: Pick<Journal, 'append' | 'hurry'>, logger: Logger) {
    this.#journal = journal;
    this.#logger = logger;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** @param dated false where the times are to be shifted once the clock is known. */
  write(transitions: readonly Transition[], dated: boolean): void {
    for (const transition of transitions) {
      if (this.#waiting.length > 0) this.#wait({ transition, dated });
      else
        this.#append({ transition, dated }).then(
          () => this.counts.written++,
          () => this.#wait({ transition, dated }),
        );
    }
  }

  /** Tries again what waits, oldest first. */
  async retry(): Promise<void> {
    if (this.#waiting.length === 0) return;
    this.#writing ??= this.#drain().finally(() => {
      this.#writing = undefined;
    });
    await this.#writing;
  }

  async #drain(): Promise<void> {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      try {
        await this.#append(next);
      } catch {
        return;
      }
      this.counts.written++;
      if (this.#waiting[0] === next) this.#waiting.shift();
    }
  }

  #append({ transition, dated }: Waiting): Promise<void> {
    const { values, qualities } = alertColumns(transition);
    const mark = markOf(transition, dated);
    this.#journal.hurry(HURRY_MS);
    return this.#journal.append(transition.timeMs, this.numbers, values, qualities, {
      dated,
      ...(mark === undefined ? {} : { mark }),
    });
  }

  #wait(waiting: Waiting): void {
    this.#waiting.push(waiting);
    if (this.#waiting.length <= LIMITS.transitionsWaiting) return;
    this.#waiting.shift();
    this.counts.dropped++;
    if (this.counts.dropped === 1)
      this.#logger.log('error', 'the journal takes nothing: transitions of alerts are lost', { waiting: this.waiting });
  }
}

/** History leaves no state behind. */
function markOf(transition: Transition, dated: boolean): Mark | undefined {
  if (transition.late) return undefined;
  const { rule, anchor, revision, firedMs, timeMs } = transition;
  return [
    `${PREFIX}${rule}/${anchor}`,
    revision * CODES + codeOfChange(transition),
    dated ? (firedMs ?? timeMs) : null,
  ];
}

/** States that were on when the gateway stopped. */
export function keptStates(marks: readonly Mark[]): KeptState[] {
  // Oldest first: the last of each tells.
  const last = new Map(marks.filter(isAlertMark).map((mark) => [mark[0], mark]));
  return [...last.values()].flatMap(([name, counter, sinceMs]): KeptState[] => {
    const [rule, anchor] = name.slice(PREFIX.length).split('/') as [string, string];
    const kind = changeOfCode(counter % CODES);
    if (kind === undefined || kind.state === 'ok') return [];
    const { state, noData, raised } = kind;
    return [{ rule, anchor: Number(anchor), revision: Math.floor(counter / CODES), state, noData, raised, sinceMs }];
  });
}

/**
 * Holds the journal in the thread that works on it. Damage that shows only while it runs makes it open anew, which rebuilds
 * the file; the call that met it is then tried once more.
 */
import { JournalDb, type JournalOptions } from './journal-db.ts';
import { isDamage } from './open-file.ts';

export type JournalMethod = Exclude<keyof JournalDb, 'close'> | 'close';
export type OpenedJournal = ReturnType<JournalDb['open']>;

export class JournalHost {
  readonly #options: JournalOptions;
  readonly #reopened: (opened: OpenedJournal) => void;
  #journal: JournalDb;
  #protected: number[] = [];

  constructor(options: JournalOptions, reopened: (opened: OpenedJournal) => void) {
    this.#options = options;
    this.#reopened = reopened;
    this.#journal = new JournalDb(options);
  }

  call(method: JournalMethod, args: unknown[]): unknown {
    if (method === 'protect') this.#protected = args[0] as number[];
    try {
      return this.#run(method, args);
    } catch (error) {
      if (method === 'close' || !isDamage(error)) throw error;
      this.#journal.abandon();
      this.#journal = new JournalDb({ ...this.#options, rebuild: true });
      this.#journal.protect(this.#protected);
      this.#reopened(this.#journal.open());
      return this.#run(method, args);
    }
  }

  #run(method: JournalMethod, args: unknown[]): unknown {
    const run = this.#journal[method] as (...given: unknown[]) => unknown;
    return run.apply(this.#journal, args);
  }
}

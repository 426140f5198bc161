/** Commands on disk, in the thread that owns the file: each method is one transaction or a read. */
import { DatabaseSync } from 'node:sqlite';
import { KarezError, LIMITS } from '@karez/model';
import { transaction } from '../transaction.ts';
import { type CommandRow, type StateRow, type StepRow, type StopRow, standing } from './command-row.ts';
import { createCommandTables } from './command-tables.ts';

export interface CommandQuery {
  /** Numbers below. */
  before: number;
  limit: number;
  gateway: string | null;
  actuator: string | null;
}

export type Commanded = { row: CommandRow; steps: StepRow[] };

const STEP = 'farm, gateway, epoch, seq, number, actuator, at AS atMs, step, reason, value';
/** What may still change: not over, or over without the gateway's word. */
const OPEN = ['waiting', 'acting', 'running', 'unanswered'];

export class CommandsDb {
  readonly #db: DatabaseSync;

  constructor({ path }: { path: string }) {
    this.#db = new DatabaseSync(path);
    createCommandTables(this.#db);
  }

  /**
   * Writes a command down, with the next number.
   * @returns it, or the one that has its id already.
   * @throws KarezError BUSY where too many wait.
   */
  add(command: Omit<CommandRow, 'number' | 'lapsed'>): Commanded {
    return transaction(this.#db, () => {
      const known = this.find(command.farm, command.id);
      if (known !== undefined) return known;
      const { n } = this.#db
        .prepare('SELECT count(*) AS n FROM command WHERE farm = ? AND open = 1')
        .get(command.farm) as {
        n: number;
      };
      if (n >= LIMITS.commandsWaiting)
        throw new KarezError('BUSY', `${LIMITS.commandsWaiting} commands of this farm are under way already`);
      const { last } = this.#db.prepare('SELECT coalesce(max(number), 0) AS last FROM command').get() as {
        last: number;
      };
      const row: CommandRow = { ...command, number: Math.max(command.issuedMs, last + 1), lapsed: false };
      const { number, farm, id, gateway, actuator, value, runS, issuedMs, expiresMs, by, note, refusal, offered } = row;
      this.#db
        .prepare(
          'INSERT INTO command (number, farm, id, gateway, actuator, value, run, issued, expires, actor, name, note, refusal, offered, open) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
        )
        .run(
          ...([number, farm, id, gateway, actuator, value, runS, issuedMs, expiresMs] as const),
          ...([by.id, by.name, note, refusal, offered ? 1 : 0, refusal === null ? 1 : 0] as const),
        );
      return { row, steps: [] };
    });
  }

  find(farm: string, id: string): Commanded | undefined {
    return this.#one(this.#db.prepare('SELECT * FROM command WHERE farm = ? AND id = ?').get(farm, id));
  }

  /** Newest first. */
  page(farm: string, { before, limit, gateway, actuator }: CommandQuery): Commanded[] {
    const rows = this.#db
      .prepare(
        'SELECT * FROM command WHERE farm = ? AND number < ? AND coalesce(gateway = ?, 1) AND coalesce(actuator = ?, 1) ORDER BY number DESC LIMIT ?',
      )
      .all(farm, before, gateway, actuator, limit);
    return rows.map((row) => this.#one(row) as Commanded);
  }

  /** Every command that is not over, oldest first. */
  open(): Commanded[] {
    const rows = this.#db.prepare('SELECT * FROM command WHERE open = 1 ORDER BY number').all();
    return rows.map((row) => this.#one(row) as Commanded);
  }

  /** It is about to be sent for the first time. */
  offered(number: number): void {
    this.#db.prepare('UPDATE command SET offered = 1 WHERE number = ?').run(number);
  }

  /** The time of these is over. @returns them. */
  lapse(numbers: readonly number[]): Commanded[] {
    return transaction(this.#db, () =>
      numbers.flatMap((number) => {
        this.#db.prepare('UPDATE command SET lapsed = 1 WHERE number = ?').run(number);
        return this.#settle(number) ?? [];
      }),
    );
  }

  /** Takes steps; those that are known change nothing. @returns the commands that they belong to. */
  take(steps: readonly StepRow[]): Commanded[] {
    return transaction(this.#db, () => {
      const insert = this.#db.prepare(
        'INSERT OR IGNORE INTO step (farm, gateway, epoch, seq, number, actuator, at, step, reason, value) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
      );
      const numbers = new Set<number>();
      for (const s of steps) {
        insert.run(s.farm, s.gateway, s.epoch, s.seq, s.number, s.actuator, s.atMs, s.step, s.reason, s.value);
        // What was refused says nothing new of how the actuator is.
        if (s.step !== 'refused') this.#setState(s);
        if (s.number > 0) numbers.add(s.number);
      }
      return [...numbers].flatMap((number) => this.#settle(number) ?? []);
    });
  }

  states(): StateRow[] {
    return this.#db
      .prepare('SELECT farm, gateway, actuator, at AS atMs, seq, value, since AS sinceMs FROM state')
      .all() as unknown as StateRow[];
  }

  stops(): StopRow[] {
    const rows = this.#db.prepare('SELECT * FROM stop').all() as unknown as {
      farm: string;
      since: number;
      actor: string;
      name: string;
      note: string | null;
    }[];
    return rows.map(({ farm, since, actor, name, note }) => ({
      ...{ farm, sinceMs: since, by: { id: actor, name }, note },
    }));
  }

  setStop(farm: string, stop: Omit<StopRow, 'farm'> | null): void {
    if (stop === null) this.#db.prepare('DELETE FROM stop WHERE farm = ?').run(farm);
    else
      this.#db
        .prepare('INSERT OR IGNORE INTO stop (farm, since, actor, name, note) VALUES (?, ?, ?, ?, ?)')
        .run(farm, stop.sinceMs, stop.by.id, stop.by.name, stop.note);
  }

  close(): void {
    this.#db.close();
  }

  #setState({ farm, gateway, actuator, atMs, seq, value }: StepRow): void {
    this.#db
      .prepare(
        `INSERT INTO state (farm, gateway, actuator, at, seq, value, since) VALUES (?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (farm, gateway, actuator) DO UPDATE SET
           since = CASE WHEN state.value IS excluded.value THEN state.since ELSE excluded.since END,
           at = excluded.at, seq = excluded.seq, value = excluded.value
         WHERE excluded.at > state.at OR (excluded.at = state.at AND excluded.seq > state.seq)`,
      )
      .run(farm, gateway, actuator, atMs, seq, value, atMs);
  }

  /** Whether it is over is written beside it, so that a start reads only what is not. */
  #settle(number: number): Commanded | undefined {
    const found = this.#one(this.#db.prepare('SELECT * FROM command WHERE number = ?').get(number));
    if (found === undefined) return undefined;
    const isOpen = OPEN.includes(standing(found.row, found.steps).phase);
    this.#db.prepare('UPDATE command SET open = ? WHERE number = ?').run(isOpen ? 1 : 0, number);
    return found;
  }

  #one(row: unknown): Commanded | undefined {
    if (row === undefined) return undefined;
    const { run, issued, expires, actor, name, offered, lapsed, open: _, ...rest } = row as Record<string, never>;
    const command = {
      ...{ ...rest, runS: run, issuedMs: issued, expiresMs: expires, by: { id: actor, name } },
      ...{ offered: offered === 1, lapsed: lapsed === 1 },
    } as unknown as CommandRow;
    const steps = this.#db
      .prepare(`SELECT ${STEP} FROM step WHERE number = ? AND farm = ? AND gateway = ? ORDER BY at, seq`)
      .all(command.number, command.farm, command.gateway) as unknown as StepRow[];
    return { row: command, steps };
  }
}

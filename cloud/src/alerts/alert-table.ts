/**
 * Transitions and the alerts made of them. An alert is named by the transition by which it fired; whenever another transition of
 * its rule and subject comes, in whatever order, the alerts of both are made anew (model/src/rules/episodes.ts), so each is there once.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { changeOfCode, codeOfChange, type Episode, episodesOf, LIMITS, type NamedTransition } from '@karez/model';
import { type AlertRow, NEW_LIFE } from './alert-row.ts';

/** A transition with what it is about. `by`: the gateway that judged, or the cloud. */
export interface TakenTransition extends NamedTransition {
  farm: string;
  by: string;
  rule: string;
  subject: string;
}

type Row = Record<string, never> & {
  [key in 'farm' | 'rule' | 'subject' | 'by' | 'epoch' | 'state' | 'reason' | 'life']: string;
} & { [key in 'id' | 'seq' | 'revision' | 'fired' | 'ended' | 'blind' | 'raised' | 'late' | 'value']: number };

export class AlertTable {
  readonly #addTransition: StatementSync;
  readonly #transitions: StatementSync;
  readonly #lastSeq: StatementSync;
  readonly #named: StatementSync;
  readonly #unnamed: StatementSync;
  readonly #insert: StatementSync;
  readonly #update: StatementSync;
  readonly #one: StatementSync;
  readonly #open: StatementSync;
  readonly #page: StatementSync;
  readonly #openPage: StatementSync;

  constructor(db: DatabaseSync) {
    this.#addTransition = db.prepare(
      'INSERT OR IGNORE INTO transition (farm, "by", epoch, seq, time, rule, subject, revision, code, value) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    );
    this.#transitions = db.prepare(
      'SELECT * FROM transition WHERE farm = ? AND rule = ? AND subject = ? AND "by" = ? ORDER BY time DESC LIMIT ?',
    );
    this.#lastSeq = db.prepare('SELECT max(seq) AS seq FROM transition WHERE farm = ? AND "by" = ? AND epoch = ?');
    this.#named = db.prepare(
      `SELECT * FROM alert WHERE farm = ? AND "by" = ? AND epoch = ? AND seq IN (SELECT value FROM json_each(?)) ORDER BY seq LIMIT 1`,
    );
    this.#unnamed = db.prepare(
      `SELECT * FROM alert WHERE farm = ? AND rule = ? AND subject = ? AND "by" = ? AND epoch = ? AND seq IS NULL
       AND fired <= ? AND (ended IS NULL OR ended >= ?) ORDER BY fired DESC LIMIT 1`,
    );
    this.#insert = db.prepare(
      `INSERT INTO alert (farm, rule, subject, "by", epoch, seq, revision, fired, ended, reason, state, blind, raised, late, value, life)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#update = db.prepare(
      `UPDATE alert SET seq = ?, revision = ?, fired = ?, ended = ?, reason = ?, state = ?, blind = ?, raised = ?, late = ?, value = ?, life = ?
       WHERE id = ?`,
    );
    this.#one = db.prepare('SELECT * FROM alert WHERE id = ?');
    this.#open = db.prepare(`SELECT * FROM alert WHERE late = 0 AND (ended IS NULL
       OR (json_extract(life, '$.toldMs') IS NOT NULL AND json_extract(life, '$.isOverTold') = 0)) ORDER BY id`);
    this.#page = db.prepare(
      'SELECT * FROM alert WHERE farm = ? AND id < ? AND fired < ? AND (ended IS NULL OR ended >= ?) ORDER BY id DESC LIMIT ?',
    );
    this.#openPage = db.prepare(
      'SELECT * FROM alert WHERE farm = ? AND id < ? AND ended IS NULL AND late = 0 ORDER BY id DESC LIMIT ?',
    );
  }

  /** Takes transitions; within a transaction of the caller. @returns the alerts that are new or have changed. */
  take(transitions: readonly TakenTransition[]): AlertRow[] {
    for (const t of transitions)
      this.#addTransition.run(
        ...[t.farm, t.by, t.epoch, t.seq, t.timeMs, t.rule, t.subject, t.revision],
        ...[codeOfChange(t), Number.isNaN(t.value) ? null : t.value],
      );
    const subjects = new Map(transitions.map((t) => [`${t.farm} ${t.by} ${t.rule} ${t.subject}`, t]));
    return [...subjects.values()].flatMap((about) =>
      episodesOf(this.transitions(about)).flatMap((episode) => this.#takeEpisode(about, episode)),
    );
  }

  /** The newest transitions of a rule at a subject. */
  transitions({ farm, rule, subject, by }: Pick<AlertRow, 'farm' | 'rule' | 'subject' | 'by'>): NamedTransition[] {
    const rows = this.#transitions.all(farm, rule, subject, by, LIMITS.transitionsPerSubject) as unknown as (Row & {
      time: number;
      code: number;
    })[];
    return rows.flatMap(({ epoch, seq, time, revision, code, value }) => {
      const kind = changeOfCode(code);
      return kind === undefined ? [] : [{ ...kind, epoch, seq, timeMs: time, revision, value: value ?? Number.NaN }];
    });
  }

  /** The number after the last of one who judges. */
  nextSeq(farm: string, by: string, epoch: string): number {
    const { seq } = this.#lastSeq.get(farm, by, epoch) as { seq: number | null };
    return (seq ?? 0) + 1;
  }

  #takeEpisode(about: TakenTransition, { seqs, ...episode }: Episode): AlertRow[] {
    const { farm, rule, subject, by } = about;
    const { epoch, firedMs, endedMs, late } = episode;
    // Where the transition by which it fired comes last, it is known by a later one until then.
    const named = this.#named.get(farm, by, epoch, JSON.stringify(seqs)) as Row | undefined;
    const unnamed =
      named !== undefined || late
        ? undefined
        : (this.#unnamed.get(farm, rule, subject, by, epoch, endedMs ?? Number.MAX_SAFE_INTEGER, firedMs) as
            | Row
            | undefined);
    const known = named ?? unnamed;
    if (known === undefined) return [this.add({ farm, rule, subject, by, ...episode, life: NEW_LIFE })];
    const before = rowOf(known);
    const { life } = before;
    // What was ended here stays ended, unless the gateway itself says when it ended.
    const isHeld = life.isForced && episode.endedMs === null;
    const end = isHeld ? { endedMs: before.endedMs, reason: before.reason, state: before.state, noData: false } : {};
    // What goes on may be raised by the word of a status alone.
    const raisedMs = episode.raisedMs ?? (endedMs === null ? before.raisedMs : null);
    const after: AlertRow = { ...before, ...episode, ...end, raisedMs };
    if (JSON.stringify(after) === JSON.stringify(before)) return [];
    this.save(after);
    return [after];
  }

  add(alert: Omit<AlertRow, 'id'>): AlertRow {
    const { farm, rule, subject, by, epoch } = alert;
    const { lastInsertRowid } = this.#insert.run(farm, rule, subject, by, epoch, ...cells(alert));
    return { ...alert, id: Number(lastInsertRowid) };
  }

  save(alert: AlertRow): void {
    this.#update.run(...cells(alert), alert.id);
  }

  one(id: number): AlertRow | undefined {
    const row = this.#one.get(id) as Row | undefined;
    return row && rowOf(row);
  }

  /** Everything that goes on, and what is over and was not said to be, in all farms. */
  open(): AlertRow[] {
    return (this.#open.all() as unknown as Row[]).map(rowOf);
  }

  /** Newest first. `before`: an id; `fromMs` to `toMs`: it was on within them. */
  page(farm: string, { isOpen, before, fromMs, toMs, limit }: AlertQuery): AlertRow[] {
    const rows = isOpen ? this.#openPage.all(farm, before, limit) : this.#page.all(farm, before, toMs, fromMs, limit);
    return (rows as unknown as Row[]).map(rowOf);
  }
}

export interface AlertQuery {
  isOpen: boolean;
  before: number;
  fromMs: number;
  toMs: number;
  limit: number;
}

function cells(alert: Omit<AlertRow, 'id'>): (string | number | null)[] {
  const { seq, revision, firedMs, endedMs, reason, state, noData, raisedMs, late, value, life } = alert;
  return [
    ...[seq, revision, firedMs, endedMs, reason, state, noData ? 1 : 0, raisedMs, late ? 1 : 0],
    ...[Number.isNaN(value) ? null : value, JSON.stringify(life)],
  ];
}

function rowOf(row: Row): AlertRow {
  const { id, farm, rule, subject, by, epoch, seq, revision, fired, ended, reason, state, blind, raised, late, value } =
    row;
  return {
    ...{ id, farm, rule, subject, by, epoch, seq, revision, firedMs: fired, endedMs: ended },
    ...{ reason: reason as AlertRow['reason'], state: state as AlertRow['state'], noData: blind === 1 },
    ...{ raisedMs: raised, late: late === 1, value: (value as number | null) ?? Number.NaN },
    life: JSON.parse(row.life) as AlertRow['life'],
  };
}

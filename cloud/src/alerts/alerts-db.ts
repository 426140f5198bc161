/** Rules and alerts on disk, in the thread that owns the file: each method is one transaction or a read. */
import { DatabaseSync } from 'node:sqlite';
import type { Actor, AlertAction, NamedTransition, Rule, RuleVersion } from '@karez/model';
import type { Notice } from '../notify/notice.ts';
import { transaction } from '../transaction.ts';
import type { AlertRow, NewAction, Silence } from './alert-row.ts';
import { type AlertQuery, AlertTable, type TakenTransition } from './alert-table.ts';
import { createAlertTables } from './alert-tables.ts';
import { type FarmRules, RuleTable } from './rule-table.ts';

/** What belongs together on disk: alerts with what was done, and what people are to be told of it. */
export interface AlertChanges {
  alerts: readonly AlertRow[];
  actions: readonly NewAction[];
  notices: readonly Notice[];
}

/** Notices read at once. */
const NOTICES = 200;

export class AlertsDb {
  readonly #db: DatabaseSync;
  readonly #rules: RuleTable;
  readonly #alerts: AlertTable;

  constructor({ path }: { path: string }) {
    this.#db = new DatabaseSync(path);
    createAlertTables(this.#db);
    this.#rules = new RuleTable(this.#db);
    this.#alerts = new AlertTable(this.#db);
  }

  rules(): FarmRules[] {
    return this.#rules.all();
  }

  versions(farm: string, rule: string): RuleVersion[] {
    return this.#rules.versions(farm, rule);
  }

  wording(farm: string, revision: number): Rule | undefined {
    return this.#rules.wording(farm, revision);
  }

  /** @throws KarezError CONFLICT, NOT_FOUND. */
  changeRule(farm: string, id: string, rule: Rule | null, was: number | null, actor: Actor, nowMs: number): number {
    return transaction(this.#db, () => this.#rules.change(farm, id, rule ?? undefined, was ?? undefined, actor, nowMs));
  }

  /** Gives a farm that is new the rules that every farm has. @returns whether it did. */
  addDefaults(farm: string, rules: readonly Rule[], actor: Actor, nowMs: number): boolean {
    return transaction(this.#db, () => {
      if (!this.#rules.takesDefaults(farm)) return false;
      for (const rule of rules) this.#rules.change(farm, rule.id, rule, undefined, actor, nowMs);
      return true;
    });
  }

  goOnFrom(farm: string, revision: number): void {
    this.#rules.goOnFrom(farm, revision);
  }

  /** @returns the alerts that are new or have changed. */
  take(transitions: readonly TakenTransition[]): AlertRow[] {
    return transaction(this.#db, () => this.#alerts.take(transitions));
  }

  /** The same of what the cloud itself judged: it gets its numbers here. */
  takeOwn(transitions: readonly Omit<TakenTransition, 'seq'>[]): AlertRow[] {
    return transaction(this.#db, () => {
      const next = new Map<string, number>();
      return this.#alerts.take(
        transitions.map((t) => {
          const seq = next.get(t.farm) ?? this.#alerts.nextSeq(t.farm, t.by, t.epoch);
          next.set(t.farm, seq + 1);
          return { ...t, seq };
        }),
      );
    });
  }

  /** Whether an alert of a rule at a subject is known within a time. */
  overlaps(farm: string, rule: string, subject: string, fromMs: number, toMs: number): boolean {
    const known = this.#db
      .prepare(
        'SELECT 1 FROM alert WHERE farm = ? AND rule = ? AND subject = ? AND fired <= ? AND (ended IS NULL OR ended >= ?)',
      )
      .get(farm, rule, subject, toMs, fromMs);
    return known !== undefined;
  }

  add(alert: Omit<AlertRow, 'id'>): AlertRow {
    return this.#alerts.add(alert);
  }

  save({ alerts, actions, notices }: AlertChanges, nowMs: number): void {
    transaction(this.#db, () => {
      for (const alert of alerts) this.#alerts.save(alert);
      const act = this.#db.prepare('INSERT INTO action (alert, at, actor, name, what, note) VALUES (?, ?, ?, ?, ?, ?)');
      for (const { alert, atMs, by, what, note } of actions) act.run(alert, atMs, by.id, by.name, what, note);
      const tell = this.#db.prepare('INSERT OR IGNORE INTO notice (id, body, made) VALUES (?, ?, ?)');
      for (const notice of notices) tell.run(notice.id, JSON.stringify(notice), nowMs);
    });
  }

  open(): AlertRow[] {
    return this.#alerts.open();
  }

  alert(id: number): AlertRow | undefined {
    return this.#alerts.one(id);
  }

  page(farm: string, query: AlertQuery): AlertRow[] {
    return this.#alerts.page(farm, query);
  }

  transitions(alert: AlertRow): NamedTransition[] {
    return this.#alerts.transitions(alert);
  }

  actions(alert: number): AlertAction[] {
    const rows = this.#db.prepare('SELECT * FROM action WHERE alert = ? ORDER BY id').all(alert) as unknown as {
      at: number;
      actor: string;
      name: string;
      what: AlertAction['what'];
      note: string | null;
    }[];
    return rows.map(({ at, actor, name, what, note }) => ({ atMs: at, by: { id: actor, name }, what, note }));
  }

  silences(nowMs: number): Silence[] {
    this.#db.prepare('DELETE FROM silence WHERE until <= ?').run(nowMs);
    return this.#db.prepare('SELECT farm, rule, subject, until AS untilMs FROM silence').all() as unknown as Silence[];
  }

  setSilence({ farm, rule, subject, untilMs }: Silence): void {
    this.#db
      .prepare('INSERT OR REPLACE INTO silence (farm, rule, subject, until) VALUES (?, ?, ?, ?)')
      .run(farm, rule, subject, untilMs);
  }

  /** What people are still to be told, oldest first. */
  notices(): Notice[] {
    const rows = this.#db.prepare('SELECT body FROM notice ORDER BY made, id LIMIT ?').all(NOTICES);
    return (rows as { body: string }[]).map(({ body }) => JSON.parse(body) as Notice);
  }

  noticesTold(ids: readonly string[]): void {
    transaction(this.#db, () => {
      const remove = this.#db.prepare('DELETE FROM notice WHERE id = ?');
      for (const id of ids) remove.run(id);
    });
  }

  close(): void {
    this.#db.close();
  }
}

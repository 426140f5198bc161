/** Every wording of every rule, with who changed it and when. A farm's revision rises by one with each change and names it. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { type Actor, type ApiRule, LIMITS, problem, type Rule, type RuleVersion } from '@karez/model';

/** All rules of a farm as they stand. */
export interface FarmRules {
  farm: string;
  revision: number;
  rules: ApiRule[];
}

interface Row {
  revision: number;
  rule: string;
  version: number;
  body: string | null;
  actor: string;
  name: string;
  changed: number;
}

export class RuleTable {
  readonly #farms: StatementSync;
  readonly #farm: StatementSync;
  readonly #setFarm: StatementSync;
  readonly #newest: StatementSync;
  readonly #ofRule: StatementSync;
  readonly #wording: StatementSync;
  readonly #insert: StatementSync;

  constructor(db: DatabaseSync) {
    this.#farms = db.prepare('SELECT farm, revision FROM rule_farm ORDER BY farm');
    this.#farm = db.prepare('SELECT revision, defaults FROM rule_farm WHERE farm = ?');
    this.#setFarm = db.prepare(
      `INSERT INTO rule_farm (farm, revision, defaults) VALUES (?, ?, ?)
       ON CONFLICT (farm) DO UPDATE SET revision = max(revision, excluded.revision), defaults = max(defaults, excluded.defaults)`,
    );
    this.#newest = db.prepare(
      `SELECT * FROM wording WHERE farm = ? AND (rule, revision) IN (SELECT rule, max(revision) FROM wording WHERE farm = ? GROUP BY rule)
       ORDER BY rule`,
    );
    this.#ofRule = db.prepare('SELECT * FROM wording WHERE farm = ? AND rule = ? ORDER BY revision DESC');
    this.#wording = db.prepare('SELECT * FROM wording WHERE farm = ? AND revision = ?');
    this.#insert = db.prepare(
      'INSERT INTO wording (farm, revision, rule, version, body, actor, name, changed) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    );
  }

  all(): FarmRules[] {
    return (this.#farms.all() as { farm: string; revision: number }[]).map(({ farm, revision }) => ({
      ...{ farm, revision },
      rules: (this.#newest.all(farm, farm) as unknown as Row[]).filter(({ body }) => body !== null).map(apiRule),
    }));
  }

  /** Newest first. */
  versions(farm: string, rule: string): RuleVersion[] {
    return (this.#ofRule.all(farm, rule) as unknown as Row[]).map((row) => ({
      ...{ revision: row.revision, version: row.version, changedMs: row.changed },
      ...{
        rule: row.body === null ? null : (JSON.parse(row.body) as Rule),
        changedBy: { id: row.actor, name: row.name },
      },
    }));
  }

  /** The rule as it was worded at a revision. */
  wording(farm: string, revision: number): Rule | undefined {
    const row = this.#wording.get(farm, revision) as Row | undefined;
    return row === undefined || row.body === null ? undefined : (JSON.parse(row.body) as Rule);
  }

  /**
   * Puts down another wording; within a transaction of the caller.
   * @param rule undefined removes it. @param was the revision that was read, or undefined where it is new.
   * @returns the new revision. @throws KarezError CONFLICT, NOT_FOUND.
   */
  change(
    farm: string,
    id: string,
    rule: Rule | undefined,
    was: number | undefined,
    actor: Actor,
    nowMs: number,
  ): number {
    const before = this.#ofRule.get(farm, id) as Row | undefined;
    const isThere = before !== undefined && before.body !== null;
    if (was === undefined && isThere) throw problem('rule-there', { rule: id }, 'body.id');
    if (was !== undefined && !isThere) throw problem('rule-unknown', { rule: id }, 'params.rule');
    if (was !== undefined && before?.revision !== was)
      throw problem('rule-changed', { name: before?.name ?? '' }, 'body.revision');
    const { revision: last = 0 } = (this.#farm.get(farm) ?? {}) as { revision?: number };
    if (last >= LIMITS.ruleRevisions) throw problem('rules-worn');
    const body = rule === undefined ? null : JSON.stringify(rule);
    this.#insert.run(farm, last + 1, id, (before?.version ?? 0) + 1, body, actor.id, actor.name, nowMs);
    this.#setFarm.run(farm, last + 1, 0);
    return last + 1;
  }

  /** Whether a farm still has to be given the rules that every farm has; from then on it has. */
  takesDefaults(farm: string): boolean {
    const { defaults = 0 } = (this.#farm.get(farm) ?? {}) as { defaults?: number };
    if (defaults !== 0) return false;
    this.#setFarm.run(farm, 0, 1);
    return true;
  }

  /** A gateway works by a later revision than is known here: this file is a copy of an earlier day. Goes on above it. */
  goOnFrom(farm: string, revision: number): void {
    this.#setFarm.run(farm, revision, 0);
  }
}

function apiRule({ revision, version, body, actor, name, changed }: Row): ApiRule {
  return {
    ...{ rule: JSON.parse(body as string) as Rule, revision, version, changedMs: changed },
    changedBy: { id: actor, name },
  };
}

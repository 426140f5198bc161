/**
 * The rules of all farms: kept on disk with every wording and whoever changed it, handed to gateways and to the cloud's own
 * evaluator. What gateways work by is what stands here, a message for each.
 */
import {
  type Actor,
  type ApiRule,
  type Clock,
  DEFAULT_RULES,
  LIMITS,
  problem,
  type Rule,
  type RulesMessage,
  type RuleVersion,
} from '@karez/model';
import { KAREZ } from '../alerts/alert-row.ts';
import type { OpenAlertsDb } from '../alerts/open-alerts-db.ts';
import type { FarmRules } from '../alerts/rule-table.ts';

export interface RuleDeskParts {
  clock: Clock;
  db: OpenAlertsDb;
  /** IANA name of a farm's time zone, where it has one. */
  timeZone(farm: string): string | null;
  /** Told after each change of a farm's rules. */
  changed(farm: string): void;
}

/** Wordings of earlier revisions that are remembered. */
const REMEMBERED = 2_000;

export class RuleDesk {
  readonly #parts: RuleDeskParts;
  readonly #farms = new Map<string, FarmRules>();
  readonly #wordings = new Map<string, Rule | undefined>();
  /** Changes one after the other. */
  #changing: Promise<unknown> = Promise.resolve();

  constructor(parts: RuleDeskParts) {
    this.#parts = parts;
  }

  /** Reads everything. Throws KarezError STORE_UNAVAILABLE. */
  async load(): Promise<void> {
    this.#farms.clear();
    for (const farm of await this.#parts.db.rules()) this.#farms.set(farm.farm, farm);
  }

  farm(farm: string): Readonly<FarmRules> {
    return this.#farms.get(farm) ?? { farm, revision: 0, rules: [] };
  }

  /** @throws KarezError NOT_FOUND. */
  rule(farm: string, id: string): ApiRule {
    const found = this.find(farm, id);
    if (found === undefined) throw problem('rule-unknown', { rule: id }, 'params.rule');
    return found;
  }

  find(farm: string, id: string): ApiRule | undefined {
    return this.farm(farm).rules.find(({ rule }) => rule.id === id);
  }

  /** The rule as it was worded at a revision; undefined where there was none. */
  async wording(farm: string, revision: number): Promise<Rule | undefined> {
    const key = `${farm} ${revision}`;
    if (!this.#wordings.has(key)) {
      const now = this.farm(farm).rules.find((r) => r.revision === revision)?.rule;
      const wording = now ?? (await this.#parts.db.wording(farm, revision));
      if (wording === undefined) return undefined;
      this.#wordings.set(key, wording);
      if (this.#wordings.size > REMEMBERED) this.#wordings.delete(this.#wordings.keys().next().value as string);
    }
    return this.#wordings.get(key);
  }

  versions(farm: string, id: string): Promise<RuleVersion[]> {
    return this.#parts.db.versions(farm, id);
  }

  /** @throws KarezError CONFLICT, STORE_UNAVAILABLE. */
  create(farm: string, rule: Rule, actor: Actor): Promise<ApiRule> {
    return this.#change(farm, rule.id, rule, null, actor) as Promise<ApiRule>;
  }

  /** @param was the revision that was read. @throws KarezError CONFLICT, NOT_FOUND, STORE_UNAVAILABLE. */
  replace(farm: string, rule: Rule, was: number, actor: Actor): Promise<ApiRule> {
    return this.#change(farm, rule.id, rule, was, actor) as Promise<ApiRule>;
  }

  /** The same. */
  async remove(farm: string, id: string, was: number, actor: Actor): Promise<void> {
    await this.#change(farm, id, null, was, actor);
  }

  /** Gives a farm that is new the rules that every farm has. */
  addDefaults(farm: string): Promise<void> {
    return this.#inTurn(async () => {
      const { db, clock, changed } = this.#parts;
      if (!(await db.addDefaults(farm, DEFAULT_RULES, KAREZ, Math.round(clock.wallMs())))) return;
      await this.load();
      changed(farm);
    });
  }

  /** A gateway works by a later revision than is known here, so this file is a copy of an earlier day: goes on above it. */
  async heardOf(farm: string, revision: number): Promise<void> {
    const known = this.farm(farm).revision;
    // What a gateway makes up must not use up the numbers that there are.
    if (revision <= known || revision > known + REVISIONS_AHEAD) return;
    await this.#inTurn(async () => {
      await this.#parts.db.goOnFrom(farm, revision);
      await this.load();
      this.#parts.changed(farm);
    });
  }

  /** What a gateway is to work by. */
  message(farm: string, gateway: string): RulesMessage {
    const { revision, rules } = this.farm(farm);
    return {
      ...{ v: 1, revision, timeZone: this.#parts.timeZone(farm) },
      rules: rules
        .filter(({ rule }) => rule.enabled && rule.condition.type !== 'gateway-silent')
        .filter(({ rule }) => rule.scope.gateways?.includes(gateway) ?? true)
        .map(({ revision: own, rule }) => ({ revision: own, rule })),
    };
  }

  #change(farm: string, id: string, rule: Rule | null, was: number | null, actor: Actor): Promise<ApiRule | undefined> {
    return this.#inTurn(async () => {
      const { db, clock, changed } = this.#parts;
      if (rule !== null) this.#checkRoom(farm, rule);
      await db.changeRule(farm, id, rule, was, actor, Math.round(clock.wallMs()));
      await this.load();
      changed(farm);
      return this.find(farm, id);
    });
  }

  /** All rules of a farm have to fit into one message. */
  #checkRoom(farm: string, rule: Rule): void {
    const others = this.farm(farm).rules.filter((r) => r.rule.id !== rule.id);
    if (others.length >= LIMITS.rulesPerFarm) throw problem('rules-full', { most: LIMITS.rulesPerFarm });
    const bytes = Buffer.byteLength(JSON.stringify([...others.map((r) => r.rule), rule]));
    if (bytes > LIMITS.rulesBytes * ROOM_SHARE) throw problem('rules-large', { bytes });
  }

  #inTurn<R>(work: () => Promise<R>): Promise<R> {
    const done = this.#changing.then(work);
    this.#changing = done.catch(() => {});
    return done;
  }
}

/** More changes than a farm sees between two backups. */
const REVISIONS_AHEAD = 10_000;
/** Of a message, for the rules themselves. */
const ROOM_SHARE = 0.9;

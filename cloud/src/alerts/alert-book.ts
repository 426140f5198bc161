/**
 * The alerts that go on: what explains them, what is to be done about each, and doing it: on disk first, then live events and
 * notices. What is decided follows from what is on disk, so a cloud that dies in between does it then. The caller sees to
 * it that one thing is done after the other (alert-desk.ts).
 */
import { type AlertAction, type ApiAlert, type Clock, type FarmDetail, problem, type Rule } from '@karez/model';
import type { LiveBus } from '../live/live.ts';
import { alertNotes } from '../notes/alert-note.ts';
import type { TakeNote } from '../notes/note.ts';
import type { Notice } from '../notify/notice.ts';
import type { Registry } from '../registry/registry.ts';
import type { RuleDesk } from '../rules/rule-desk.ts';
import { type AlertRow, CLOUD, KAREZ, type NewAction, type Silence } from './alert-row.ts';
import { nextStep } from './life.ts';
import type { OpenAlertsDb } from './open-alerts-db.ts';
import { type AlertWorld, noticeOf, showAlert } from './show-alert.ts';

export interface AlertBookParts {
  clock: Clock;
  db: OpenAlertsDb;
  registry: Registry;
  rules: RuleDesk;
  live: Pick<LiveBus, 'alertChanged'>;
  /** Tells people; the same notice again is told nobody twice. Resolves once it is on disk. */
  tell(notice: Notice): Promise<void>;
  note: TakeNote;
}

/** So long a farm's description serves. */
const DESCRIBED_MS = 500;

export class AlertBook {
  readonly #parts: AlertBookParts;
  /** What goes on, and what is over and not yet said to be. */
  readonly #open = new Map<number, AlertRow>();
  /** Of which whoever judged them says that they are on, now. */
  readonly confirmed = new Set<number>();
  /** Until when, by farm, rule and subject. */
  readonly #silences = new Map<string, number>();
  #described: { farm: string; detail: FarmDetail | undefined; untilMs: number } | undefined;

  constructor(parts: AlertBookParts) {
    this.#parts = parts;
  }

  /** Takes what is on disk in place of what is remembered. */
  async load(): Promise<void> {
    const { db } = this.#parts;
    const open = await db.open();
    this.#open.clear();
    for (const alert of open) this.#open.set(alert.id, alert);
    for (const silence of await db.silences(this.nowMs())) this.#silences.set(nameOf(silence), silence.untilMs);
  }

  nowMs(): number {
    return Math.round(this.#parts.clock.wallMs());
  }

  /** Everything that goes on in a farm, or in all. */
  open(farm?: string): AlertRow[] {
    return [...this.#open.values()].filter((a) => (farm === undefined || a.farm === farm) && a.endedMs === null);
  }

  /** @throws KarezError NOT_FOUND. */
  async one(farm: string, id: number): Promise<AlertRow> {
    const alert = this.#open.get(id) ?? (await this.#parts.db.alert(id));
    if (alert === undefined || alert.farm !== farm) throw problem('alert-unknown', { alert: id }, 'params.alert');
    return alert;
  }

  async show(alert: AlertRow): Promise<ApiAlert> {
    const rule = await this.#wordingOf(alert);
    return showAlert(alert, rule, this.#worldOf(alert.farm), this.#silencedUntil(alert));
  }

  async silence(silence: Silence): Promise<void> {
    await this.#parts.db.setSilence(silence);
    this.#silences.set(nameOf(silence), silence.untilMs);
  }

  /** Writes down what somebody did. */
  async act(alert: AlertRow, action: AlertAction): Promise<void> {
    await this.#parts.db.save(
      { alerts: [alert], actions: [{ ...action, alert: alert.id }], notices: [] },
      this.nowMs(),
    );
    if (this.#open.has(alert.id)) this.#open.set(alert.id, alert);
    this.#parts.live.alertChanged(alert.farm, await this.show(alert));
  }

  /** Ends alerts here, without a word of whoever judged them. */
  async force(alerts: readonly AlertRow[], endedMs: number, reason: 'rule' | 'reconciled'): Promise<void> {
    if (alerts.length === 0) return;
    const ended = alerts.map(
      (a): AlertRow => ({
        ...{ ...a, endedMs: Math.max(endedMs, a.firedMs), reason, state: 'over', noData: false },
        life: { ...a.life, isForced: true },
      }),
    );
    await this.#parts.db.save({ alerts: ended, actions: [], notices: [] }, this.nowMs());
    await this.settle(ended);
  }

  /** Does what is to be done now, about what has changed and what goes on. */
  async settle(changed: readonly AlertRow[]): Promise<void> {
    for (const alert of changed) if (!alert.late) this.#open.set(alert.id, alert);
    const shown = new Map(changed.map((alert) => [alert.id, alert]));
    const actions: NewAction[] = [];
    const notices: Notice[] = [];
    const dead = this.#deadGateways();
    for (const before of this.#open.values()) {
      const after = await this.#stepped(before, dead, actions, notices);
      if (after !== before) shown.set(after.id, after);
    }
    if (shown.size > 0) await this.#write([...shown.values()], actions, notices);
    for (const alert of [...this.#open.values()]) if (isDone(alert)) this.#forget(alert.id);
    await this.#tellAll();
  }

  /** An alert with everything done that is to be done about it now. */
  async #stepped(
    before: AlertRow,
    dead: ReadonlyMap<string, number>,
    actions: NewAction[],
    notices: Notice[],
  ): Promise<AlertRow> {
    const { rules } = this.#parts;
    const gateway = before.by === CLOUD ? before.subject.split('/')[0] : before.by;
    const parent = dead.get(`${before.farm}/${gateway}`) ?? null;
    const inhibitedBy = parent === before.id || before.endedMs !== null ? null : parent;
    // Nobody says of it that it is on until its gateway is back.
    if (inhibitedBy !== null) this.confirmed.delete(before.id);
    let alert = inhibitedBy === before.life.inhibitedBy ? before : withLife(before, { inhibitedBy });
    const wording = await this.#wordingOf(alert);
    // Who is told, and how often, is as the rule says now.
    const current = rules.find(alert.farm, alert.rule)?.rule;
    const isInForce = current?.enabled === true;
    const next = () => this.#stepOf(alert, current ?? wording, isInForce);
    for (let step = next(); step !== undefined; step = next()) {
      alert = withLife(alert, step.life);
      actions.push({ alert: alert.id, atMs: this.nowMs(), by: KAREZ, what: step.kind, note: null });
      if (step.tell.length > 0) notices.push(noticeOf(alert, wording, step.kind, step.tell, this.#worldOf(alert.farm)));
    }
    return alert;
  }

  async #write(alerts: readonly AlertRow[], actions: NewAction[], notices: Notice[]): Promise<void> {
    const { db, live, note } = this.#parts;
    await db.save({ alerts, actions, notices }, this.nowMs());
    for (const alert of alerts) {
      if (!alert.late) this.#open.set(alert.id, alert);
      live.alertChanged(alert.farm, await this.show(alert));
      for (const one of alertNotes(alert, await this.#wordingOf(alert))) note(one);
    }
  }

  #stepOf(alert: AlertRow, rule: Rule, isInForce: boolean) {
    const isConfirmed = alert.by === CLOUD || this.confirmed.has(alert.id);
    const silencedUntilMs = this.#silencedUntil(alert);
    return nextStep(alert, rule, { nowMs: this.nowMs(), isInForce, isConfirmed, silencedUntilMs });
  }

  /**
   * Alerts of silent gateways, by farm and gateway: they explain what else there is of these. Of one that fired often lately the
   * alert stays on while the gateway is heard again: then it explains nothing.
   */
  #deadGateways(): Map<string, number> {
    const { rules, registry } = this.#parts;
    const isDead = ({ farm, rule, by, subject }: AlertRow) => {
      const condition = rules.find(farm, rule)?.rule.condition;
      if (by !== CLOUD || condition?.type !== 'gateway-silent') return false;
      const heardMs = registry.state(farm, subject).heardMs ?? Number.NEGATIVE_INFINITY;
      return this.nowMs() - heardMs > condition.forS * 1_000;
    };
    return new Map(
      this.open()
        .filter(isDead)
        .map((a) => [`${a.farm}/${a.subject}`, a.id]),
    );
  }

  /** Hands over what people are to be told. What is handed over twice is told once. */
  async #tellAll(): Promise<void> {
    const { db, tell } = this.#parts;
    for (let notices = await db.notices(); notices.length > 0; notices = await db.notices()) {
      for (const notice of notices) await tell(notice);
      await db.noticesTold(notices.map(({ id }) => id));
    }
  }

  /** A farm in words; looked up once for many alerts. */
  #worldOf(farm: string): AlertWorld {
    const { clock, registry } = this.#parts;
    if (this.#described?.farm !== farm || this.#described.untilMs < clock.monoMs())
      this.#described = { farm, detail: registry.farm(farm), untilMs: clock.monoMs() + DESCRIBED_MS };
    return { detail: this.#described.detail, gateways: registry };
  }

  async #wordingOf({ farm, rule, revision }: AlertRow): Promise<Rule> {
    const { rules } = this.#parts;
    return (await rules.wording(farm, revision)) ?? rules.find(farm, rule)?.rule ?? forgottenRule(rule);
  }

  #silencedUntil(alert: AlertRow): number | null {
    const untilMs = this.#silences.get(nameOf(alert)) ?? 0;
    return untilMs > this.nowMs() ? untilMs : null;
  }

  #forget(id: number): void {
    this.#open.delete(id);
    this.confirmed.delete(id);
  }
}

const nameOf = ({ farm, rule, subject }: Pick<AlertRow, 'farm' | 'rule' | 'subject'>) => `${farm} ${rule} ${subject}`;
const withLife = (alert: AlertRow, life: Partial<AlertRow['life']>): AlertRow => ({
  ...alert,
  life: { ...alert.life, ...life },
});
/** Over, and said to be where anybody was told. */
const isDone = ({ endedMs, life }: AlertRow) => endedMs !== null && (life.toldMs === null || life.isOverTold);

/** Stands for a rule of which nothing is known any more: the file was restored from a copy. */
function forgottenRule(id: string): Rule {
  return {
    ...{ id, enabled: false, scope: {}, condition: { type: 'silent', intervals: 2 }, severity: 'warning', tell: [] },
    ...{ title: { en: id, zh: id }, message: { en: '{channel}', zh: '{channel}' } },
  };
}

/**
 * Alerts in the cloud, from transition to telling people:
 *
 *   committed readings → vault's inbox → take (rule and subject looked up, alerts made anew) ┐
 *   the cloud's own judgements ──────────────────────────────────────────────────────────────┤→ settle (explained by another?
 *   a gateway's status: what is on now ─→ confirm, reconcile ────────────────────────────────┤   next step of each) → disk
 *   people: acknowledge, silence; time passing ──────────────────────────────────────────────┘ → live events, notices
 *
 * One thing after the other; what failed is taken up again with time. The alerts themselves are kept by alert-book.ts.
 */
import {
  type Actor,
  type ApiAlert,
  fieldProblem,
  type GatewayStatus,
  LIMITS,
  type Logger,
  type Rule,
  type RulesStatus,
  readAlertColumns,
  subjectKeyOf,
  type Transition,
} from '@karez/model';
import type { Occurrence } from '../rules/look-back.ts';
import type { InboxRow } from '../vault/alert-inbox.ts';
import type { OpenVault } from '../vault/open-vault.ts';
import { AlertBook, type AlertBookParts } from './alert-book.ts';
import { type AlertRow, CLOUD, CLOUD_EPOCH, NEW_LIFE } from './alert-row.ts';
import type { TakenTransition } from './alert-table.ts';

export interface AlertDeskParts extends AlertBookParts {
  logger: Logger;
  vault: Pick<OpenVault, 'alertInbox' | 'alertsTaken'>;
}

/** Transitions taken in one transaction. */
const AT_ONCE = 500;
const TICK_MS = 5_000;

export class AlertDesk {
  readonly #parts: AlertDeskParts;
  readonly #book: AlertBook;
  /** What the cloud judged and is not on disk yet. */
  readonly #own: Omit<TakenTransition, 'seq'>[] = [];
  #turn: Promise<unknown> = Promise.resolve();
  #looking = false;
  /** Work was cut short: what is remembered may not be what is on disk. */
  #isStale = false;
  #stopTicks = () => {};
  readonly counts = { transitions: 0, unreadable: 0 };

  constructor(parts: AlertDeskParts) {
    this.#parts = parts;
    this.#book = new AlertBook(parts);
  }

  /** Takes up what is on disk. Throws KarezError STORE_UNAVAILABLE. */
  async start(): Promise<void> {
    await this.#book.load();
    this.look();
    this.#stopTicks = this.#parts.clock.every(TICK_MS, () => {
      this.look();
      this.#later('time passing', async () => {
        await this.#takeOwn();
        await this.#book.settle([]);
      });
    });
  }

  async stop(): Promise<void> {
    this.#stopTicks();
    await this.idle();
  }

  /** Resolves when everything that was asked so far is done, or has failed. */
  async idle(): Promise<void> {
    for (let turn: unknown; turn !== this.#turn; ) {
      turn = this.#turn;
      await turn;
    }
  }

  /** Everything that goes on in a farm. */
  open(farm?: string): AlertRow[] {
    return this.#book.open(farm);
  }

  show(alert: AlertRow): Promise<ApiAlert> {
    return this.#book.show(alert);
  }

  /** There may be transitions among what was committed. */
  look(): void {
    if (this.#looking) return;
    this.#looking = true;
    this.#later('transitions', async () => {
      this.#looking = false;
      await this.#takeInbox();
    });
  }

  /** Takes what the cloud itself judged. */
  judged(farm: string, transitions: readonly Transition[]): void {
    if (transitions.length === 0) return;
    this.#own.push(...transitions.map((t) => ({ ...t, farm, by: CLOUD, epoch: CLOUD_EPOCH })));
    this.#later('own judgements', () => this.#takeOwn());
  }

  /** Writes down what late readings show of a rule that the cloud judges, as history. */
  found(farm: string, rule: Rule, revision: number, occurrences: readonly Occurrence[]): Promise<void> {
    return this.#inTurn(async () => {
      const { db } = this.#parts;
      for (const { subject, fromMs, toMs, value } of occurrences) {
        if (toMs === null || (await db.overlaps(farm, rule.id, subject, fromMs, toMs))) continue;
        const about = { farm, by: CLOUD, epoch: CLOUD_EPOCH, rule: rule.id, subject, revision };
        const change = { late: true, raised: false, noData: false, reason: 'reading', value } as const;
        const pair = [
          { ...about, ...change, state: 'firing' as const, timeMs: fromMs },
          { ...about, ...change, state: 'ok' as const, timeMs: toMs },
        ];
        await this.#book.settle(await db.takeOwn(pair));
      }
    });
  }

  /** Takes what a gateway says is on. */
  said(farm: string, gateway: string, status: GatewayStatus): void {
    const { rules } = status;
    if (rules === undefined) return;
    this.#parts.rules.heardOf(farm, rules.revision).catch((cause) => this.#failed('a revision', cause));
    if (rules.alerts.length === 0 && this.#ofGateway(farm, gateway).length === 0) return;
    this.#later('a status', () => this.#compare(farm, gateway, status, rules));
  }

  /** @throws KarezError NOT_FOUND. */
  acknowledge(farm: string, id: number, by: Actor, note: string | null): Promise<ApiAlert> {
    return this.#inTurn(async () => {
      const alert = await this.#book.one(farm, id);
      if (alert.life.acknowledged !== null) return this.show(alert);
      const atMs = this.#book.nowMs();
      const after = { ...alert, life: { ...alert.life, acknowledged: { by, atMs, note } } };
      await this.#book.act(after, { atMs, by, what: 'acknowledged', note });
      return this.show(after);
    });
  }

  /** Until then nothing is told of this rule at this subject; null ends it. @throws KarezError NOT_FOUND, REQUEST_INVALID. */
  silence(farm: string, id: number, untilMs: number | null, by: Actor, note: string | null): Promise<ApiAlert> {
    return this.#inTurn(async () => {
      const alert = await this.#book.one(farm, id);
      const atMs = this.#book.nowMs();
      if (untilMs !== null && (untilMs <= atMs || untilMs > atMs + LIMITS.ruleSeconds * 1_000))
        throw fieldProblem('silence-within-month', 'body.untilMs');
      const { rule, subject } = alert;
      await this.#book.silence({ farm, rule, subject, untilMs: untilMs ?? 0 });
      await this.#book.act(alert, { atMs, by, what: untilMs === null ? 'unsilenced' : 'silenced', note });
      await this.#book.settle([]);
      return this.show(await this.#book.one(farm, id));
    });
  }

  /** A rule was removed: what it said is over, and its gateways will say the same. */
  ruleGone(farm: string, rule: string): void {
    this.#later('a rule that is gone', () =>
      this.#book.force(
        this.open(farm).filter((a) => a.rule === rule),
        this.#book.nowMs(),
        'rule',
      ),
    );
  }

  async #takeOwn(): Promise<void> {
    const own = [...this.#own];
    if (own.length === 0) return;
    const changed = await this.#parts.db.takeOwn(own);
    // Only now: where the disk refused, they are taken with the next tick.
    this.#own.splice(0, own.length);
    this.counts.transitions += own.length;
    await this.#book.settle(changed);
  }

  async #takeInbox(): Promise<void> {
    const { vault, db } = this.#parts;
    for (;;) {
      const rows = await vault.alertInbox(AT_ONCE);
      if (rows.length === 0) return;
      const transitions = (await Promise.all(rows.map((row) => this.#resolve(row)))).filter((t) => t !== undefined);
      await this.#book.settle(await db.take(transitions));
      await vault.alertsTaken(rows);
      this.counts.transitions += transitions.length;
    }
  }

  /** What a gateway's four numbers mean; undefined, and counted, where they mean nothing. */
  async #resolve({ farm, gateway, epoch, seq, timeMs, columns }: InboxRow): Promise<TakenTransition | undefined> {
    const { rules, registry, logger } = this.#parts;
    const said = readAlertColumns(columns);
    const wording = said === undefined ? undefined : await rules.wording(farm, said.revision);
    const channel = said === undefined ? undefined : registry.channels(farm, gateway, epoch)?.get(said.anchor);
    if (said === undefined || wording === undefined || channel === undefined) {
      this.counts.unreadable++;
      logger.log('warn', 'a transition of an alert means nothing here', { farm, gateway, epoch, seq, columns });
      return undefined;
    }
    const { anchor: _, ...change } = said;
    const subject = subjectKeyOf(wording.condition, channel);
    return { ...change, farm, by: gateway, epoch, seq, timeMs, rule: wording.id, subject };
  }

  /** What is on at the gateway, against what is on here. */
  async #compare(
    farm: string,
    gateway: string,
    status: GatewayStatus,
    { alerts, complete }: RulesStatus,
  ): Promise<void> {
    const { epoch, timeMs, waiting } = status;
    const { confirmed } = this.#book;
    const listed = new Set<number>();
    const added: AlertRow[] = [];
    for (const told of alerts) {
      const known = await this.#known(farm, gateway, epoch, told);
      if (known === undefined) continue;
      if (known.isNew) added.push(known.alert);
      listed.add(known.alert.id);
      confirmed.add(known.alert.id);
    }
    // What fired after the status was written is not missing in it.
    const isMissing = (a: AlertRow) => !listed.has(a.id) && a.raisedMs !== null && a.firedMs < timeMs;
    const gone = this.#ofGateway(farm, gateway).filter(isMissing);
    // A list that leaves some out says nothing of these.
    for (const { id } of gone) complete ? confirmed.delete(id) : confirmed.add(id);
    // Whoever has nothing waiting has told how it ended, or has lost what would have told it.
    const over = complete ? gone.filter((a) => a.epoch !== epoch || waiting === 0) : [];
    await this.#book.force(over, timeMs, 'reconciled');
    await this.#book.settle(added);
  }

  /** The alert that a status tells of. It is new here where its transition is still on its way: the newest readings come first. */
  async #known(
    farm: string,
    gateway: string,
    epoch: string,
    { rule, revision, subject: anchor, state, noData, firedMs }: RulesStatus['alerts'][number],
  ): Promise<{ alert: AlertRow; isNew: boolean } | undefined> {
    const { rules, registry, db } = this.#parts;
    const wording = await rules.wording(farm, revision);
    const channel = registry.channels(farm, gateway, epoch)?.get(anchor);
    if (wording === undefined || wording.id !== rule || channel === undefined) return undefined;
    const subject = subjectKeyOf(wording.condition, channel);
    const known = this.#ofGateway(farm, gateway).find(
      (a) => a.rule === rule && a.subject === subject && a.epoch === epoch,
    );
    if (known !== undefined) return { alert: known, isNew: false };
    // It will end there as soon as the gateway hears of it.
    if (rules.find(farm, rule) === undefined) return undefined;
    const alert = await db.add({
      ...{ farm, rule, subject, by: gateway, epoch, seq: null, revision, firedMs, endedMs: null, reason: null },
      ...{ state, noData, raisedMs: firedMs, late: false, value: Number.NaN, life: NEW_LIFE },
    });
    return { alert, isNew: true };
  }

  #ofGateway(farm: string, gateway: string): AlertRow[] {
    return this.open(farm).filter((a) => a.by === gateway);
  }

  #failed(what: string, cause: unknown): void {
    this.#parts.logger.log('warn', 'alerts could not be worked on; it is tried again', { what, cause });
  }

  /** Work that somebody waits for. */
  #inTurn<R>(work: () => Promise<R>): Promise<R> {
    const done = this.#turn.then(async () => {
      if (this.#isStale) await this.#book.load();
      this.#isStale = true;
      const result = await work();
      this.#isStale = false;
      return result;
    });
    this.#turn = done.catch(() => {});
    return done;
  }

  /** Work that nobody waits for: its failure is logged. */
  #later(what: string, work: () => Promise<void>): void {
    this.#inTurn(work).catch((cause) => this.#failed(what, cause));
  }
}

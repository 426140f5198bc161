/**
 * Rules at the gateway: kept on disk, judged by every accepted reading, with and without a link. What changes goes into the
 * journal like a reading; what is on stands on the local page and in the status.
 */
import {
  ACTUATOR_PROFILE,
  ALERT_PROFILE,
  type Cancel,
  type Clock,
  COMMAND_PROFILE,
  Evaluator,
  type Inventory,
  type KeptState,
  LIMITS,
  type Logger,
  messageOf,
  type RulesMessage,
  type RulesStatus,
  type Transition,
  type WatchState,
  type World,
} from '@karez/model';
import type { Moment } from '../clock/timekeeper.ts';
import type { Journal } from '../journal/journal.ts';
import { AlertJournal, keptStates } from './alert-journal.ts';
import type { ReadRules } from './read-rules.ts';
import { type KeptRules, readRulesFile, writeRulesFile } from './rules-file.ts';

export interface RulesParts {
  clock: Clock;
  logger: Logger;
  journal: Pick<Journal, 'append' | 'hurry' | 'opened'>;
  now(): Moment;
  /** What there is to watch. */
  inventory(): Inventory;
  /** Sees to it that the inventory has the device that transitions are samples of; returns its channel numbers. */
  alertChannels(): Promise<readonly number[]>;
  read: ReadRules;
  path: string;
}

/** What was accepted of one device at one moment. */
export interface SeenSample {
  timeMs: number;
  dated: boolean;
  numbers: readonly number[];
  values: readonly number[];
  qualities: readonly number[];
}

/** Devices that rules do not watch: they speak only when something happens. */
const OWN: readonly string[] = [ALERT_PROFILE, COMMAND_PROFILE, ACTUATOR_PROFILE];
const TICK_MS = 1_000;
/** Of what is wrong, in a status. */
const TROUBLE_LENGTH = 300;

export class GatewayRules {
  readonly #parts: RulesParts;
  readonly #evaluator = new Evaluator();
  readonly #journal: AlertJournal;
  #kept: KeptRules | undefined;
  #trouble: string | null = null;
  #changing: Promise<void> = Promise.resolve();
  /** States of the last process, until there are rules to go on with. */
  #left: KeptState[];
  #stopTicks: Cancel | undefined;

  private constructor(parts: RulesParts) {
    this.#parts = parts;
    this.#journal = new AlertJournal(parts.journal, parts.logger);
    this.#left = keptStates(parts.journal.opened.marks);
  }

  /** Goes on where the last process was. */
  static async open(parts: RulesParts): Promise<GatewayRules> {
    const rules = new GatewayRules(parts);
    const kept = readRulesFile(parts.path);
    if (kept !== undefined) await rules.#use(kept);
    return rules;
  }

  get message(): RulesMessage | undefined {
    return this.#kept?.message;
  }

  /** Judges what was accepted; at once, so that it is journaled with it. */
  seen({ timeMs, dated, numbers, values, qualities }: SeenSample): void {
    if (this.#kept === undefined) return;
    const now = this.#parts.now();
    const nowMs = now.dated ? now.timeMs : Math.max(now.timeMs, timeMs);
    const sample = { timeMs, handles: numbers, values, qualities, isUndated: !dated };
    this.#write(this.#evaluator.see(sample, nowMs), dated);
  }

  /** Takes what the cloud says; never rejects. */
  received(payload: Uint8Array): Promise<void> {
    this.#changing = this.#changing.then(() => this.#take(payload)).catch((cause) => this.#complain(cause));
    return this.#changing;
  }

  async #take(payload: Uint8Array): Promise<void> {
    const { read, path, logger } = this.#parts;
    if (payload.length > LIMITS.rulesBytes)
      throw new Error(`${payload.length} bytes of rules; at most ${LIMITS.rulesBytes}`);
    const text = new TextDecoder().decode(payload);
    if (text === this.#kept?.text) return;
    const kept = { text, ...(await read(text)) };
    for (const problem of kept.problems) logger.log('warn', 'a rule cannot be used here', { problem });
    try {
      writeRulesFile(path, kept);
    } catch (cause) {
      logger.log('error', 'rules could not be kept: after a restart without a link the earlier ones hold', { cause });
    }
    await this.#use(kept);
    logger.log('info', 'rules are in force', { revision: kept.message.revision, ...this.#evaluator.size });
  }

  async #use(kept: KeptRules): Promise<void> {
    const { clock, now, inventory, alertChannels } = this.#parts;
    this.#journal.numbers = await alertChannels();
    const moment = now();
    const ended = this.#evaluator.use(kept.message, worldOf(inventory()), moment.timeMs);
    this.#kept = kept;
    this.#trouble = kept.problems[0]?.slice(0, TROUBLE_LENGTH) ?? null;
    this.#write([...ended, ...this.#goOn(moment)], moment.dated);
    this.#stopTicks ??= clock.every(TICK_MS, () => this.#tick());
  }

  /** Goes on from the states of the last process. What nobody watches any more is over, and the cloud is told. */
  #goOn({ timeMs }: Moment): Transition[] {
    const gone = this.#evaluator.restore(this.#left, timeMs);
    this.#left = [];
    return gone.map(({ rule, revision, anchor }) => ({
      ...{
        rule,
        revision,
        anchor,
        subject: '',
        state: 'ok',
        noData: false,
        raised: false,
        late: false,
        reason: 'rule',
      },
      ...{ timeMs, firedMs: null, value: Number.NaN },
    }));
  }

  #write(transitions: readonly Transition[], dated: boolean): void {
    for (const { rule, subject, state, raised, late, timeMs, firedMs } of transitions) {
      if (state === 'firing' && raised && !late)
        this.#parts.logger.log('warn', 'an alert is on', { rule, subject, firedMs });
      if (state === 'ok' && firedMs !== null && !late)
        this.#parts.logger.log('info', 'an alert is over', { rule, subject, firedMs, endedMs: timeMs });
    }
    this.#journal.write(transitions, dated);
  }

  #complain(cause: unknown): void {
    this.#trouble = messageOf(cause).slice(0, TROUBLE_LENGTH);
    this.#parts.logger.log('warn', 'rules of the cloud could not be read; the earlier ones hold', { cause });
  }

  #tick(): void {
    const { timeMs, dated } = this.#parts.now();
    this.#write(this.#evaluator.tick(timeMs), dated);
    void this.#journal.retry();
  }

  /** The clock is known now, and what was taken before is dated by so much later. */
  shifted(byMs: number): void {
    this.#evaluator.shift(byMs);
  }

  /** Everything that is not simply ok. */
  states(): WatchState[] {
    return this.#evaluator.states();
  }

  /** For the status; undefined before there were any rules. */
  status(): RulesStatus | undefined {
    if (this.#kept === undefined) return undefined;
    const on = this.states().filter(({ state, raised }) => raised && (state === 'firing' || state === 'recovering'));
    return {
      ...{ revision: this.#kept.message.revision, ...this.#evaluator.size, trouble: this.#trouble },
      alerts: on.slice(0, LIMITS.statusAlerts).map(({ rule, revision, anchor, state, noData, firedMs, sinceMs }) => ({
        ...{ rule, revision, subject: anchor, state: state as 'firing' | 'recovering', noData },
        firedMs: Math.max(0, firedMs ?? sinceMs),
      })),
      complete: on.length <= LIMITS.statusAlerts,
    };
  }

  get counts(): { written: number; dropped: number; waiting: number } {
    return { ...this.#journal.counts, waiting: this.#journal.waiting };
  }

  async stop(): Promise<void> {
    this.#stopTicks?.();
    await this.#changing;
    await this.#journal.retry();
  }
}

/** What rules can watch at this gateway: its devices as configured now. */
function worldOf({ gateway, devices, fields }: Inventory): World {
  const crops = new Map(fields.map((field) => [field.id, field.crop]));
  return {
    devices: devices
      .filter((device) => device.active && !OWN.includes(device.profile))
      .map(({ id, kind, field, intervalMs, channels }) => ({
        ...{
          gateway: gateway.id,
          id,
          kind,
          field,
          intervalMs,
          crop: field === undefined ? undefined : crops.get(field),
        },
        channels: channels.map(({ number, quantity, place }) => ({ handle: number, quantity, place })),
      })),
    gateways: [],
  };
}

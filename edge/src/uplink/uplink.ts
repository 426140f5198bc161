/**
 * The gateway's side of the conversation with the cloud: describe what we have, learn the time, send what waits, hear
 * what is stored; connect again with growing, jittered delays. What goes when is the plan's business.
 */
import {
  type Cancel,
  type Clock,
  type GatewayGone,
  type GatewayStatus,
  type Inventory,
  LIMITS,
  type Logger,
  type Random,
  readAck,
} from '@karez/model';
import type { Timekeeper } from '../clock/timekeeper.ts';
import type { CommandDesk } from '../commands/command-desk.ts';
import type { Journal } from '../journal/journal.ts';
import type { Budget } from './budget.ts';
import type { CloudLink, ConnectCloud } from './link.ts';
import { Plan } from './plan.ts';

export interface UplinkParts {
  clock: Clock;
  random: Random;
  logger: Logger;
  journal: Journal;
  timekeeper: Timekeeper;
  budget: Budget;
  inventory(): Inventory;
  /** Takes the rules that the cloud has for us. */
  rules(payload: Uint8Array): void;
  /** Where there are actuators: takes commands, the cloud's time, and whether there is a link. */
  commands?: Pick<CommandDesk, 'received' | 'heardTime' | 'link'>;
  connect: ConnectCloud;
  status(): GatewayStatus;
}

export interface LinkState {
  state: 'up' | 'connecting' | 'down';
  sinceMs: number;
  /** Why it is down, in words; null where it is up or nothing is known. */
  trouble: string | null;
}

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 30_000;
const STATUS_EVERY_MS = 5_000;
/** Where every byte is paid for. */
const METERED_STATUS_EVERY_MS = 60_000;
const GOODBYE_MS = 1_000;
/** Writing down what is stored is a commit too. Nothing is lost when it comes late, some readings are only sent again. */
const SETTLE_EVERY_MS = 30_000;
/** Where room is wanted. */
const SETTLE_SOON_MS = 1_000;
/** The cloud says it with each acknowledgement; a status is answered at least every five seconds. */
const WATCHED_MS = 30_000;

export class Uplink {
  readonly #parts: UplinkParts;
  readonly #plan: Plan;
  #link: CloudLink | undefined;
  #giveUp: (() => void) | undefined;
  #retry: Cancel | undefined;
  #statusTimer: Cancel | undefined;
  #delayMs = FIRST_DELAY_MS;
  #stopped = false;
  #sending = false;
  readonly link: LinkState;
  bytesSent = 0;

  constructor(parts: UplinkParts) {
    this.#parts = parts;
    const { clock, journal, timekeeper, budget, logger } = parts;
    this.link = { state: 'down', sinceMs: clock.wallMs(), trouble: null };
    this.#plan = new Plan(
      {
        ...{ clock, budget },
        settleEveryMs: () => (journal.state.full ? SETTLE_SOON_MS : SETTLE_EVERY_MS),
        batch: (from, to, most) => journal.batch(from, to, most),
        send: (bytes) => this.#publish('batch', bytes, false),
        settle: (stored, refused) => journal.settle(stored, refused, timekeeper.floorMs),
        failed: (error) => logger.log('info', 'a batch was not sent', { cause: error }),
      },
      journal.opened.waiting,
    );
    journal.listener = {
      committed: (first, last) => this.#plan.committed(first, last),
      dropped: (ranges) => this.#plan.dropped(ranges),
      reopened: (waiting) => this.#plan.reopened(waiting),
      inFlightTo: () => this.#plan.inFlightTo,
    };
    timekeeper.onDated = () => this.#sendIfReady();
  }

  start(): void {
    this.#connect();
  }

  /** Readings that the cloud has stored and the journal has not written down as such yet. */
  get unwritten(): number {
    return this.#plan.unwritten;
  }

  get roundTripMs(): number | null {
    return this.#plan.roundTripMs;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#retry?.();
    this.#statusTimer?.();
    await this.#plan.stop();
    if (this.#link !== undefined) {
      // A clean goodbye sends no last will; the cloud is told in words.
      const gone: GatewayGone = { v: 1, online: false, epoch: this.#parts.inventory().epoch };
      const pause = new Promise<void>((resolve) => this.#parts.clock.after(GOODBYE_MS, resolve));
      await Promise.race([this.#publish('status', JSON.stringify(gone), true), pause]).catch(() => {});
    }
    this.#giveUp?.();
  }

  async #publish(leaf: 'batch' | 'status' | 'inventory', payload: Uint8Array | string, retain: boolean): Promise<void> {
    if (this.#link === undefined) throw new Error('the link is down');
    this.bytesSent += payload.length;
    if (leaf !== 'batch') this.#parts.budget.spend(payload.length);
    await this.#link.publish(leaf, payload, retain);
  }

  #connect(): void {
    const { clock, random, logger } = this.#parts;
    this.#change('connecting', this.link.trouble);
    this.#giveUp = this.#parts.connect({
      up: (link) => {
        this.#link = link;
        const tooLong = clock.after(LIMITS.ackTimeoutMs, () => {
          logger.log('info', 'the cloud does not confirm what we have');
          link.close();
        });
        this.#greet(link)
          .catch((error) => {
            logger.log('info', 'the cloud could not be greeted', { cause: error });
            link.close();
          })
          .finally(tooLong);
      },
      message: (leaf, payload) => {
        if (leaf === 'ack') this.#acknowledged(payload);
        else if (leaf === 'rules') this.#parts.rules(payload);
        else if (leaf === 'command') void this.#parts.commands?.received(payload);
      },
      down: (trouble) => {
        this.#link = undefined;
        this.#sending = false;
        this.#plan.disconnected();
        this.#statusTimer?.();
        if (this.link.state === 'up') logger.log('warn', 'the link to the cloud is down', { trouble });
        this.#change('down', trouble);
        if (this.#stopped) return;
        const delay = this.#delayMs * (0.5 + random.next());
        this.#delayMs = Math.min(this.#delayMs * 2, LONGEST_DELAY_MS);
        this.#retry = clock.after(delay, () => this.#connect());
      },
    });
  }

  /** After login: say what we have, ask for the time; readings follow once they have theirs. */
  async #greet(link: CloudLink): Promise<void> {
    await this.#describe();
    if (this.#link !== link) return;
    this.#delayMs = FIRST_DELAY_MS;
    this.#change('up', null);
    this.#parts.logger.log('info', 'the link to the cloud is up');
    const everyMs = this.#parts.budget.isMetered ? METERED_STATUS_EVERY_MS : STATUS_EVERY_MS;
    this.#statusTimer = this.#parts.clock.every(everyMs, () => this.#sayStatus());
    this.#sayStatus();
    this.#sendIfReady();
  }

  /** No reading leaves before its time is known. */
  #sendIfReady(): void {
    if (this.#sending || this.link.state !== 'up' || !this.#parts.timekeeper.isDated) return;
    this.#sending = true;
    this.#plan.connected();
  }

  /** What we have has changed: says so, where there is a link; with the next one it is said anyway. */
  describeAgain(): void {
    if (this.link.state !== 'up') return;
    this.#describe().catch((error) => this.#parts.logger.log('info', 'the inventory was not sent', { cause: error }));
  }

  #describe(): Promise<void> {
    return this.#publish('inventory', JSON.stringify(this.#parts.inventory()), true);
  }

  #sayStatus(): void {
    this.#publish('status', JSON.stringify(this.#parts.status()), true).catch((error) =>
      this.#parts.logger.log('debug', 'the status was not sent', { cause: error }),
    );
  }

  #acknowledged(payload: Uint8Array): void {
    const { logger, inventory } = this.#parts;
    try {
      const ack = readAck(new TextDecoder().decode(payload));
      if (ack.epoch !== inventory().epoch) return;
      if (ack.watched) this.#parts.journal.watched(WATCHED_MS);
      if (ack.echoMs !== undefined) this.#learnTime(ack.timeMs, ack.echoMs);
      if (ack.retry.some((r) => r.code === 'CATALOG_UNKNOWN')) this.describeAgain();
      for (const r of ack.refused) logger.log('warn', 'the cloud refused readings for good', { ...r });
      this.#plan.acknowledged(ack);
    } catch (error) {
      logger.log('warn', 'an acknowledgement could not be read', { cause: error });
    }
  }

  /** The cloud said `timeMs` somewhere between our sending at `sentMs` and now: half way, give or take that half. */
  #learnTime(timeMs: number, sentMs: number): void {
    const now = this.#parts.clock.monoMs();
    if (sentMs > now || now - sentMs > LIMITS.ackTimeoutMs) return;
    const halfMs = (now - sentMs) / 2;
    this.#parts.commands?.heardTime(timeMs, sentMs);
    this.#parts.timekeeper.report('cloud', timeMs, halfMs + 1, now - halfMs);
  }

  #change(state: LinkState['state'], trouble: string | null): void {
    if (state !== this.link.state) this.link.sinceMs = this.#parts.clock.wallMs();
    this.link.state = state;
    this.#parts.commands?.link(state === 'up');
    this.link.trouble = trouble;
  }
}

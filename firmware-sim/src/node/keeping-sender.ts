/**
 * The sender's own side of the promise, as a Wi-Fi node keeps it in its flash and a LoRaWAN server in its queue: a message
 * stays there, and is sent again unchanged, until its PUBACK came. One message under way at a time, in the order
 * of sampling. There is room for so many: beyond it the oldest goes, and is counted.
 */
import type { Cancel, Clock, Logger, Random } from '@karez/model';

/** One connection to the broker. */
export interface NodeLink<M> {
  /** Publishes with QoS 1; `acked` is called when the PUBACK came, never when it did not. */
  publish(message: M, acked: () => void): void;
  /** Gives the connection up at once. */
  close(): void;
}

export interface NodeLinkEvents {
  opened(): void;
  /** Called once, also where it never opened. */
  closed(reason: string | undefined): void;
}

export type OpenNodeLink<M> = (events: NodeLinkEvents) => NodeLink<M>;

export interface SenderDeps {
  clock: Clock;
  random: Random;
  logger: Logger;
}

/** After this long without a PUBACK it connects again and repeats. */
export const ACK_TIMEOUT_MS = 15_000;
const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 5_000;

export class KeepingSender<M> {
  readonly id: string;
  readonly #limit: number;
  readonly #open: OpenNodeLink<M>;
  readonly #acked: (message: M) => void;
  readonly #deps: SenderDeps;
  readonly #flash: M[] = [];
  #link: NodeLink<M> | undefined;
  #isOpen = false;
  #underWay = false;
  #timer: Cancel | undefined;
  #delayMs = FIRST_DELAY_MS;
  #lastReason: string | undefined;
  #stopped = false;
  #hasPower = true;
  /** Counts connections; what a former one says counts for nothing. */
  #attempt = 0;
  readonly counts = { acked: 0, repeated: 0, dropped: 0 };

  constructor(id: string, flashMessages: number, open: OpenNodeLink<M>, acked: (message: M) => void, deps: SenderDeps) {
    this.id = id;
    this.#limit = flashMessages;
    this.#open = open;
    this.#acked = acked;
    this.#deps = deps;
  }

  /** Messages without a PUBACK. */
  get waiting(): number {
    return this.#flash.length;
  }

  start(): void {
    this.#connect();
  }

  add(message: M): void {
    if (this.#flash.length >= this.#limit) {
      // The one under way may be acknowledged any moment.
      this.#flash.splice(this.#underWay ? 1 : 0, 1);
      if (this.counts.dropped++ === 0)
        this.#deps.logger.log('warn', 'no room for more messages; the oldest are dropped', { device: this.id });
    }
    this.#flash.push(message);
    this.#send(false);
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.();
    this.#link?.close();
  }

  /** Without power the connection is gone; what it keeps stays there. */
  power(isOn: boolean): void {
    if (isOn === this.#hasPower) return;
    this.#hasPower = isOn;
    if (isOn) {
      this.#connect();
      return;
    }
    const link = this.#link;
    this.#attempt++;
    this.#forget();
    link?.close();
  }

  #connect(): void {
    if (this.#stopped || !this.#hasPower) return;
    const attempt = ++this.#attempt;
    const link = this.#open({
      opened: () => {
        if (attempt !== this.#attempt || this.#stopped) return;
        this.#isOpen = true;
        this.#delayMs = FIRST_DELAY_MS;
        this.#lastReason = undefined;
        this.#send(true);
      },
      closed: (reason) => {
        if (attempt !== this.#attempt) return;
        this.#attempt++;
        this.#closed(reason);
      },
    });
    if (attempt === this.#attempt) this.#link = link;
  }

  #forget(): void {
    this.#link = undefined;
    this.#isOpen = false;
    this.#underWay = false;
    this.#timer?.();
  }

  #closed(reason: string | undefined): void {
    this.#forget();
    if (this.#stopped) return;
    if (reason !== undefined && reason !== this.#lastReason)
      this.#deps.logger.log('info', 'not connected', { device: this.id, reason });
    this.#lastReason = reason;
    this.#timer = this.#deps.clock.after(this.#delayMs * (0.5 + this.#deps.random.next()), () => this.#connect());
    this.#delayMs = Math.min(this.#delayMs * 2, LONGEST_DELAY_MS);
  }

  #send(isRepeat: boolean): void {
    const message = this.#flash[0];
    const link = this.#link;
    if (message === undefined || link === undefined || !this.#isOpen || this.#underWay) return;
    this.#underWay = true;
    if (isRepeat) this.counts.repeated++;
    this.#timer?.();
    this.#timer = this.#deps.clock.after(ACK_TIMEOUT_MS, () => link.close());
    link.publish(message, () => {
      if (this.#link !== link || this.#flash[0] !== message) return;
      this.#timer?.();
      this.#flash.shift();
      this.#underWay = false;
      this.counts.acked++;
      this.#acked(message);
      this.#send(false);
    });
  }
}

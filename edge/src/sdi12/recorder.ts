/**
 * The data recorder's side of an SDI-12 bus: one command at a time, with breaks, repeats and waits by sections 7.0 to 7.2 of
 * the specification (v1.4). What one command of several means stands in measure.ts.
 */
import { type Cancel, type Clock, KarezError } from '@karez/model';
import type { Transport } from '../transport/transport.ts';
import { type AdapterTiming, BUS_BAUD_RATE } from './adapter.ts';
import { findAnswer, wholeLines, whyNone } from './lines.ts';

export interface AskOptions {
  /** The answer ends in a CRC. */
  hasCrc?: boolean;
  /** Breaks, or sendings where we make none; default the adapter's. One is for asking whether somebody is there at all. */
  rounds?: number;
  /** Sendings behind each break, default the adapter's. */
  tries?: number;
}

/** A break lasts at least 12 ms, and 8.33 ms of marking follow (section 7.0); timers may be a millisecond off. */
const BREAK_MS = 14;
const MARKING_MS = 10;
/** Sensors go to sleep after 100 ms of marking; the recorder has to break anew after 87 (section 7.1). This leaves time to send. */
const AWAKE_MS = 70;
const CHARACTER_MS = (10 * 1_000) / BUS_BAUD_RATE;
/** Longest answer: an address, 75 characters of values, a CRC and the line end (section 4.4.8). */
const LONGEST_ANSWER = 81;
/** Kept of what comes in: several times that. */
const HEARD_CHARACTERS = 512;

export class Recorder {
  /** What came in since the last command, the newest of it. */
  heard = '';
  /** Every command that goes out and every piece that comes in, for whoever wants to see them. */
  onTraffic: (direction: 'sent' | 'heard', text: string) => void = () => {};
  /** The port refused to make a break. */
  breakFails = false;
  readonly #transport: Transport;
  readonly #clock: Clock;
  readonly #timing: AdapterTiming;
  #check = () => {};
  #fail = (_error: KarezError) => {};
  /** Whom the last break woke, and when the line was last in use. */
  #awake: string | undefined;
  #lastUseMs = Number.NEGATIVE_INFINITY;

  /** Takes over `transport.onBytes` and `onClose`. */
  constructor(transport: Transport, clock: Clock, timing: AdapterTiming) {
    this.#transport = transport;
    this.#clock = clock;
    this.#timing = timing;
    transport.onBytes = (bytes) => this.#hear(bytes);
    transport.onClose = () => this.giveUp();
  }

  /** Waits for no answer any more. */
  giveUp(): void {
    const { trouble, name } = this.#transport;
    this.#awake = undefined;
    this.#fail(new KarezError('TRANSPORT_CLOSED', trouble ?? `${name} is not open`));
  }

  /** Time that a command without an answer takes in one round. */
  get costMs(): number {
    const { style, sendsBreak, answerMs, tries } = this.#timing;
    const onWire = style === 'transparent' ? 5 * CHARACTER_MS : 0;
    return (sendsBreak ? BREAK_MS + MARKING_MS : 0) + tries * (onWire + answerMs);
  }

  /**
   * Sends `command`, whose first character is the address, until an answer comes that `read` takes.
   * @throws KarezError of the last try: DEVICE_TIMEOUT, FRAME_* with the reason, TRANSPORT_CLOSED.
   */
  async ask<T>(command: string, read: (line: string) => T, options: AskOptions = {}): Promise<T> {
    const { rounds = this.#timing.rounds, tries = this.#timing.tries } = options;
    for (let round = 1; ; round++) {
      if (this.#timing.sendsBreak) await this.#wake(command[0] as string, round > 1);
      for (let attempt = 1; ; attempt++) {
        try {
          return await this.#try(command, read, options.hasCrc ?? false);
        } catch (error) {
          if (!(error instanceof KarezError) || error.code === 'TRANSPORT_CLOSED') throw error;
          if (attempt < tries) continue;
          if (round >= rounds) throw error;
          break;
        }
      }
    }
  }

  /** Waits for the service request of `address` (section 4.4.6), `forMs` at most. Whether it came. */
  async serviceRequest(address: string, forMs: number): Promise<boolean> {
    const came = Promise.withResolvers<boolean>();
    const cancel = this.#clock.after(forMs, () => came.resolve(false));
    this.#check = () => {
      if (wholeLines(this.heard).includes(address)) came.resolve(true);
    };
    this.#fail = came.reject;
    try {
      // It may have come right behind the answer.
      this.#check();
      return await came.promise;
    } finally {
      cancel();
      this.#rest();
    }
  }

  async #try<T>(command: string, read: (line: string) => T, hasCrc: boolean): Promise<T> {
    const { style, lineEnd, answerMs, gapMs } = this.#timing;
    const address = command[0] as string;
    const answer = Promise.withResolvers<T>();
    const onWireMs = style === 'transparent' ? command.length * CHARACTER_MS : 0;
    const firstMs = this.#clock.monoMs() + onWireMs + answerMs;
    const lastMs = firstMs + LONGEST_ANSWER * CHARACTER_MS + gapMs;
    let cancel: Cancel = () => {};
    const waitUntil = (ms: number) => {
      cancel();
      cancel = this.#clock.after(ms - this.#clock.monoMs(), () => answer.reject(whyNone(this.heard, address, read)));
    };
    this.heard = '';
    this.#check = () => {
      const found = findAnswer(this.heard, address, hasCrc, read);
      if (found !== undefined) {
        this.heard = found.rest;
        answer.resolve(found.answer);
        return;
      }
      const quietMs = this.#clock.monoMs() + gapMs;
      const isWhole = wholeLines(this.heard).length > 0;
      waitUntil(Math.min(lastMs, isWhole ? quietMs : Math.max(firstMs, quietMs)));
    };
    this.#fail = answer.reject;
    waitUntil(firstMs);
    try {
      this.#transport.write(new TextEncoder().encode(command + lineEnd));
      this.onTraffic('sent', command);
      this.#lastUseMs = this.#clock.monoMs() + onWireMs;
      return await answer.promise;
    } finally {
      cancel();
      this.#rest();
    }
  }

  #rest(): void {
    this.#check = () => {};
    this.#fail = () => {};
  }

  /** Breaks where the sensor may be asleep: another one was spoken to, or nobody for a while (section 7.1). */
  async #wake(address: string, isForced: boolean): Promise<void> {
    const isAwake = this.#awake === address && this.#clock.monoMs() - this.#lastUseMs < AWAKE_MS;
    if (isAwake && !isForced) return;
    this.breakFails = !(await this.#transport.setBreak?.(true));
    if (!this.breakFails) {
      await this.#pause(BREAK_MS);
      await this.#transport.setBreak?.(false);
      await this.#pause(MARKING_MS);
    }
    this.#awake = address;
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.#clock.after(ms, resolve));
  }

  #hear(bytes: Uint8Array): void {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
    this.#lastUseMs = this.#clock.monoMs();
    this.onTraffic('heard', text);
    this.heard += text;
    this.#check();
    this.heard = this.heard.slice(-HEARD_CHARACTERS);
  }
}

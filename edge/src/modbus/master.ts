/**
 * One request at a time on a line, with the silence between that it needs (MODBUS over Serial Line V1.02, section
 * 2.5.1.1: 3.5 characters). An RTU reply does not say which registers it holds, so after a time-out nothing else of the
 * same shape is asked of that device until a late answer can no longer come. Modbus TCP numbers its requests and needs
 * neither.
 */
import { type Clock, KarezError } from '@karez/model';
import type { Transport } from '../transport/transport.ts';
import type { Framing } from './framing.ts';
import { dataBytes } from './read.ts';
import { isWrite, type Request } from './write.ts';

export interface MasterOptions {
  framing: Framing;
  baudRate: number;
  /** Wait for an answer, its way over the wire not counted. */
  timeoutMs: number;
  /** Least silence between two frames. */
  turnaroundMs: number;
}

const BITS_PER_CHARACTER = 11;
/** Bytes kept of what comes in: twice the longest reply of either framing. */
const HEARD_BYTES = 520;

export class Master {
  /** What came in since the last request, at most the newest HEARD_BYTES. */
  heard = new Uint8Array(0);
  readonly #transport: Transport;
  readonly #clock: Clock;
  readonly #options: MasterOptions;
  readonly #silenceMs: number;
  #lastByteMs = Number.NEGATIVE_INFINITY;
  #check = () => {};
  #fail = (_error: KarezError) => {};
  /** Answers that may still come. */
  #owed: { request: Request; untilMs: number }[] = [];

  /** Takes over `transport.onBytes` and `onClose`. */
  constructor(transport: Transport, clock: Clock, options: MasterOptions) {
    this.#transport = transport;
    this.#clock = clock;
    this.#options = options;
    this.#silenceMs = Math.max(options.turnaroundMs, options.framing.needsSilence ? this.#wireMs(3.5) : 0);
    transport.onBytes = (bytes) => this.#hear(bytes);
    transport.onClose = () => this.giveUp();
  }

  /** Waits for no answer any more. */
  giveUp(): void {
    const { trouble, name } = this.#transport;
    this.#fail(new KarezError('TRANSPORT_CLOSED', trouble ?? `${name} is not open`));
  }

  /** Time that a request without an answer takes. */
  costMs(request: Request): number {
    return this.#silenceMs + this.#waitMs(request);
  }

  /**
   * The data bytes of the reply.
   * @throws KarezError DEVICE_TIMEOUT, DEVICE_EXCEPTION, FRAME_* with the reason, TRANSPORT_CLOSED.
   */
  async ask(request: Request): Promise<Uint8Array> {
    const { framing } = this.#options;
    await this.#silence(request);
    this.heard = new Uint8Array(0);
    const answer = Promise.withResolvers<Uint8Array>();
    this.#check = () => {
      try {
        const reply = framing.find(request, this.heard);
        if (reply !== undefined) answer.resolve(reply);
      } catch (error) {
        answer.reject(error);
      }
    };
    this.#fail = answer.reject;
    const cancel = this.#clock.after(this.#waitMs(request), () => {
      this.#owed.push({ request, untilMs: this.#clock.monoMs() + 2 * this.#options.timeoutMs });
      answer.reject(framing.noReply(request, this.heard));
    });
    try {
      this.#transport.write(framing.encode(request));
      return await answer.promise;
    } finally {
      cancel();
      this.#check = () => {};
      this.#fail = () => {};
    }
  }

  async #silence(request: Request): Promise<void> {
    const now = this.#clock.monoMs();
    this.#owed = this.#owed.filter((late) => late.untilMs > now);
    const until = Math.max(
      this.#lastByteMs + this.#silenceMs,
      ...this.#owed.filter((late) => this.#couldBeTaken(late.request, request)).map((late) => late.untilMs),
    );
    if (until > now) await new Promise<void>((resolve) => this.#clock.after(until - now, resolve));
  }

  #hear(bytes: Uint8Array): void {
    this.#lastByteMs = this.#clock.monoMs();
    const all = new Uint8Array(this.heard.length + bytes.length);
    all.set(this.heard);
    all.set(bytes, this.heard.length);
    // What comes in one piece is looked at whole, however long it is; then the newest of it is kept.
    this.heard = all;
    this.#check();
    if (all.length > HEARD_BYTES) this.heard = all.slice(-HEARD_BYTES);
  }

  /** Whether the late answer to `late` would pass for the answer to `next`, though it holds other registers. */
  #couldBeTaken(late: Request, next: Request): boolean {
    // The answer to a write says what was written.
    if (!this.#options.framing.needsSilence || isWrite(late) || isWrite(next)) return false;
    const isSameShape =
      late.address === next.address && late.function === next.function && dataBytes(late) === dataBytes(next);
    return isSameShape && late.register !== next.register;
  }

  #waitMs(request: Request): number {
    return this.#options.timeoutMs + this.#wireMs(this.#options.framing.characters(request));
  }

  #wireMs(characters: number): number {
    return (characters * BITS_PER_CHARACTER * 1000) / this.#options.baudRate;
  }
}

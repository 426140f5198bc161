/** Questions to the console, one at a time, while it sends nothing by itself. */
import { type Cancel, type Clock, KarezError } from '@karez/model';

/** Bytes kept of an answer: the longest is an archive page. */
const ANSWER_BYTES = 600;

export class Dialogue {
  readonly #clock: Clock;
  readonly #write: (bytes: Uint8Array) => void;
  #heard = new Uint8Array(0);
  #look: (() => void) | undefined;
  #fail: ((error: KarezError) => void) | undefined;
  #timer: Cancel | undefined;

  constructor(clock: Clock, write: (bytes: Uint8Array) => void) {
    this.#clock = clock;
    this.#write = write;
  }

  /** Whether an answer is awaited. */
  get isBusy(): boolean {
    return this.#look !== undefined;
  }

  /**
   * Sends, and resolves with what `read` makes of all that came since; `read` gives undefined while that is not enough.
   * @throws KarezError DEVICE_TIMEOUT, TRANSPORT_CLOSED, or what `read` throws.
   */
  ask<T>(question: string | Uint8Array, read: (answer: Uint8Array) => T | undefined, timeoutMs: number): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const end = () => {
      this.#timer?.();
      this.#look = undefined;
      this.#fail = undefined;
    };
    this.#heard = new Uint8Array(0);
    this.#look = () => {
      try {
        const found = read(this.#heard);
        if (found === undefined) return;
        end();
        resolve(found);
      } catch (error) {
        end();
        reject(error);
      }
    };
    this.#fail = (error) => {
      end();
      reject(error);
    };
    this.#timer = this.#clock.after(timeoutMs, () =>
      this.#fail?.(new KarezError('DEVICE_TIMEOUT', 'the console did not answer in time')),
    );
    try {
      this.#write(typeof question === 'string' ? new TextEncoder().encode(question) : question);
    } catch (error) {
      this.#fail(error as KarezError);
    }
    return promise;
  }

  /** Sends without waiting for anything. Throws TRANSPORT_CLOSED. */
  say(bytes: Uint8Array): void {
    this.#write(bytes);
  }

  /** What came on the line. */
  hear(bytes: Uint8Array): void {
    const all = new Uint8Array(this.#heard.length + bytes.length);
    all.set(this.#heard);
    all.set(bytes, this.#heard.length);
    this.#heard = all.slice(0, ANSWER_BYTES);
    this.#look?.();
  }

  /** The line is gone: whoever waits hears of it. */
  abort(): void {
    this.#fail?.(new KarezError('TRANSPORT_CLOSED', 'the line closed'));
  }
}

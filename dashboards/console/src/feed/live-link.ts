/**
 * The live stream of one farm, kept up: connects, listens for any sign of life (events and heartbeats alike), and
 * connects again with growing delays when it is cut or has fallen silent. What was missed in between is the caller's
 * to fetch: `hello` says when.
 */
import type { Cancel, Clock } from '@karez/model/ports';
import { asProblem, type Problem, problemOf } from './api.ts';
import { eventReader } from './event-stream.ts';

/** Two and a half heartbeats of the server without a byte mean that the link is dead, ms. */
const DEAF_MS = 40_000;
const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 15_000;

export interface LiveHandlers {
  event(name: string, data: unknown): void;
  /** Cut, refused or silent; it is tried again after `delayMs`. `tries`: failures in a row, this one included. */
  lost(problem: Problem, tries: number, delayMs: number): void;
}

export class LiveLink {
  readonly #url: string;
  readonly #fetch: typeof fetch;
  readonly #clock: Clock;
  readonly #handlers: LiveHandlers;
  #abort: AbortController | undefined;
  #retry: Cancel | undefined;
  #tries = 0;
  #heardMonoMs = Number.NEGATIVE_INFINITY;

  constructor(url: string, fetchIt: typeof fetch, clock: Clock, handlers: LiveHandlers) {
    this.#url = url;
    this.#fetch = fetchIt;
    this.#clock = clock;
    this.#handlers = handlers;
  }

  /** When the last byte came, monotonic ms. */
  get heardMonoMs(): number {
    return this.#heardMonoMs;
  }

  /** Connects; does nothing while a connection stands or is being made. */
  start(): void {
    if (this.#abort !== undefined) return;
    this.#retry?.();
    this.#retry = undefined;
    const abort = new AbortController();
    this.#abort = abort;
    this.#run(abort).catch((error: unknown) => {
      if (this.#abort !== abort) return;
      this.#abort = undefined;
      this.#tries++;
      const delayMs = Math.min(FIRST_DELAY_MS * 2 ** (this.#tries - 1), LONGEST_DELAY_MS);
      this.#retry = this.#clock.after(delayMs, () => this.start());
      this.#handlers.lost(asProblem(error), this.#tries, delayMs);
    });
  }

  /** Ends the connection and tries no more, until `start`. */
  stop(): void {
    this.#retry?.();
    this.#retry = undefined;
    const abort = this.#abort;
    this.#abort = undefined;
    abort?.abort();
  }

  /** Throws away a connection that may be dead, as after sleep, and makes a new one. */
  renew(): void {
    this.stop();
    this.#tries = 0;
    this.start();
  }

  /** Never resolves: a stream that ends is an error like any other. */
  async #run(abort: AbortController): Promise<never> {
    let deaf: Cancel = this.#clock.after(DEAF_MS, () => abort.abort());
    const alive = () => {
      this.#heardMonoMs = this.#clock.monoMs();
      deaf();
      deaf = this.#clock.after(DEAF_MS, () => abort.abort());
    };
    try {
      const response = await this.#fetch(this.#url, {
        headers: { accept: 'text/event-stream' },
        cache: 'no-store',
        signal: abort.signal,
      });
      if (!response.ok || response.body === null) throw await problemOf(response);
      const read = eventReader(({ name, data }) => {
        this.#tries = 0;
        if (this.#abort === abort) this.#handlers.event(name, JSON.parse(data));
      });
      const decoder = new TextDecoder();
      const reader = response.body.getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) throw new Error('the server ended the stream');
        alive();
        read(decoder.decode(value, { stream: true }));
      }
    } finally {
      deaf();
    }
  }
}

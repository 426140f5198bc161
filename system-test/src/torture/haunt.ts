/**
 * One process that is killed with SIGKILL again and again and started again at once, as a supervisor would, until it is
 * over; the last one started lives on.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Life, Victim } from './plan.ts';

export interface Mortal {
  whenReady: Promise<unknown>;
  ended: Promise<number | null>;
  log: string[];
  kill(): Promise<void>;
}

export interface HauntParts<P extends Mortal> {
  victim: Victim;
  launch(): P;
  nextLife(): Life;
  /** Told after each kill. */
  killed(victim: Victim): void;
}

/** A start that takes so long is a failure of its own. */
const READY_LIMIT_MS = 60_000;
/** Wait before it is started again after it ended by itself. */
const AGAIN_MS = 500;
const LAST_WORDS = 5;

export class Haunt<P extends Mortal> {
  readonly #parts: HauntParts<P>;
  readonly #over = Promise.withResolvers<void>();
  #isOver = false;
  #holds = 0;
  #held: PromiseWithResolvers<void> | undefined;
  /** The process that was started last. */
  current: P | undefined;
  kills = 0;
  /** Last words of those that ended without being killed, or never became ready: there should be none. */
  readonly deaths: string[] = [];

  constructor(parts: HauntParts<P>) {
    this.#parts = parts;
  }

  /** Kills nobody until released as often as held. */
  hold(): void {
    this.#holds++;
    this.#held ??= Promise.withResolvers();
  }

  release(): void {
    if (--this.#holds > 0) return;
    this.#held?.resolve();
    this.#held = undefined;
  }

  /** No more killing. */
  end(): void {
    this.#isOver = true;
    this.#over.resolve();
  }

  /** Kills and starts until it is over; resolves with the one that lives, ready. */
  async run(): Promise<P> {
    for (;;) {
      const process = this.#parts.launch();
      this.current = process;
      if (await this.#live(process)) return process;
    }
  }

  /** One life. Returns whether it goes on for good. */
  async #live(process: P): Promise<boolean> {
    const { victim, nextLife, killed } = this.#parts;
    const life = nextLife();
    let isGone = false;
    const gone = process.ended.then(() => {
      isGone = true;
    });
    if (life.after === 'ready' || this.#isOver) await this.#ready(process, gone);
    await Promise.race([pause(life.ms), gone, this.#over.promise]);
    await Promise.race([this.#held?.promise, gone]);
    if (isGone) {
      this.deaths.push(`${victim} ended by itself: ${process.log.slice(-LAST_WORDS).join(' ')}`);
      await pause(AGAIN_MS);
      return false;
    }
    if (this.#isOver) {
      await this.#ready(process, gone);
      return !isGone;
    }
    await process.kill();
    this.kills++;
    killed(victim);
    return false;
  }

  async #ready(process: P, gone: Promise<void>): Promise<void> {
    const signal = new AbortController();
    const late = pause(READY_LIMIT_MS, 'late', { signal: signal.signal }).catch(() => 'aborted');
    const first = await Promise.race([process.whenReady.catch(() => {}), gone, late]);
    signal.abort();
    if (first === 'late')
      this.deaths.push(
        `${this.#parts.victim} was not ready after ${READY_LIMIT_MS / 1000} s: ${process.log.slice(-LAST_WORDS).join(' ')}`,
      );
  }
}

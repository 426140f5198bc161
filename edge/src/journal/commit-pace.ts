/**
 * When the next commit may begin. A commit writes a page or two of 4 KiB whatever is in it, and memory cards wear out; but a
 * device that waits for its PUBACK is awake meanwhile, and whoever looks at a page wants fresh values. So where little comes a
 * commit begins at once; a group that is worth its pages goes as soon as it has gathered; what comes densely and is less than
 * that is gathered for some time, a shorter one while somebody looks (docs/decisions/0017). Whatever the pace, nobody is told
 * that a reading is accepted before its commit.
 */
import { type Clock, LIMITS } from '@karez/model';

/** Readings of one message, and of those that come with it, share a commit. */
const GATHER_MS = 20;
/** What a commit itself may take of the time between two. */
const COMMIT_MS = 20;
/** Commits that may follow each other quickly after a time with few. */
const BURST = 40;
/** Readings that are worth a commit of their own: two pages shared by them are 8 bytes for each. */
export const WORTH_READINGS = 1_024;
/** Time between commits while somebody looks: with the way to the page, fresh values are there well within a second. */
const WATCHED_EVERY_MS = 300;

export class CommitPace {
  readonly #clock: Clock;
  readonly #everyMs: number;
  /** Commits in hand; one more each `everyMs`. */
  #inHand = BURST;
  #countedMs: number;
  #lastMs = Number.NEGATIVE_INFINITY;
  #hurryToMs = Number.NEGATIVE_INFINITY;
  #watchedToMs = Number.NEGATIVE_INFINITY;

  /** @param everyMs longest time between commits where readings come densely, nobody looks and no group is worth one. */
  constructor(clock: Clock, everyMs: number) {
    this.#clock = clock;
    this.#everyMs = everyMs;
    this.#countedMs = clock.monoMs();
  }

  /** A device brings one reading after the other, each once the last is accepted; for so long at least. */
  hurry(forMs: number): void {
    this.#hurryToMs = Math.max(this.#hurryToMs, this.#clock.monoMs() + forMs);
  }

  /** Somebody looks at the values, for so long at least. */
  watched(forMs: number): void {
    this.#watchedToMs = Math.max(this.#watchedToMs, this.#clock.monoMs() + forMs);
  }

  /** How long to gather before the next commit, ms. @param gathered readings that wait for it already. */
  waitMs(gathered: number): number {
    const now = this.#clock.monoMs();
    this.#count(now);
    const soonMs = this.#lastMs + LIMITS.commitEveryMs - COMMIT_MS - now;
    return Math.max(GATHER_MS, soonMs, Math.min(this.#earnedMs(gathered), this.#askedMs(now)));
  }

  /** A commit begins. */
  began(readings: number): void {
    this.#lastMs = this.#clock.monoMs();
    this.#count(this.#lastMs);
    this.#inHand = Math.max(0, this.#inHand - cost(readings));
  }

  /** Until a commit is in hand. */
  #earnedMs(gathered: number): number {
    return (cost(gathered) - this.#inHand) * this.#everyMs;
  }

  /** Until those who wait want one. */
  #askedMs(now: number): number {
    if (now < this.#hurryToMs) return 0;
    return now < this.#watchedToMs ? this.#lastMs + WATCHED_EVERY_MS - now : Number.POSITIVE_INFINITY;
  }

  #count(now: number): void {
    this.#inHand = Math.min(BURST, this.#inHand + (now - this.#countedMs) / this.#everyMs);
    this.#countedMs = now;
  }
}

/** What a commit takes of those in hand: nothing where its readings are worth it. */
const cost = (readings: number) => Math.max(0, 1 - readings / WORTH_READINGS);

/**
 * How the cloud bears with a store that does not commit, and how long it asks gateways to wait. Gateways whose batches
 * failed together are tried one by one until each has succeeded, so that one that upsets the store harms no other for
 * long. After two failures in a row the store rests, for longer each time, and every gateway is told so at
 * once instead of waiting in a queue.
 */
import { type Clock, LIMITS } from '@karez/model';

const FIRST_REST_MS = 1_000;
/** Below the time after which a gateway sends again by itself. */
const LONGEST_REST_MS = LIMITS.ackTimeoutMs * 0.6;

interface Sender {
  farm: string;
  gateway: string;
}

const keyOf = ({ farm, gateway }: Sender) => `${farm}/${gateway}`;

export class Patience {
  readonly #clock: Clock;
  #failures = 0;
  #restUntilMs = 0;
  /** Gateways that had a part in a failure, and how many times in a row theirs alone failed. */
  readonly #suspects = new Map<string, number>();
  /** Gateways whose batches cannot be used yet, and how many times in a row they were asked for again. */
  readonly #strange = new Map<string, number>();
  /** Readings committed in a millisecond, lately. */
  #rate = 0;
  readonly counts = { commits: 0, failedCommits: 0, commitMs: 0, slowestCommitMs: 0 };

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Parts batches into those that may be committed together. */
  together<B extends Sender>(batches: readonly B[]): B[][] {
    const trusted = batches.filter((batch) => !this.#suspects.has(keyOf(batch)));
    const alone = batches.filter((batch) => this.#suspects.has(keyOf(batch))).map((batch) => [batch]);
    return trusted.length === 0 ? alone : [trusted, ...alone];
  }

  committed(batches: readonly (Sender & { readings: { count: number } })[], tookMs: number): void {
    this.counts.commits++;
    this.counts.commitMs += tookMs;
    this.counts.slowestCommitMs = Math.max(this.counts.slowestCommitMs, tookMs);
    this.#failures = 0;
    for (const batch of batches) {
      this.#suspects.delete(keyOf(batch));
      this.#strange.delete(keyOf(batch));
    }
    const rate = batches.reduce((sum, { readings }) => sum + readings.count, 0) / Math.max(tookMs, 1);
    this.#rate = this.#rate === 0 ? rate : this.#rate * 0.8 + rate * 0.2;
  }

  failed(batches: readonly Sender[]): void {
    this.counts.failedCommits++;
    this.#failures++;
    const alone = batches.length === 1 ? 1 : 0;
    for (const batch of batches) this.#suspects.set(keyOf(batch), (this.#suspects.get(keyOf(batch)) ?? 0) + alone);
    if (this.#failures > 1) this.#restUntilMs = this.#clock.monoMs() + growing(this.#failures - 1);
  }

  /** How long the store is still left alone, in ms; 0 when it may be asked. */
  restMs(): number {
    return Math.max(0, this.#restUntilMs - this.#clock.monoMs());
  }

  /** When a gateway should try again after a failure. */
  unavailableMs(sender: Sender): number {
    const own = growing(this.#suspects.get(keyOf(sender)) || 1);
    return spread(sender, Math.max(this.restMs(), own));
  }

  /** When a gateway should try again whose channels are not known, or whose times cannot be judged: later each time. */
  strangeMs(sender: Sender): number {
    const times = (this.#strange.get(keyOf(sender)) ?? 0) + 1;
    this.#strange.set(keyOf(sender), times);
    return growing(times) / 2;
  }

  /** When a gateway should try again that found no room: once what waits is likely done. */
  busyMs(sender: Sender, readingsWaiting: number): number {
    const likely = this.#rate === 0 ? FIRST_REST_MS : readingsWaiting / this.#rate;
    return spread(sender, Math.min(Math.max(likely, FIRST_REST_MS / 2), LONGEST_REST_MS));
  }
}

const growing = (times: number) => Math.min(FIRST_REST_MS * 2 ** (times - 1), LONGEST_REST_MS);

/** Up to half as much again, for each gateway another part of it, so that they do not all come back at once. */
function spread(sender: Sender, ms: number): number {
  let hash = 0;
  for (const c of keyOf(sender)) hash = (Math.imul(hash, 31) + (c.codePointAt(0) as number)) >>> 0;
  return Math.round(ms * (1 + (hash % 1000) / 2000));
}

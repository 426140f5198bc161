/**
 * Which readings go to the cloud next. Live first: what has just been committed goes in small batches of its own, oldest
 * backlog in large ones beside it, each with its own number of batches under way, so that neither waits for the other.
 * Nothing is forgotten here: a range leaves only by an acknowledgement, and comes back when none arrives.
 */
import { type Ack, type Cancel, type Clock, LIMITS } from '@karez/model';
import type { EncodedBatch } from '../journal/journal-db.ts';
import { type Range, RangeSet } from '../journal/range-set.ts';

export interface PlanParts {
  clock: Clock;
  /** Fetches readings from the journal as one batch. */
  batch(from: number, to: number, most: number): Promise<EncodedBatch | undefined>;
  /** Hands a batch to the network; resolves or rejects when the broker has it or not. Nothing depends on the outcome. */
  send(bytes: Uint8Array): Promise<void>;
  /** Forgets what is settled. */
  settle(stored: Range[], refused: Ack['refused']): Promise<unknown>;
  failed(error: unknown): void;
}

interface InFlight {
  ranges: RangeSet;
  live: boolean;
  sentMs: number;
  timer: Cancel;
}

/** Batches of live readings under way at once. */
const LIVE_IN_FLIGHT = 4;
const BACKLOG_IN_FLIGHT = LIMITS.batchesInFlight - LIVE_IN_FLIGHT;
/** Readings in a backlog batch: a few tenths of a second of work for the cloud, so that live ones slip in between. */
const BACKLOG_READINGS = 20_000;
/** Wait before the journal is read again after it could not be. */
const READ_AGAIN_MS = 1_000;
/** Live readings that wait longer than the next batch can take join the backlog. */
const LIVE_READINGS = 5_000;

export class Plan {
  readonly #parts: PlanParts;
  /** Accepted, not acknowledged, not under way. */
  readonly #backlog: RangeSet;
  readonly #live = new RangeSet();
  readonly #inFlight = new Set<InFlight>();
  #connected = false;
  #liveTimer: Cancel | undefined;
  /** Ranges that the cloud asked for later, and how to let them go early. */
  readonly #paused = new Map<RangeSet, () => void>();
  /** Time from sending to acknowledgement of the last batch, ms. */
  roundTripMs: number | null = null;

  constructor(parts: PlanParts, waiting: Iterable<Readonly<Range>>) {
    this.#parts = parts;
    this.#backlog = new RangeSet(waiting);
  }

  /** Readings that the cloud has not acknowledged. */
  get waiting(): number {
    let sum = this.#backlog.size + this.#live.size;
    for (const batch of this.#inFlight) sum += batch.ranges.size;
    for (const held of this.#paused.keys()) sum += held.size;
    return sum;
  }

  /** Told after each commit of the journal. */
  committed(first: number, last: number): void {
    if (!this.#connected || this.#live.size > LIVE_READINGS) {
      this.#backlog.add(first, last);
      this.#pump();
      return;
    }
    this.#live.add(first, last);
    this.#liveTimer ??= this.#parts.clock.after(LIMITS.liveEveryMs, () => {
      this.#liveTimer = undefined;
      this.#pump();
    });
  }

  connected(): void {
    this.#connected = true;
    this.#pump();
  }

  /** Whatever was under way may be lost: it all waits again. */
  disconnected(): void {
    this.#connected = false;
    for (const batch of this.#inFlight) this.#comeBack(batch);
    for (const [first, last] of this.#live.ranges()) {
      this.#live.remove(first, last);
      this.#backlog.add(first, last);
    }
  }

  acknowledged({ acked, refused, retry }: Pick<Ack, 'acked' | 'refused' | 'retry'>): void {
    const settled: Range[] = [...acked, ...refused.map((r): Range => [r.first, r.last])];
    for (const [first, last] of settled) {
      // An acknowledgement that comes after the time-out still counts.
      this.#backlog.remove(first, last);
      this.#live.remove(first, last);
      for (const held of this.#paused.keys()) held.remove(first, last);
      this.#takeOut(first, last);
    }
    for (const { first, last, afterMs } of retry) this.#later(first, last, afterMs);
    if (settled.length > 0) this.#parts.settle(acked, refused).catch((error) => this.#parts.failed(error));
    this.#pump();
  }

  stop(): void {
    this.disconnected();
    this.#liveTimer?.();
    for (const held of [...this.#paused.keys()]) this.#release(held);
  }

  #takeOut(first: number, last: number): void {
    for (const batch of this.#inFlight) {
      if (batch.ranges.remove(first, last) === 0 || batch.ranges.size > 0) continue;
      batch.timer();
      this.#inFlight.delete(batch);
      this.roundTripMs = this.#parts.clock.monoMs() - batch.sentMs;
    }
  }

  /** What the cloud asked for again: kept out of the way until the time has come. */
  #later(first: number, last: number, afterMs: number): void {
    const held = new RangeSet();
    for (const batch of this.#inFlight) {
      for (const [f, l] of batch.ranges.ranges()) {
        const from = Math.max(f, first);
        const to = Math.min(l, last);
        if (from <= to) held.add(from, to);
      }
    }
    for (const [f, l] of held.ranges()) this.#takeOut(f, l);
    if (held.size === 0) return;
    const cancel = this.#parts.clock.after(Math.min(afterMs, LIMITS.ackTimeoutMs), () => {
      this.#release(held);
      this.#pump();
    });
    this.#paused.set(held, cancel);
  }

  #release(held: RangeSet): void {
    this.#paused.get(held)?.();
    this.#paused.delete(held);
    for (const [first, last] of held.ranges()) this.#backlog.add(first, last);
  }

  #comeBack(batch: InFlight): void {
    batch.timer();
    this.#inFlight.delete(batch);
    for (const [first, last] of batch.ranges.ranges()) this.#backlog.add(first, last);
  }

  #pump(): void {
    if (!this.#connected) return;
    const busy = (live: boolean) => [...this.#inFlight].filter((b) => b.live === live).length;
    if (this.#live.size > 0 && this.#liveTimer === undefined && busy(true) < LIVE_IN_FLIGHT)
      void this.#launch(this.#live, true);
    while (this.#backlog.size > 0 && busy(false) < BACKLOG_IN_FLIGHT) void this.#launch(this.#backlog, false);
  }

  /** Takes the oldest range of a set, fetches at most a batch of it and sends it. */
  async #launch(from: RangeSet, live: boolean): Promise<void> {
    const [first, last] = from.ranges()[0] as Range;
    const most = live ? LIVE_READINGS : BACKLOG_READINGS;
    const to = Math.min(last, first + most - 1);
    from.remove(first, to);
    const batch: InFlight = {
      ranges: new RangeSet([[first, to]]),
      live,
      sentMs: this.#parts.clock.monoMs(),
      timer: () => {},
    };
    this.#inFlight.add(batch);
    try {
      const encoded = await this.#parts.batch(first, to, most);
      if (!this.#inFlight.has(batch)) return;
      this.#narrow(batch, [first, to], encoded?.ranges ?? []);
      if (encoded === undefined || batch.ranges.size === 0) this.#inFlight.delete(batch);
      else {
        batch.timer = this.#parts.clock.after(LIMITS.ackTimeoutMs, () => {
          this.#comeBack(batch);
          this.#pump();
        });
        // Whether the broker has it says nothing: a connection that breaks brings everything back by itself.
        this.#parts.send(encoded.bytes).catch((error) => this.#parts.failed(error));
      }
    } catch (error) {
      this.#parts.failed(error);
      if (this.#inFlight.has(batch)) batch.timer = this.#parts.clock.after(READ_AGAIN_MS, () => this.#comeBack(batch));
    }
    this.#pump();
  }

  /** What did not fit into the batch waits again; what the journal no longer holds needs no sending. */
  #narrow(batch: InFlight, [first, to]: Range, encoded: Range[]): void {
    const rest = new RangeSet([[first, to]]);
    for (const [f, l] of encoded) rest.remove(f, l);
    const reached = encoded.at(-1)?.[1] ?? to;
    for (const [f, l] of rest.ranges()) {
      batch.ranges.remove(f, l);
      if (f > reached) this.#backlog.add(f, l);
    }
  }
}

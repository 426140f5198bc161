/**
 * Which readings go to the cloud next. Live first: what has just been committed goes in small batches of its own, the
 * oldest backlog in larger ones beside it, each with its own number of batches under way, so that neither waits for the
 * other. Nothing is forgotten here: a range leaves only by an acknowledgement, and comes back when none arrives.
 */
import { type Ack, type Cancel, type Clock, LIMITS } from '@karez/model';
import type { EncodedBatch } from '../journal/journal-db.ts';
import { type Range, RangeSet } from '../journal/range-set.ts';
import type { Budget } from './budget.ts';
import { Pace } from './pace.ts';

export interface PlanParts {
  clock: Clock;
  budget: Budget;
  /** How long settlements wait to be written down together, default a second. */
  settleEveryMs?(): number;
  /** Fetches readings from the journal as one batch. */
  batch(from: number, to: number, most: number): Promise<EncodedBatch | undefined>;
  /** Hands a batch to the network. Nothing depends on the outcome. */
  send(bytes: Uint8Array): Promise<void>;
  /** Forgets what is settled. */
  settle(stored: Range[], refused: Ack['refused']): Promise<unknown>;
  failed(error: unknown): void;
}

interface InFlight {
  /** Not acknowledged yet. */
  ranges: RangeSet;
  /** From the first to the last number asked for: the journal holds nothing else of it. */
  cover: Range;
  refused: boolean;
  live: boolean;
  sentMs: number;
  readings: number;
  timer: Cancel;
}

const LIVE_IN_FLIGHT = 4;
const BACKLOG_IN_FLIGHT = LIMITS.batchesInFlight - LIVE_IN_FLIGHT;
/** Wait before the journal is read again after it could not be. */
const READ_AGAIN_MS = 1_000;
/** Live readings that wait longer than the next batch can take join the backlog. */
const LIVE_READINGS = 5_000;
/** Settlements are written together, so that the disk is not bothered for each acknowledgement. */
const SETTLE_EVERY_MS = 1_000;
const SETTLE_AT_ONCE = 64;
/** Readings whose forgetting is some tens of milliseconds of work: more are not gathered. */
const SETTLE_READINGS = 200_000;

export class Plan {
  readonly #parts: PlanParts;
  readonly #pace = new Pace();
  /** Accepted, not acknowledged, not under way. */
  readonly #backlog = new RangeSet();
  readonly #live = new RangeSet();
  readonly #inFlight = new Set<InFlight>();
  #connected = false;
  /** Backlog is fetched one batch after another, so that each begins where a block of the journal does. */
  #fetching = false;
  #stopped = false;
  #liveTimer: Cancel | undefined;
  #liveSentMs = Number.NEGATIVE_INFINITY;
  #budgetTimer: Cancel | undefined;
  #settleTimer: Cancel | undefined;
  #stored = new RangeSet();
  #refused: Ack['refused'] = [];
  /** Ranges that the cloud asked for later, and how to let them go early. */
  readonly #paused = new Map<RangeSet, () => void>();
  /** Readings that are acknowledged as stored and not written down as such yet. */
  unwritten = 0;
  /** Time from sending to acknowledgement of the last batch, ms. */
  roundTripMs: number | null = null;

  constructor(parts: PlanParts, waiting: Iterable<Readonly<Range>>) {
    this.#parts = parts;
    this.reopened(waiting);
  }

  /** The journal was made anew: only these are left. */
  reopened(waiting: Iterable<Readonly<Range>>): void {
    for (const batch of this.#inFlight) batch.timer();
    for (const cancel of this.#paused.values()) cancel();
    for (const set of [this.#backlog, this.#live, this.#inFlight, this.#paused]) set.clear();
    for (const [first, last] of waiting) this.#backlog.add(first, last);
    this.#pump();
  }

  /** Highest number of the backlog that is on its way. */
  get inFlightTo(): number {
    let highest = 0;
    for (const { live, cover } of this.#inFlight) if (!live) highest = Math.max(highest, cover[1]);
    return highest;
  }

  /** Told after each commit of the journal. */
  committed(first: number, last: number): void {
    if (!this.#connected || this.#live.size > LIVE_READINGS) {
      this.#backlog.add(first, last);
      this.#pump();
      return;
    }
    this.#live.add(first, last);
    const { clock } = this.#parts;
    const waitMs = this.#liveSentMs + LIMITS.liveEveryMs - clock.monoMs();
    if (waitMs <= 0) this.#sendLive();
    else this.#liveTimer ??= clock.after(waitMs, () => this.#sendLive());
  }

  #sendLive(): void {
    this.#liveTimer = undefined;
    this.#liveSentMs = this.#parts.clock.monoMs();
    this.#pump();
  }

  /** The journal has let these go. */
  dropped(ranges: readonly Range[]): void {
    for (const [first, last] of ranges) {
      this.#backlog.remove(first, last);
      this.#live.remove(first, last);
      for (const held of this.#paused.keys()) held.remove(first, last);
    }
  }

  connected(): void {
    this.#connected = true;
    this.#pump();
  }

  /** Whatever was under way may be lost: it all waits again. */
  disconnected(): void {
    this.#connected = false;
    for (const batch of this.#inFlight) this.#comeBack(batch);
    for (const [first, last] of this.#live.ranges()) this.#backlog.add(first, last);
    this.#live.clear();
  }

  acknowledged({ acked, refused, retry }: Pick<Ack, 'acked' | 'refused' | 'retry'>): void {
    const settled = [
      ...acked.map((range) => ({ range, isRefused: false })),
      ...refused.map((r) => ({ range: [r.first, r.last] as Range, isRefused: true })),
    ];
    for (const {
      range: [first, last],
      isRefused,
    } of settled) {
      // An acknowledgement that comes after the time-out still counts.
      this.#backlog.remove(first, last);
      this.#live.remove(first, last);
      for (const held of this.#paused.keys()) held.remove(first, last);
      if (!isRefused) this.#stored.add(first, last);
      this.#takeOut(first, last, isRefused);
    }
    this.#refused.push(...refused);
    for (const { first, last, afterMs } of retry) this.#later(first, last, afterMs);
    if (settled.length > 0) this.#settleSoon();
    this.#pump();
  }

  /** Writes down what is settled. */
  async flush(): Promise<void> {
    this.#settleTimer?.();
    this.#settleTimer = undefined;
    const stored = this.#stored.ranges();
    const refused = this.#refused;
    if (stored.length === 0 && refused.length === 0) return;
    const readings = this.unwritten;
    this.#stored = new RangeSet();
    this.#refused = [];
    try {
      await this.#parts.settle(stored, refused);
      this.unwritten -= readings;
    } catch (error) {
      // Kept for the next time; at worst it is sent again and changes nothing.
      for (const [first, last] of stored) this.#stored.add(first, last);
      this.#refused.push(...refused);
      this.#parts.failed(error);
      if (!this.#stopped) this.#flushLater();
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.disconnected();
    this.#liveTimer?.();
    this.#budgetTimer?.();
    for (const held of [...this.#paused.keys()]) this.#release(held);
    await this.flush();
  }

  #settleSoon(): void {
    const isMuch = this.#stored.ranges().length >= SETTLE_AT_ONCE || this.#stored.size >= SETTLE_READINGS;
    if (isMuch) void this.flush();
    else this.#flushLater();
  }

  #flushLater(): void {
    const isUrgent = this.#refused.length > 0;
    const ms = isUrgent ? SETTLE_EVERY_MS : (this.#parts.settleEveryMs?.() ?? SETTLE_EVERY_MS);
    this.#settleTimer ??= this.#parts.clock.after(ms, () => void this.flush());
  }

  #takeOut(first: number, last: number, isRefused: boolean): void {
    for (const batch of this.#inFlight) {
      const readings = batch.ranges.remove(first, last);
      if (readings === 0) continue;
      if (!isRefused) this.unwritten += readings;
      batch.refused ||= isRefused;
      if (batch.ranges.size > 0) continue;
      batch.timer();
      this.#inFlight.delete(batch);
      this.roundTripMs = this.#parts.clock.monoMs() - batch.sentMs;
      if (!batch.live) this.#pace.acknowledged(this.roundTripMs, batch.readings);
      // All that the journal had of it is stored: said as one range, however many gaps thinning has left.
      if (!batch.refused) this.#stored.add(...batch.cover);
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
    if (held.size === 0) return;
    for (const batch of this.#inFlight) {
      // Not stored as a whole any more, so it is settled by what is acknowledged and nothing else.
      for (const [f, l] of held.ranges()) if (batch.ranges.remove(f, l) > 0) batch.refused = true;
      if (batch.ranges.size > 0) continue;
      batch.timer();
      this.#inFlight.delete(batch);
    }
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
    if (this.#live.size > 0 && this.#liveTimer === undefined && busy(true) < LIVE_IN_FLIGHT && this.#mayGo(true))
      void this.#launch(this.#live, true);
    while (!this.#fetching && this.#backlog.size > 0 && busy(false) < BACKLOG_IN_FLIGHT && this.#mayGo(false))
      void this.#launch(this.#backlog, false);
  }

  /** Whether the budget allows another message now; else it is looked at again when it may. */
  #mayGo(live: boolean): boolean {
    const waitMs = this.#parts.budget.waitMs(live);
    if (waitMs === 0) return true;
    this.#budgetTimer ??= this.#parts.clock.after(waitMs, () => {
      this.#budgetTimer = undefined;
      this.#pump();
    });
    return false;
  }

  /** Takes the oldest range of a set, fetches at most a batch of it and sends it. */
  async #launch(from: RangeSet, live: boolean): Promise<void> {
    const [first, last] = from.firstRange as Range;
    const most = live ? LIVE_READINGS : this.#pace.batchReadings;
    const to = Math.min(last, first + most - 1);
    from.remove(first, to);
    const batch: InFlight = {
      ...{ ranges: new RangeSet([[first, to]]), cover: [first, to], refused: false, live },
      ...{ sentMs: this.#parts.clock.monoMs(), readings: 0, timer: () => {} },
    };
    this.#inFlight.add(batch);
    if (!live) this.#fetching = true;
    try {
      const encoded = await this.#parts.batch(first, to, most).finally(() => {
        if (!live) this.#fetching = false;
      });
      // A cut came between: it waits again, and so may what was not fetched because of it.
      if (!this.#inFlight.has(batch)) return this.#pump();
      this.#narrow(batch, [first, to], encoded?.ranges ?? []);
      if (encoded === undefined || batch.ranges.size === 0) this.#inFlight.delete(batch);
      else {
        batch.readings = batch.ranges.size;
        batch.timer = this.#parts.clock.after(this.#pace.waitMs(LIMITS.ackTimeoutMs), () => {
          this.#pace.timedOut();
          this.#comeBack(batch);
          this.#pump();
        });
        this.#parts.budget.spend(encoded.bytes.length);
        // Whether the broker has it says nothing: a connection that breaks brings everything back by itself.
        this.#parts.send(encoded.bytes).catch((error) => this.#parts.failed(error));
      }
    } catch (error) {
      this.#parts.failed(error);
      if (this.#inFlight.has(batch))
        batch.timer = this.#parts.clock.after(READ_AGAIN_MS, () => {
          this.#comeBack(batch);
          this.#pump();
        });
      return;
    }
    this.#pump();
  }

  /** What did not fit into the batch waits again; what the journal no longer holds needs no sending. */
  #narrow(batch: InFlight, [first, to]: Range, encoded: Range[]): void {
    const reached = encoded.at(-1)?.[1] ?? to;
    if (reached < to) this.#backlog.add(reached + 1, to);
    batch.cover = [first, reached];
    batch.ranges.clear();
    for (const [f, l] of encoded) batch.ranges.add(f, l);
  }
}

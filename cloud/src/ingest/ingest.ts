/**
 * The way of a batch through the cloud, top to bottom:
 *
 *   receive ─ room? ─→ wait (fresh before backlog, gateways in turn) → read (decode, channels known, times believable)
 *      → commit (store and ledger) → set aside what is refused → acknowledge → live bus
 *
 * Nothing is acknowledged before the store has it. What can never be stored goes to quarantine with its reason and is
 * refused, so that the rest moves on; what cannot be stored now is asked for again. Batches of all gateways that wait
 * are committed together. Batches wait as they came and are decoded when their turn comes, so that memory is bounded by
 * the queue, whatever a batch unfolds to.
 */
import type { Ack, Clock, Logger } from '@karez/model';
import { peekBatch } from '@karez/model/wire';
import type { Outcome, Store, StoreBatch, StoreChannel } from '../store/store.ts';
import type { QuarantineEntry } from '../vault/quarantine.ts';
import { type Range, runsOf } from '../vault/ranges.ts';
import { Answers } from './answers.ts';
import { FairQueue, type Lane, laneOf, type Waiting } from './fair-queue.ts';
import { OwnClock } from './own-clock.ts';
import { Patience } from './patience.ts';
import { type Ready, readBatch } from './read.ts';
import { refusedReadings, Unreadable } from './set-aside.ts';

export interface IngestParts {
  clock: Clock;
  logger: Logger;
  store: Store;
  /** What a gateway's channel numbers mean, or undefined for an epoch that was never described. */
  channels(farm: string, gateway: string, epoch: string): ReadonlyMap<number, StoreChannel> | undefined;
  quarantine(entries: QuarantineEntry[]): Promise<void>;
  acknowledge(farm: string, gateway: string, ack: Ack): void;
  committed(batches: readonly StoreBatch[], nowMs: number): void;
  /** A time that had passed when the cloud was last alive. */
  floorMs?: number;
}

/** Readings in one commit: enough to share an fsync among many gateways, little enough to keep the next ones quick. */
const READINGS_PER_COMMIT = 100_000;

export class Ingest {
  readonly #parts: IngestParts;
  readonly #queue = new FairQueue();
  readonly #patience: Patience;
  readonly #now: OwnClock;
  readonly answers: Answers;
  readonly unreadable: Unreadable;
  readonly #running = new Map<Lane, Promise<void>>();
  readonly counts = { batches: 0, bytes: 0, busy: 0, askedAgain: 0, readings: 0, refused: 0, conflicts: 0 };

  constructor(parts: IngestParts) {
    this.#parts = parts;
    this.#patience = new Patience(parts.clock);
    this.#now = new OwnClock(parts.clock, parts.logger, parts.floorMs ?? 0);
    this.answers = new Answers(parts.clock, parts.acknowledge);
    this.unreadable = new Unreadable(parts);
  }

  get depth(): FairQueue['depth'] {
    return this.#queue.depth;
  }

  get store(): Patience['counts'] {
    return this.#patience.counts;
  }

  /** Takes a batch from the broker. Never throws: every outcome is an acknowledgement or a quarantine entry. */
  receive(farm: string, gateway: string, bytes: Uint8Array): void {
    this.counts.batches++;
    this.counts.bytes += bytes.length;
    const from = { farm, gateway, bytes, receivedMs: this.#parts.clock.wallMs() };
    try {
      const batch = { ...from, ...peekBatch(bytes, from) };
      if (this.#patience.restMs() > 0) this.#again(batch, 'STORE_UNAVAILABLE', this.#patience.unavailableMs(batch));
      else if (this.#queue.offer(batch) === 'full')
        this.#again(batch, 'BUSY', this.#patience.busyMs(batch, this.depth.readings));
      else this.#wake(laneOf(batch));
    } catch (error) {
      this.unreadable.keep(from, error);
    }
  }

  /** Resolves once nothing waits any more. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running.values());
  }

  #wake(lane: Lane): void {
    if (!this.#running.has(lane)) this.#running.set(lane, this.#work(lane));
  }

  /** Commits what waits in a lane; while the store writes, the next batches are read. */
  async #work(lane: Lane): Promise<void> {
    let committing: Promise<void> | undefined;
    for (;;) {
      const ready = await this.#read(lane);
      await committing;
      if (ready.length > 0) committing = this.#commitAll(ready);
      else if (this.#queue.readings(lane) === 0) break;
      else committing = undefined;
    }
    this.#running.delete(lane);
  }

  async #read(lane: Lane): Promise<Ready[]> {
    const ready: Ready[] = [];
    for (const batch of this.#queue.take(lane, READINGS_PER_COMMIT)) {
      const read = this.#readOne(batch);
      if (read !== undefined) ready.push(read);
      // Sockets and live events have their turn between two batches.
      await new Promise((resolve) => setImmediate(resolve));
    }
    return ready;
  }

  #readOne(batch: Waiting): Ready | undefined {
    if (this.#patience.restMs() > 0)
      return this.#again(batch, 'STORE_UNAVAILABLE', this.#patience.unavailableMs(batch));
    try {
      const channels = this.#parts.channels(batch.farm, batch.gateway, batch.epoch);
      const read = readBatch(batch, channels, this.#now);
      if (typeof read !== 'string') return read;
      this.#again(batch, read, this.#patience.strangeMs(batch));
    } catch (error) {
      this.#queue.answered(batch);
      this.unreadable.keep(batch, error);
    }
    return undefined;
  }

  async #commitAll(ready: readonly Ready[]): Promise<void> {
    for (const batches of this.#patience.together(ready)) {
      if (this.#patience.restMs() > 0) for (const batch of batches) this.#againLater(batch);
      else await this.#commit(batches);
    }
  }

  async #commit(batches: readonly Ready[]): Promise<void> {
    const { clock, store, logger, quarantine, committed } = this.#parts;
    const startMs = clock.monoMs();
    const nowMs = this.#now.now();
    let outcomes: Outcome[];
    try {
      outcomes = await store.commit(batches, nowMs);
      const entries = batches.flatMap((batch, i) =>
        [...batch.refused, ...(outcomes[i] as Outcome).refused].map((r) => refusedReadings(batch.waiting, r)),
      );
      if (entries.length > 0) await quarantine(entries);
    } catch (error) {
      this.#patience.failed(batches);
      logger.log('warn', 'the store did not commit', { batches: batches.length, cause: error });
      for (const batch of batches) this.#againLater(batch);
      return;
    }
    this.#patience.committed(batches, clock.monoMs() - startMs);
    batches.forEach((batch, i) => {
      this.#settled(batch, outcomes[i] as Outcome);
    });
    committed(
      batches.map((batch, i) => ({ ...batch, readings: (outcomes[i] as Outcome).stored })),
      nowMs,
    );
  }

  #settled(batch: Ready, { stored, refused, conflicts }: Outcome): void {
    const all = [...batch.refused, ...refused];
    this.counts.readings += stored.count;
    this.counts.refused += all.reduce((sum, { readings }) => sum + readings.count, 0);
    this.counts.conflicts += conflicts;
    if (conflicts > 0)
      this.#parts.logger.log('warn', 'a gateway gave sequence numbers twice: was it restored from a copy?', {
        ...{ farm: batch.farm, gateway: batch.gateway, epoch: batch.epoch, conflicts },
      });
    this.#queue.answered(batch.waiting);
    this.answers.settled(batch, runsOf(stored.seq, stored.count), all);
  }

  #againLater({ waiting, readings, refused }: Ready): void {
    const runs = [readings, ...refused.map((r) => r.readings)].flatMap((part) => runsOf(part.seq, part.count));
    this.#again(waiting, 'STORE_UNAVAILABLE', this.#patience.unavailableMs(waiting), runs);
  }

  /** Asks for a batch again; where it was not decoded, for as many numbers as it has readings. */
  #again(batch: Waiting, code: 'BUSY' | 'CATALOG_UNKNOWN' | 'STORE_UNAVAILABLE', afterMs: number, ranges?: Range[]) {
    this.counts[code === 'BUSY' ? 'busy' : 'askedAgain']++;
    this.#queue.answered(batch);
    this.answers.later(batch, ranges ?? [[batch.firstSeq, batch.firstSeq + batch.count - 1]], code, afterMs);
    return undefined;
  }
}

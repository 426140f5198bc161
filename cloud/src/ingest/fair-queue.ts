/**
 * Batches that wait to be committed, as they came, in two lanes: fresh ones (small, as live readings are) and backlog.
 * In each lane every gateway has its turn, so that one with a week to tell does not hold up the others. What a gateway
 * may have waiting shrinks as the lane fills: an eighth of the room that is left (after Choudhury and Hahne, "Dynamic
 * queue length thresholds for shared-memory packet switches", 1998), so that there is always room for one that has
 * nothing waiting yet. A batch counts until it is answered.
 */
import { LIMITS } from '@karez/model';

export type Lane = 'fresh' | 'backlog';

export interface Waiting {
  farm: string;
  gateway: string;
  epoch: string;
  firstSeq: number;
  /** Readings that it declares. */
  count: number;
  checksum: number;
  bytes: Uint8Array;
  receivedMs: number;
}

interface Share {
  /** Not yet taken. */
  waiting: Waiting[];
  /** Not yet answered, by what names them. */
  there: Map<string, Waiting>;
  readings: number;
}

const SHARE_OF_ROOM = 1 / 8;

export const laneOf = (batch: Waiting): Lane => (batch.count <= LIMITS.freshBatchReadings ? 'fresh' : 'backlog');
const nameOf = (b: Waiting) => `${b.epoch}/${b.firstSeq}/${b.count}/${b.checksum}`;

export class FairQueue {
  readonly #lanes: Record<Lane, { shares: Map<string, Share>; readings: number }> = {
    fresh: { shares: new Map(), readings: 0 },
    backlog: { shares: new Map(), readings: 0 },
  };
  #batches = 0;
  #bytes = 0;

  get depth(): { batches: number; bytes: number; readings: number } {
    const { fresh, backlog } = this.#lanes;
    return { batches: this.#batches, bytes: this.#bytes, readings: fresh.readings + backlog.readings };
  }

  /** Readings not yet answered in a lane. */
  readings(lane: Lane): number {
    return this.#lanes[lane].readings;
  }

  /** Takes a batch in. `there`: the same batch is waiting already, and its answer will serve both. */
  offer(batch: Waiting): 'taken' | 'there' | 'full' {
    const lane = this.#lanes[laneOf(batch)];
    const key = `${batch.farm}/${batch.gateway}`;
    const share: Share = lane.shares.get(key) ?? { waiting: [], there: new Map(), readings: 0 };
    if (share.there.has(nameOf(batch))) return 'there';
    const room = LIMITS.ingestQueueReadings - lane.readings;
    const own = share.there.size === 0 ? room : room * SHARE_OF_ROOM - share.readings;
    if (
      batch.count > own ||
      share.there.size >= LIMITS.ingestBatchesPerGateway ||
      this.#batches >= LIMITS.ingestQueueBatches ||
      this.#bytes + batch.bytes.length > LIMITS.ingestQueueBytes
    )
      return 'full';
    share.waiting.push(batch);
    share.there.set(nameOf(batch), batch);
    share.readings += batch.count;
    lane.shares.set(key, share);
    lane.readings += batch.count;
    this.#batches++;
    this.#bytes += batch.bytes.length;
    return 'taken';
  }

  /** The next batches of a lane, one gateway after the other, of at most so many readings; at least one if any waits. */
  take(lane: Lane, readings: number): Waiting[] {
    const { shares } = this.#lanes[lane];
    const taken: Waiting[] = [];
    let room = readings;
    for (let idle = 0; idle < shares.size; ) {
      const [key, share] = shares.entries().next().value as [string, Share];
      const next = share.waiting[0];
      if (next !== undefined && next.count > room && taken.length > 0) break;
      // To the end of the round.
      shares.delete(key);
      shares.set(key, share);
      if (next === undefined) {
        idle++;
        continue;
      }
      idle = 0;
      taken.push(next);
      share.waiting.shift();
      room -= next.count;
    }
    return taken;
  }

  /** Told when a batch has been answered, whatever the answer; one that is not here is none of ours. */
  answered(batch: Waiting): void {
    const lane = this.#lanes[laneOf(batch)];
    const key = `${batch.farm}/${batch.gateway}`;
    const share = lane.shares.get(key);
    if (share?.there.get(nameOf(batch)) !== batch) return;
    share.there.delete(nameOf(batch));
    share.readings -= batch.count;
    lane.readings -= batch.count;
    this.#batches--;
    this.#bytes -= batch.bytes.length;
    if (share.there.size === 0) lane.shares.delete(key);
  }
}

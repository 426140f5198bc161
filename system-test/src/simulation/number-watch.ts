/**
 * Watches what leaves the gateway: a sequence number names one reading for ever, and no more batches are under way
 * than may be.
 */
import { type Ack, LIMITS } from '@karez/model';
import { decodeBatch } from '@karez/model/wire';
import { FARM, GATEWAY, type World } from './world.ts';

interface Named {
  value: number;
  channel: number;
  timeMs: number;
}

interface UnderWay {
  firstSeq: number;
  sentMs: number;
}

/** What times out at this moment is sent again at this moment. */
const SAME_MS = 10;

export class NumberWatch {
  readonly #world: World;
  /** By epoch, then number. */
  readonly #names = new Map<string, Map<number, Named>>();
  #underWay: UnderWay[] = [];

  constructor(world: World) {
    this.#world = world;
  }

  /** How many numbers have been seen on their way. */
  get seen(): number {
    return [...this.#names.values()].reduce((sum, names) => sum + names.size, 0);
  }

  sent(bytes: Uint8Array): void {
    const { epoch, firstSeq, readings } = decodeBatch(bytes, { farm: FARM, gateway: GATEWAY });
    const names = this.#names.get(epoch) ?? new Map<number, Named>();
    this.#names.set(epoch, names);
    for (let i = 0; i < readings.count; i++) {
      const seq = readings.seq[i] as number;
      const now: Named = {
        value: readings.value[i] as number,
        channel: readings.channel[i] as number,
        timeMs: readings.timeMs[i] as number,
      };
      const before = names.get(seq);
      if (before === undefined) names.set(seq, now);
      else this.#compare(seq, before, now);
    }
    this.#count(firstSeq);
  }

  #compare(seq: number, before: Named, now: Named): void {
    if (before.value !== now.value || before.channel !== now.channel)
      this.#world.violate(
        'number-reused',
        `number ${seq} named reading ${before.value} of channel ${before.channel}, now ${now.value} of ${now.channel}`,
      );
    // Where the disk forgot which time it had given them, they may get another.
    else if (before.timeMs !== now.timeMs && this.#world.witness.rollbacks.length === 0)
      this.#world.violate('time-changed', `reading ${now.value} was of ${before.timeMs}, now of ${now.timeMs}`);
  }

  #count(firstSeq: number): void {
    const now = this.#world.clock.monoMs();
    this.#underWay = this.#underWay.filter(
      (batch) => batch.firstSeq !== firstSeq && now - batch.sentMs < LIMITS.ackTimeoutMs - SAME_MS,
    );
    this.#underWay.push({ firstSeq, sentMs: now });
    if (this.#underWay.length > LIMITS.batchesInFlight)
      this.#world.violate('bound', `${this.#underWay.length} batches are under way at once`);
  }

  /** An answer that the gateway has heard. */
  answered({ acked, refused, retry }: Ack): void {
    const ranges = [...acked, ...[...refused, ...retry].map(({ first, last }) => [first, last] as [number, number])];
    this.#underWay = this.#underWay.filter(
      ({ firstSeq }) => !ranges.some(([first, last]) => firstSeq >= first && firstSeq <= last),
    );
  }

  /** The connection is gone: whatever was under way waits again. */
  disconnected(): void {
    this.#underWay = [];
  }
}

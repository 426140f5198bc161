/** What gateways are told about their batches, in messages of bounded size. */
import { type Ack, type Clock, type ErrorCode, LIMITS } from '@karez/model';
import type { Refused } from '../store/store.ts';
import { type Range, runsOf } from '../vault/ranges.ts';

export interface Addressee {
  farm: string;
  gateway: string;
  epoch: string;
}

/** Longest reason that travels; the quarantine has all of it. */
const REASON_LENGTH = 200;

export class Answers {
  readonly #clock: Clock;
  readonly #send: (farm: string, gateway: string, ack: Ack) => void;

  constructor(clock: Clock, send: (farm: string, gateway: string, ack: Ack) => void) {
    this.#clock = clock;
    this.#send = send;
  }

  settled(to: Addressee, acked: Range[], refused: readonly Refused[]): void {
    const listed = refused.flatMap(({ readings, code, reason }) =>
      runsOf(readings.seq, readings.count).map(([first, last]) => ({
        ...{ first, last, code, reason: reason.slice(0, REASON_LENGTH) },
      })),
    );
    for (let i = 0; i < acked.length || i < listed.length; i += LIMITS.ackRanges) {
      const part = <T>(list: readonly T[]) => list.slice(i, i + LIMITS.ackRanges);
      this.#say(to, { acked: part(acked), refused: part(listed), retry: [] });
    }
  }

  later(to: Addressee, ranges: readonly Range[], code: ErrorCode, afterMs: number): void {
    for (let i = 0; i < ranges.length; i += LIMITS.ackRanges) {
      const retry = ranges.slice(i, i + LIMITS.ackRanges).map(([first, last]) => ({ first, last, code, afterMs }));
      this.#say(to, { acked: [], refused: [], retry });
    }
  }

  /** The answer to a status: the cloud's time, and the gateway's own moment that it belongs to. */
  time(to: Addressee, echoMs: number): void {
    this.#say(to, { acked: [], refused: [], retry: [], echoMs });
  }

  #say({ farm, gateway, epoch }: Addressee, ack: Omit<Ack, 'v' | 'epoch' | 'timeMs'>): void {
    this.#send(farm, gateway, { v: 1, epoch, ...ack, timeMs: this.#clock.wallMs() });
  }
}

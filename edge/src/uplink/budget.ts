/**
 * What a metered link may carry: bytes per second (a bucket of ten seconds' worth) and bytes per month. Fresh readings
 * take from the bucket first and may overdraw it; the backlog waits until there is something in it.
 */
import type { Clock } from '@karez/model';

export interface BudgetLimits {
  bytesPerSecond?: number;
  bytesPerMonth?: number;
}

/** Bytes around a message: topic, MQTT, TCP and IP headers, and the acknowledgements that come back. */
const AROUND = 220;
const BUCKET_S = 10;
const FAR_MS = 3_600_000;

export class Budget {
  readonly #clock: Clock;
  readonly #limits: BudgetLimits;
  #tokens: number;
  #filledMs: number;
  #month: string;
  #spent: number;

  /** @param earlier as `month` and `spent` said before the last stop. */
  constructor(clock: Clock, limits: BudgetLimits, earlier?: { month: string; bytes: number }) {
    this.#clock = clock;
    this.#limits = limits;
    this.#tokens = (limits.bytesPerSecond ?? 0) * BUCKET_S;
    this.#filledMs = clock.monoMs();
    this.#month = monthOf(clock.wallMs());
    this.#spent = earlier?.month === this.#month ? earlier.bytes : 0;
  }

  get isMetered(): boolean {
    return this.#limits.bytesPerSecond !== undefined || this.#limits.bytesPerMonth !== undefined;
  }

  /** Month (UTC) and the bytes sent in it. */
  get month(): { month: string; bytes: number } {
    return { month: this.#month, bytes: this.#spent };
  }

  spend(payloadBytes: number): void {
    this.#fill();
    this.#tokens -= payloadBytes + AROUND;
    this.#spent += payloadBytes + AROUND;
  }

  /** How long a message must wait, ms; 0 to go now. */
  waitMs(isLive: boolean): number {
    this.#fill();
    const { bytesPerSecond, bytesPerMonth } = this.#limits;
    if (bytesPerMonth !== undefined && this.#spent >= bytesPerMonth) return FAR_MS;
    if (bytesPerSecond === undefined || this.#tokens > 0) return 0;
    // Live may overdraw by one bucket, so that it is late only when it alone is more than the link may carry.
    if (isLive && this.#tokens > -bytesPerSecond * BUCKET_S) return 0;
    return Math.min(
      FAR_MS,
      ((isLive ? -this.#tokens - bytesPerSecond * BUCKET_S : -this.#tokens) / bytesPerSecond) * 1000 + 1,
    );
  }

  /** Why nothing may be sent, in words. */
  get trouble(): string | null {
    const { bytesPerMonth } = this.#limits;
    return bytesPerMonth !== undefined && this.#spent >= bytesPerMonth
      ? `the ${Math.round(bytesPerMonth / 1e6)} MB of this month are used up; readings are kept here until the next`
      : null;
  }

  #fill(): void {
    const now = this.#clock.monoMs();
    const rate = this.#limits.bytesPerSecond ?? 0;
    this.#tokens = Math.min(rate * BUCKET_S, this.#tokens + ((now - this.#filledMs) / 1000) * rate);
    this.#filledMs = now;
    const month = monthOf(this.#clock.wallMs());
    if (month !== this.#month) {
      this.#month = month;
      this.#spent = 0;
    }
  }
}

function monthOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 7);
}

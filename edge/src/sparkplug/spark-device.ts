/** A configured device behind an edge node: what is known of it, and how its metrics become samples. */
import { KarezError, messageOf, type SparkplugProfile } from '@karez/model';
import type { ConfiguredDevice } from '../config.ts';
import type { Intake } from '../ports.ts';
import { metricSamples, type NamedMetric } from './metric-samples.ts';
import type { Datatype } from './payload.ts';

export class SparkDevice {
  readonly id: string;
  readonly #profile: SparkplugProfile;
  readonly #intake: Intake;
  readonly #source: string;
  /** Newest value of each channel, by position. */
  readonly #last = new Map<number, { timeMs: number; value: number }>();
  /** Channels that have a value now, and those that lost it when the device went. */
  readonly #valued = new Set<number>();
  readonly #lost = new Set<number>();
  #types: ReadonlyMap<string, Datatype | undefined> = new Map();
  #missing: string[] = [];
  #wrong: string | null = null;
  #offline: string | null = 'not heard yet';

  constructor(device: ConfiguredDevice, intake: Intake, source: string) {
    this.id = device.id;
    this.#profile = device.profileRecord as SparkplugProfile;
    this.#intake = intake;
    this.#source = source;
  }

  get trouble(): string | null {
    if (this.#offline !== null) return this.#offline;
    if (this.#wrong !== null) return this.#wrong;
    return this.#missing.length === 0 ? null : `${this.#missing.join(', ')}: not among the metrics of its birth`;
  }

  /** It says what it has, and what its values are. A value that was told before is not told again. */
  born(
    metrics: readonly NamedMetric[],
    birthMs: number | undefined,
    types: ReadonlyMap<string, Datatype | undefined>,
  ): Promise<void> {
    this.#types = types;
    this.#offline = null;
    this.#missing = [...new Set(this.#profile.channels.map(({ metric }) => metric))].filter((name) => !types.has(name));
    const when = (position: number, timeMs: number | undefined, value: number) => {
      // It was gone, and says that its old value holds now.
      if (this.#lost.has(position)) return birthMs ?? timeMs;
      const last = this.#last.get(position);
      if (timeMs === undefined || last === undefined) return timeMs;
      const isKnown = timeMs < last.timeMs || (timeMs === last.timeMs && Object.is(value, last.value));
      return isKnown ? null : timeMs;
    };
    return this.#accept(metrics, birthMs, when);
  }

  told(metrics: readonly NamedMetric[], payloadMs: number | undefined): Promise<void> {
    return this.#accept(metrics, payloadMs);
  }

  /** It is gone: nothing is known of its values from now on. */
  async died(words: string, timeMs: number | undefined): Promise<void> {
    this.#offline = words;
    const channels = [...this.#valued].sort((a, b) => a - b);
    if (channels.length === 0) return;
    for (const position of channels) this.#lost.add(position);
    this.#valued.clear();
    const values = channels.map(() => Number.NaN);
    await this.#intake.accept({ device: this.id, channels, values, ...(timeMs === undefined ? {} : { timeMs }) });
  }

  refuse(code: KarezError['code'], reason: string): void {
    this.#wrong = reason;
    this.#intake.reject({ device: this.id, source: this.#source, code, reason });
  }

  async #accept(
    metrics: readonly NamedMetric[],
    payloadMs: number | undefined,
    when?: Parameters<typeof metricSamples>[5],
  ): Promise<void> {
    const typeOf = (name: string) => this.#types.get(name);
    const { samples, refused } = metricSamples(this.id, this.#profile, metrics, payloadMs, typeOf, when);
    this.#wrong = null;
    for (const { code, message } of refused) this.refuse(code, message);
    for (const { channels, values, timeMs } of samples)
      for (const [i, position] of channels.entries()) {
        const value = values[i] as number;
        if (timeMs !== undefined && timeMs >= (this.#last.get(position)?.timeMs ?? 0))
          this.#last.set(position, { timeMs, value });
        if (Number.isNaN(value)) continue;
        this.#valued.add(position);
        this.#lost.delete(position);
      }
    try {
      await Promise.all(samples.map((sample) => this.#intake.accept(sample)));
    } catch (error) {
      if (error instanceof KarezError && error.retry) {
        this.#wrong = messageOf(error);
        throw error;
      }
      this.refuse(error instanceof KarezError ? error.code : 'VALUE_INVALID', messageOf(error));
    }
  }
}

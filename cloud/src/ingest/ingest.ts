/**
 * The way of a batch through the cloud, top to bottom:
 *
 *   receive ─ room? ─→ validate (decode, channels known, times believable) → wait → commit (store and ledger)
 *      → acknowledge → live bus
 *
 * Nothing is acknowledged before the store has it. What can never be stored goes to quarantine with its reason and is
 * refused, so that the rest moves on; what cannot be stored now is asked for again. Batches of all gateways that wait
 * are committed together.
 */
import { type Ack, type Clock, codeOf, LIMITS, type Logger, messageOf, type Readings } from '@karez/model';
import { decodeBatch } from '@karez/model/wire';
import type { Store, StoreBatch, StoreChannel } from '../store/store.ts';
import { type Range, runsOf } from '../vault/ranges.ts';
import type { QuarantineEntry } from '../vault/vault.ts';
import { believable } from './believable.ts';

export interface IngestParts {
  clock: Clock;
  logger: Logger;
  store: Store;
  /** What a gateway's channel numbers mean, or undefined for an epoch that was never described. */
  channels(farm: string, gateway: string, epoch: string): ReadonlyMap<number, StoreChannel> | undefined;
  quarantine(entry: QuarantineEntry): Promise<void>;
  acknowledge(farm: string, gateway: string, ack: Ack): void;
  committed(batches: readonly StoreBatch[]): void;
}

interface Waiting extends StoreBatch {
  bytes: number;
  refused: Ack['refused'];
}

/** How long gateways are asked to wait when the cloud has no room or its store does not answer. */
const BUSY_MS = 1_000;
const UNAVAILABLE_MS = 3_000;
const CATALOG_MS = 500;
/** Readings in one commit: enough to share an fsync among many gateways, little enough to keep live values quick. */
const READINGS_PER_COMMIT = 100_000;

export class Ingest {
  readonly #parts: IngestParts;
  #waiting: Waiting[] = [];
  #bytes = 0;
  #committing: Promise<void> | undefined;
  readonly counts = { batches: 0, readings: 0, refused: 0, repeatedLater: 0 };

  constructor(parts: IngestParts) {
    this.#parts = parts;
  }

  /** Takes a batch from the broker. Never throws: every outcome is an acknowledgement or a quarantine entry. */
  async receive(farm: string, gateway: string, bytes: Uint8Array): Promise<void> {
    this.counts.batches++;
    let decoded: ReturnType<typeof decodeBatch>;
    try {
      decoded = decodeBatch(bytes, { farm, gateway });
    } catch (error) {
      await this.#unreadable(farm, gateway, bytes, error);
      return;
    }
    const { epoch, firstSeq, lastSeq, readings } = decoded;
    if (this.#waiting.length >= LIMITS.ingestQueueBatches || this.#bytes + bytes.length > LIMITS.ingestQueueBytes) {
      this.#again(farm, gateway, epoch, [[firstSeq, lastSeq]], 'BUSY', BUSY_MS);
      return;
    }
    const channels = this.#parts.channels(farm, gateway, epoch);
    if (channels === undefined || !allKnown(readings, channels)) {
      this.#again(farm, gateway, epoch, [[firstSeq, lastSeq]], 'CATALOG_UNKNOWN', CATALOG_MS);
      return;
    }
    const { kept, refused } = believable(readings, this.#parts.clock.wallMs());
    try {
      for (const { first, last, code, reason } of refused) {
        const entry = { farm, gateway, epoch, first, last, readings: last - first + 1, code, reason };
        await this.#parts.quarantine({ ...entry, receivedMs: this.#parts.clock.wallMs() });
        this.counts.refused += last - first + 1;
      }
    } catch (error) {
      this.#parts.logger.log('warn', 'the quarantine could not be written', { cause: error });
      this.#again(farm, gateway, epoch, [[firstSeq, lastSeq]], 'STORE_UNAVAILABLE', UNAVAILABLE_MS);
      return;
    }
    this.#waiting.push({ farm, gateway, epoch, readings: kept, channels, refused, bytes: bytes.length });
    this.#bytes += bytes.length;
    this.#committing ??= this.#commitWaiting().finally(() => {
      this.#committing = undefined;
    });
  }

  /** Resolves once nothing waits any more. */
  async idle(): Promise<void> {
    while (this.#committing !== undefined) await this.#committing;
  }

  async #commitWaiting(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batches = this.#takeSome();
      try {
        await this.#parts.store.commit(batches.filter((batch) => batch.readings.count > 0));
      } catch (error) {
        this.#parts.logger.log('warn', 'the store did not commit', { cause: error });
        for (const b of batches)
          this.#again(
            b.farm,
            b.gateway,
            b.epoch,
            runsOf(b.readings.seq, b.readings.count),
            'STORE_UNAVAILABLE',
            UNAVAILABLE_MS,
          );
        continue;
      }
      for (const batch of batches) this.#done(batch);
      this.#parts.committed(batches);
    }
  }

  #takeSome(): Waiting[] {
    let readings = 0;
    let n = 0;
    for (const batch of this.#waiting) {
      readings += batch.readings.count;
      if (n > 0 && readings > READINGS_PER_COMMIT) break;
      n++;
    }
    const taken = this.#waiting.splice(0, n);
    for (const batch of taken) this.#bytes -= batch.bytes;
    return taken;
  }

  #done({ farm, gateway, epoch, readings, refused }: Waiting): void {
    this.counts.readings += readings.count;
    this.#acknowledge(farm, gateway, { epoch, acked: runsOf(readings.seq, readings.count), refused, retry: [] });
  }

  #again(
    farm: string,
    gateway: string,
    epoch: string,
    ranges: Range[],
    code: 'BUSY' | 'CATALOG_UNKNOWN' | 'STORE_UNAVAILABLE',
    afterMs: number,
  ): void {
    this.counts.repeatedLater++;
    const retry = ranges.map(([first, last]) => ({ first, last, code, afterMs }));
    this.#acknowledge(farm, gateway, { epoch, acked: [], refused: [], retry });
  }

  #acknowledge(farm: string, gateway: string, ack: Omit<Ack, 'v' | 'timeMs'>): void {
    this.#parts.acknowledge(farm, gateway, { v: 1, ...ack, timeMs: this.#parts.clock.wallMs() });
  }

  /** A batch that cannot be read names no sequence numbers that could be trusted: it is kept for inspection, and the gateway repeats. */
  async #unreadable(farm: string, gateway: string, bytes: Uint8Array, error: unknown): Promise<void> {
    const code = codeOf(error) ?? 'BATCH_MALFORMED';
    this.#parts.logger.log('warn', 'a batch could not be read', { farm, gateway, code, cause: error });
    const entry = {
      farm,
      gateway,
      readings: 0,
      code,
      reason: messageOf(error),
      receivedMs: this.#parts.clock.wallMs(),
      content: bytes.subarray(0, 4096),
    };
    await this.#parts
      .quarantine(entry)
      .catch((cause) => this.#parts.logger.log('warn', 'the quarantine could not be written', { cause }));
  }
}

function allKnown(readings: Readings, channels: ReadonlyMap<number, StoreChannel>): boolean {
  for (let i = 0; i < readings.count; i++) if (!channels.has(readings.channel[i] as number)) return false;
  return true;
}

/** What goes to quarantine, as the vault keeps it. */
import { type Clock, codeOf, type Logger, messageOf } from '@karez/model';
import { encodeBatch } from '@karez/model/wire';
import type { Refused } from '../store/store.ts';
import type { QuarantineEntry } from '../vault/quarantine.ts';
import { runsOf } from '../vault/ranges.ts';

interface From {
  farm: string;
  gateway: string;
  epoch: string;
  receivedMs: number;
}

export interface UnreadableParts {
  clock: Clock;
  logger: Logger;
  quarantine(entries: QuarantineEntry[]): Promise<void>;
}

const KEPT_AT_ONCE = 10;
const KEEP_EVERY_MS = 10_000;
/** Bytes kept of what cannot be read. */
const BYTES_KEPT = 4_096;

/** Refused readings: their numbers count as refused for good, and they themselves are kept as a batch. */
export function refusedReadings(from: From, { readings, code, reason }: Refused): QuarantineEntry {
  const { farm, gateway, epoch, receivedMs } = from;
  return {
    ...{ farm, gateway, epoch, receivedMs, code, reason, readings: readings.count },
    ranges: runsOf(readings.seq, readings.count),
    content: encodeBatch(readings, { farm, gateway, epoch }),
  };
}

/**
 * Messages that cannot be read: a batch (it names no sequence numbers that could be trusted, so the gateway repeats), an
 * inventory, a status. A few of each gateway are kept, then one in a while, so that one that sends rubbish all day keeps
 * nobody from the disk.
 */
export class Unreadable {
  readonly #parts: UnreadableParts;
  readonly #kept = new Map<string, { left: number; sinceMs: number }>();
  count = 0;

  constructor(parts: UnreadableParts) {
    this.#parts = parts;
  }

  keep({ farm, gateway, bytes, receivedMs }: Omit<From, 'epoch'> & { bytes: Uint8Array }, error: unknown): void {
    const { logger, quarantine } = this.#parts;
    this.count++;
    if (!this.#mayKeep(`${farm}/${gateway}`)) return;
    logger.log('warn', 'a message could not be read', { farm, gateway, cause: error });
    const entry = {
      ...{ farm, gateway, receivedMs, ranges: [], readings: 0 },
      code: codeOf(error) ?? 'BATCH_MALFORMED',
      reason: messageOf(error),
      content: bytes.slice(0, BYTES_KEPT),
    };
    quarantine([entry]).catch((cause) => logger.log('warn', 'the quarantine could not be written', { cause }));
  }

  #mayKeep(key: string): boolean {
    const nowMs = this.#parts.clock.monoMs();
    const known = this.#kept.get(key) ?? { left: KEPT_AT_ONCE, sinceMs: nowMs };
    const more = Math.floor((nowMs - known.sinceMs) / KEEP_EVERY_MS);
    const left = Math.min(KEPT_AT_ONCE, known.left + more);
    this.#kept.set(key, { left: Math.max(0, left - 1), sinceMs: known.sinceMs + more * KEEP_EVERY_MS });
    return left > 0;
  }
}

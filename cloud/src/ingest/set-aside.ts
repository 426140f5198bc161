/** What goes to quarantine, as the vault keeps it. */
import { codeOf, messageOf } from '@karez/model';
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

/** A batch that cannot be read names no sequence numbers that could be trusted. */
export function unreadable(from: Omit<From, 'epoch'>, bytes: Uint8Array, error: unknown): QuarantineEntry {
  const { farm, gateway, receivedMs } = from;
  return {
    ...{ farm, gateway, receivedMs, ranges: [], readings: 0 },
    code: codeOf(error) ?? 'BATCH_MALFORMED',
    reason: messageOf(error),
    content: bytes.slice(0, BYTES_KEPT),
  };
}

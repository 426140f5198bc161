/**
 * What the simulator writes down for those who check the system from outside: every message whose PUBACK came, and how far
 * the nodes' counters went, so that a start anew never gives a number to another sample.
 */
import { closeSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { KarezError } from '@karez/model';

/** Numbers set aside on disk at a time. */
const BLOCK = 1_000;

export interface Record {
  /** The number for the first message of every node. */
  readonly firstCounter: number;
  /** To be told before `n` is used for the first time. */
  use(n: number): void;
  /** A PUBACK came. */
  acked(device: string, n: number, t: number): void;
  /** A PUBACK came for an uplink of a LoRaWAN server, unless a fault broke it. Its number counts from the device's last join. */
  uplinked(device: string, n: number, t: number): void;
  close(): void;
}

/** Keeps DIR/acked.ndjson, DIR/uplinks.ndjson and DIR/counters.json. Throws FILE_UNREADABLE where the folder does not serve. */
export function openRecord(folder: string): Record {
  const path = join(folder, 'counters.json');
  let file: number;
  let uplinks: number;
  let reserved = 0;
  try {
    mkdirSync(folder, { recursive: true });
    file = openSync(join(folder, 'acked.ndjson'), 'a');
    uplinks = openSync(join(folder, 'uplinks.ndjson'), 'a');
    reserved = readReserved(path);
  } catch (cause) {
    throw new KarezError('FILE_UNREADABLE', `cannot keep a record in ${folder}: ${(cause as Error).message}`, {
      cause,
      where: folder,
    });
  }
  const firstCounter = reserved + 1;
  return {
    firstCounter,
    use(n) {
      if (n <= reserved) return;
      reserved = n + BLOCK;
      writeFileSync(`${path}.new`, `${JSON.stringify({ reserved })}\n`, { flush: true });
      renameSync(`${path}.new`, path);
    },
    acked(device, n, t) {
      writeSync(file, `${JSON.stringify({ device, n, t })}\n`);
    },
    uplinked(device, n, t) {
      writeSync(uplinks, `${JSON.stringify({ device, n, t })}\n`);
    },
    close() {
      closeSync(file);
      closeSync(uplinks);
    },
  };
}

/** Where nothing is kept: counters start at 1, as on a node that lost its flash. */
export const noRecord: Record = { firstCounter: 1, use() {}, acked() {}, uplinked() {}, close() {} };

function readReserved(path: string): number {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
  const { reserved } = JSON.parse(text) as { reserved?: unknown };
  if (!Number.isSafeInteger(reserved)) throw new Error(`${path} must hold {"reserved": a whole number}`);
  return reserved as number;
}

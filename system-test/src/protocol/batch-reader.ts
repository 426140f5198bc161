/**
 * A second reader of batches, written from the document alone: it shares nothing with the codec of the model, so where
 * the two differ, the document says less than it should, or something else.
 * Source: docs/protocol/batch.md, "Bytes" and "Body".
 */
import { crc32 } from 'node:zlib';
import type { Reading } from '@karez/model';
import { LAST_SEQ, readHead } from './batch-head.ts';
import { type Decisions, RangeDecoder } from './decisions.ts';
import { Numbers } from './numbers.ts';
import { ABSENT, Qualities } from './qualities.ts';
import { refuseUnless } from './refusal.ts';
import { channelsOf, Shapes } from './shapes.ts';
import { Times } from './times.ts';
import { Values } from './values.ts';

const BYTES_AT_MOST = 262_144;
const FORMAT = 0x4b;
const LATER_FORMATS = [0x4c, 0x4d, 0x4e, 0x4f];
/** Where the coded part begins. */
export const CODED_AT = 9;
const CHECKSUM_AT = 5;

export interface Origin {
  farm: string;
  gateway: string;
}

export interface ReadBatch {
  epoch: string;
  readings: Reading[];
}

/**
 * Reads one batch that came on the topic of `origin`.
 * @throws BatchRefused
 */
export function readBatch(bytes: Uint8Array, origin: Origin): ReadBatch {
  refuseUnless(bytes.length <= BYTES_AT_MOST, `${bytes.length} bytes`, 'BATCH_TOO_LARGE');
  refuseUnless(!LATER_FORMATS.includes(bytes[0] ?? 0), 'a later format', 'BATCH_VERSION');
  refuseUnless(bytes[0] === FORMAT && bytes.length >= CODED_AT, 'not a batch');
  const told = Buffer.from(bytes.subarray(CHECKSUM_AT, CODED_AT)).readUInt32BE();
  refuseUnless(told === checksum(bytes, origin), 'the checksum differs', 'BATCH_CHECKSUM');
  const decoder = new RangeDecoder(bytes.subarray(CODED_AT));
  const readings = readCoded(decoder);
  decoder.end();
  return { epoch: Buffer.from(bytes.subarray(1, CHECKSUM_AT)).toString('hex'), readings };
}

/** The checksum that a batch of this origin must have. */
export function checksum(bytes: Uint8Array, { farm, gateway }: Origin): number {
  const start = crc32(bytes.subarray(0, CHECKSUM_AT), crc32(`${farm}/${gateway}`));
  return crc32(bytes.subarray(CODED_AT), start);
}

/** The readings that a row of decisions tells. */
export function readCoded(from: Decisions): Reading[] {
  const numbers = new Numbers();
  const head = readHead(from, numbers);
  const shapes = new Shapes(from, numbers);
  const times = new Times(from, numbers, head);
  const qualities = new Qualities(from);
  const values = new Values(from, numbers);
  const readings: Reading[] = [];
  let seq = head.firstSeq;
  while (readings.length < head.count) {
    if (readings.length > 0) seq += numbers.read(from, 'gap');
    const shape = shapes.read(head.count - readings.length);
    refuseUnless(seq <= LAST_SEQ - (shape.size - 1), 'no such sequence number');
    const timeMs = times.readMs(shape);
    const channels = channelsOf(shape);
    const quality = qualities.read(shape, channels);
    channels.forEach((channel, i) => {
      const q = quality[i] as number;
      const value = (q & ABSENT) === 0 ? values.read(channel) : Number.NaN;
      readings.push({ seq: seq + i, timeMs, channel, value, quality: q });
    });
    seq += shape.size;
  }
  return readings;
}

/**
 * A batch: readings of one gateway as one message. Header, checksum, body; docs/protocol/batch.md specifies every byte.
 * Invariant: what `encodeBatch` takes, `decodeBatch` gives back to the last bit; whatever else `decodeBatch` is given, it
 * refuses with a coded error, in time and memory bounded by the limits.
 */
import { crc32 } from 'node:zlib';
import { KarezError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import { newReadings, type Readings } from '../reading.ts';
import { Body } from './body.ts';
import { Misfit } from './channels.ts';
import { codeRange } from './head.ts';
import { type Layout, layOut } from './layout.ts';
import { malformed } from './numbers.ts';
import { clearRoom, Decoder, Encoder } from './range-coder.ts';
import { RAW } from './scale.ts';

export const BATCH_VERSION = 1;
/** First byte of format 1; the four that follow are kept for formats to come. */
const FORMAT_1 = 0x4b;
const LAST_FORMAT = 0x4f;
/** Format, epoch, checksum. */
const HEADER = 9;
const EPOCH_AT = 1;
const CHECKSUM_AT = 5;

export interface BatchAddress {
  farm: string;
  gateway: string;
}

/** What the head of a batch says, for whoever must decide before decoding it. */
export interface BatchHead {
  epoch: string;
  firstSeq: number;
  count: number;
  checksum: number;
}

export interface DecodedBatch {
  epoch: string;
  firstSeq: number;
  lastSeq: number;
  readings: Readings;
}

/**
 * Encodes readings, which must not be empty.
 * @throws KarezError VALUE_INVALID naming row or epoch, BATCH_TOO_LARGE for more than LIMITS.batchReadings.
 */
export function encodeBatch(readings: Readings, context: BatchAddress & { epoch: string }): Uint8Array {
  const { count } = readings;
  if (count < 1 || count > LIMITS.batchReadings) {
    throw new KarezError('BATCH_TOO_LARGE', `a batch holds 1 to ${LIMITS.batchReadings} readings, not ${count}`, {
      where: 'count',
    });
  }
  if (!/^[0-9a-f]{8}$/.test(context.epoch)) {
    throw new KarezError('VALUE_INVALID', `epoch must be 8 hexadecimal digits, not "${context.epoch}"`, {
      where: 'epoch',
    });
  }
  return encodeAs(layOut(readings), readings, context);
}

/** Encodes readings as they are laid out; where that gave a channel a scale that fails it, it goes as raw doubles. */
export function encodeAs(layout: Layout, readings: Readings, context: BatchAddress & { epoch: string }): Uint8Array {
  const bytes = coded(layout, readings);
  bytes[0] = FORMAT_1;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  view.setUint32(EPOCH_AT, Number.parseInt(context.epoch, 16));
  view.setUint32(CHECKSUM_AT, checksum(bytes, context));
  return bytes;
}

/** The coded part, with room for the header before it. */
function coded(layout: Layout, readings: Readings): Uint8Array {
  const firstSeq = readings.seq[0] as number;
  for (;;) {
    clearRoom();
    const encoder = new Encoder(HEADER);
    codeRange(encoder, true, firstSeq, readings.count);
    try {
      new Body(encoder, readings, layout).code(readings.count, firstSeq);
      return encoder.finish();
    } catch (error) {
      if (!(error instanceof Misfit)) throw error;
      layout.plans.scale[error.position] = RAW;
    }
  }
}

/**
 * Checks a batch that arrived on the topic of `address` and reads its head only.
 * @throws KarezError BATCH_MALFORMED, BATCH_CHECKSUM (also when it was filed under another gateway), BATCH_VERSION,
 * BATCH_TOO_LARGE.
 */
export function peekBatch(bytes: Uint8Array, address: BatchAddress): BatchHead {
  return open(bytes, address).head;
}

/**
 * Decodes a batch that arrived on the topic of `address`.
 * @param into columns to use where they are long enough; what they held is gone, whatever happens.
 * @throws KarezError as `peekBatch`.
 */
export function decodeBatch(bytes: Uint8Array, address: BatchAddress, into?: Readings): DecodedBatch {
  const { decoder, head } = open(bytes, address);
  const { epoch, firstSeq, count } = head;
  const readings = into !== undefined && into.seq.length >= count ? into : newReadings(count);
  new Body(decoder, readings).code(count, firstSeq);
  if (!decoder.exhausted) throw malformed('body', 'bytes are left over after the last reading');
  readings.count = count;
  return { epoch, firstSeq, lastSeq: readings.seq[count - 1] as number, readings };
}

function open(bytes: Uint8Array, address: BatchAddress): { decoder: Decoder; head: BatchHead } {
  clearRoom();
  if (bytes.length > LIMITS.batchBytes) {
    throw new KarezError('BATCH_TOO_LARGE', `${bytes.length} bytes; at most ${LIMITS.batchBytes} are read`, {
      where: 'size',
    });
  }
  const format = bytes[0] ?? 0;
  if (format > FORMAT_1 && format <= LAST_FORMAT) {
    throw new KarezError('BATCH_VERSION', `format ${format - FORMAT_1 + 1}; this program reads ${BATCH_VERSION}`, {
      where: 'version',
    });
  }
  if (format !== FORMAT_1 || bytes.length < HEADER) {
    throw new KarezError('BATCH_MALFORMED', `not a batch: it must start with 4b and hold at least ${HEADER} bytes`, {
      where: 'header',
    });
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const stated = view.getUint32(CHECKSUM_AT);
  const found = checksum(bytes, address);
  if (stated !== found) {
    throw new KarezError(
      'BATCH_CHECKSUM',
      `checksum ${hex(stated)}, expected ${hex(found)} for ${address.farm}/${address.gateway}`,
      { where: 'checksum' },
    );
  }
  const decoder = new Decoder(bytes, HEADER);
  const [firstSeq, count] = codeRange(decoder, false, 0, 0);
  if (count > LIMITS.batchReadings) {
    throw new KarezError('BATCH_TOO_LARGE', `declares ${count} readings; at most ${LIMITS.batchReadings} are read`, {
      where: 'count',
    });
  }
  return { decoder, head: { epoch: hex(view.getUint32(EPOCH_AT)), firstSeq, count, checksum: stated } };
}

function hex(word: number): string {
  return word.toString(16).padStart(8, '0');
}

/** CRC-32 (ISO 3309, as in zlib) over "farm/gateway" and all bytes but the checksum itself. */
function checksum(bytes: Uint8Array, { farm, gateway }: BatchAddress): number {
  const address = crc32(`${farm}/${gateway}`);
  return crc32(bytes.subarray(HEADER), crc32(bytes.subarray(0, CHECKSUM_AT), address));
}

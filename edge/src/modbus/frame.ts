/**
 * Modbus RTU requests and replies for reading registers (MODBUS Application Protocol V1.1b3, sections 6.3, 6.4 and 7).
 * A reply is looked for anywhere in what has come in since the request: noise before it, an echo of the request on a
 * two-wire line and late answers of others are passed over.
 */
import { KarezError } from '@karez/model';
import { crc16 } from './crc.ts';

export interface ReadRequest {
  address: number;
  function: 3 | 4;
  register: number;
  count: number;
}

/** What an exception code means (section 7). */
const EXCEPTIONS: Record<number, string> = {
  1: 'illegal function',
  2: 'illegal register address',
  3: 'illegal value',
  4: 'device failure',
  5: 'acknowledged, needs long',
  6: 'device busy',
  8: 'memory parity error',
  10: 'gateway path unavailable',
  11: 'gateway target did not answer',
};

/** The eight bytes of a request. */
export function encodeRead({ address, function: code, register, count }: ReadRequest): Uint8Array {
  const frame = new Uint8Array(8);
  frame.set([address, code, register >> 8, register & 0xff, count >> 8, count & 0xff]);
  const crc = crc16(frame, 0, 6);
  frame.set([crc & 0xff, crc >> 8], 6);
  return frame;
}

/** The register bytes of the reply to `request` in `bytes`, or undefined while it is not all there. Throws DEVICE_EXCEPTION. */
export function findReply(bytes: Uint8Array, request: ReadRequest): Uint8Array | undefined {
  const length = 5 + request.count * 2;
  for (let at = 0; at + 5 <= bytes.length; at++) {
    if (bytes[at] !== request.address) continue;
    const code = bytes[at + 1] as number;
    if (code === (request.function | 0x80) && crcFits(bytes, at, 5)) {
      const exception = bytes[at + 2] as number;
      throw new KarezError(
        'DEVICE_EXCEPTION',
        `address ${request.address} refuses: ${EXCEPTIONS[exception] ?? `exception ${exception}`}`,
        { where: `exception ${exception}` },
      );
    }
    if (
      code === request.function &&
      bytes[at + 2] === request.count * 2 &&
      at + length <= bytes.length &&
      crcFits(bytes, at, length)
    ) {
      return bytes.slice(at + 3, at + length - 2);
    }
  }
  return undefined;
}

/** A reply by itself, as `karez decode` gets it: address, function and data, or why it is refused. */
export function readReply(bytes: Uint8Array): { address: number; function: number; data: Uint8Array } {
  if (bytes.length < 5)
    throw new KarezError('FRAME_TOO_SHORT', `${bytes.length} bytes; a reply has at least 5`, { where: 'length' });
  const [address, code, third] = bytes as unknown as [number, number, number];
  const isException = (code & 0x80) !== 0;
  if (!isException && code !== 3 && code !== 4)
    throw new KarezError('FRAME_MALFORMED', `function ${code}; only replies to 3 and 4 hold registers`, {
      where: 'function',
    });
  const length = isException ? 5 : 5 + third;
  if (bytes.length === 8 && length !== 8 && looksLikeRequest(bytes)) {
    checkCrc(bytes, 'this looks like a request');
    throw new KarezError('FRAME_UNEXPECTED', 'this is a request, not a reply', { where: 'length' });
  }
  if (bytes.length < length)
    throw new KarezError('FRAME_TOO_SHORT', `${bytes.length} bytes; the byte count ${third} asks for ${length}`, {
      where: 'length',
    });
  if (bytes.length > length)
    throw new KarezError('FRAME_TOO_LONG', `${bytes.length} bytes; the byte count ${third} asks for ${length}`, {
      where: 'length',
    });
  checkCrc(bytes);
  if (isException)
    throw new KarezError(
      'DEVICE_EXCEPTION',
      `address ${address} refuses: ${EXCEPTIONS[third] ?? `exception ${third}`}`,
      { where: `exception ${third}` },
    );
  if (third % 2 !== 0)
    throw new KarezError('FRAME_MALFORMED', `byte count ${third}; registers have two bytes each`, {
      where: 'byte count',
    });
  return { address, function: code, data: bytes.slice(3, length - 2) };
}

/** Eight bytes that ask for 1 to 125 registers. */
function looksLikeRequest(bytes: Uint8Array): boolean {
  const count = ((bytes[4] as number) << 8) | (bytes[5] as number);
  return count >= 1 && count <= 125;
}

/** Throws FRAME_CHECKSUM unless the last two bytes are the CRC of the others; both as they stand in the frame. */
function checkCrc(bytes: Uint8Array, remark?: string): void {
  const end = bytes.length - 2;
  if (crcFits(bytes, 0, bytes.length)) return;
  const crc = crc16(bytes, 0, end);
  const hex = (low: number, high: number) => ((low << 8) | high).toString(16).padStart(4, '0');
  const found = hex(bytes[end] as number, bytes[end + 1] as number);
  const reason = `CRC ${found}, expected ${hex(crc & 0xff, crc >> 8)}`;
  throw new KarezError('FRAME_CHECKSUM', remark === undefined ? reason : `${reason}; ${remark}`, { where: 'crc' });
}

function crcFits(bytes: Uint8Array, at: number, length: number): boolean {
  const crc = crc16(bytes, at, at + length - 2);
  return bytes[at + length - 2] === (crc & 0xff) && bytes[at + length - 1] === crc >> 8;
}

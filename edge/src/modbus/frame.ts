/**
 * Modbus RTU requests and replies for reading (MODBUS over Serial Line V1.02, section 2.5.1). A reply is looked for
 * anywhere in what has come in since the request: noise before it, an echo of the request on a two-wire line and late
 * answers of others are passed over.
 */
import { KarezError } from '@karez/model';
import { crc16 } from './crc.ts';
import { dataBytes, exceptionError, type ReadRequest, requestPdu } from './read.ts';

/** The eight bytes of a request. */
export function encodeRead(request: ReadRequest): Uint8Array {
  const frame = new Uint8Array(REQUEST_BYTES);
  frame.set([request.address, ...requestPdu(request)]);
  const crc = crc16(frame, 0, 6);
  frame.set([crc & 0xff, crc >> 8], 6);
  return frame;
}

export const REQUEST_BYTES = 8;

/** The data bytes of the reply to `request` in `bytes`, or undefined while it is not all there. Throws DEVICE_EXCEPTION, DEVICE_TIMEOUT. */
export function findReply(bytes: Uint8Array, request: ReadRequest): Uint8Array | undefined {
  const data = dataBytes(request);
  const length = 5 + data;
  for (let at = 0; at + 5 <= bytes.length; at++) {
    if (bytes[at] !== request.address) continue;
    const code = bytes[at + 1] as number;
    if (code === (request.function | 0x80) && crcFits(bytes, at, 5))
      throw exceptionError(request.address, bytes[at + 2] as number);
    if (
      code === request.function &&
      bytes[at + 2] === data &&
      at + length <= bytes.length &&
      crcFits(bytes, at, length)
    ) {
      return bytes.slice(at + 3, at + length - 2);
    }
  }
  return undefined;
}

/** The request that these bytes are, or undefined. */
export function readRequest(bytes: Uint8Array): ReadRequest | undefined {
  if (bytes.length !== REQUEST_BYTES || !crcFits(bytes, 0, REQUEST_BYTES)) return undefined;
  const [address, code] = bytes as unknown as [number, number];
  if (code < 1 || code > 4 || !looksLikeRequest(bytes)) return undefined;
  const word = (at: number) => ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
  return { address, function: code as ReadRequest['function'], register: word(2), count: word(4) };
}

/** A reply by itself, as `karez decode` gets it: address, function and data, or why it is refused. */
export function readReply(bytes: Uint8Array): { address: number; function: number; data: Uint8Array } {
  if (bytes.length < 5)
    throw new KarezError('FRAME_TOO_SHORT', `${bytes.length} bytes; a reply has at least 5`, { where: 'length' });
  const [address, code, third] = bytes as unknown as [number, number, number];
  const isException = (code & 0x80) !== 0;
  if (!isException && (code < 1 || code > 4))
    throw new KarezError('FRAME_MALFORMED', `function ${code}; only replies to 1, 2, 3 and 4 hold values`, {
      where: 'function',
    });
  const length = isException ? 5 : 5 + third;
  if (bytes.length === REQUEST_BYTES && length !== REQUEST_BYTES && looksLikeRequest(bytes)) {
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
  if (isException) throw exceptionError(address, third);
  checkByteCount(code, third);
  return { address, function: code, data: bytes.slice(3, length - 2) };
}

/** Throws FRAME_MALFORMED where a reply to `code` cannot have so many bytes of data. */
export function checkByteCount(code: number, count: number): void {
  if (code > 2 && count % 2 !== 0)
    throw new KarezError('FRAME_MALFORMED', `byte count ${count}; registers have two bytes each`, {
      where: 'byte count',
    });
}

/** Eight bytes that ask for 1 to 125 registers, or 1 to 2,000 bits. */
function looksLikeRequest(bytes: Uint8Array): boolean {
  const count = ((bytes[4] as number) << 8) | (bytes[5] as number);
  return count >= 1 && count <= ((bytes[1] as number) <= 2 ? 2_000 : 125);
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

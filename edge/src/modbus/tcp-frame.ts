/**
 * Modbus TCP requests and replies for reading (MODBUS Messaging on TCP/IP Implementation Guide V1.0b, section 3.1.3): a
 * header of seven bytes (transaction, protocol 0, length, unit) before function and data, and no checksum, for TCP has its
 * own. A reply is looked for anywhere in what has come in since the request, by the number of its transaction: what was
 * left of a broken one, and late answers to earlier requests, are passed over.
 */
import { KarezError } from '@karez/model';
import { checkByteCount } from './frame.ts';
import { dataBytes, exceptionError, type ReadRequest, requestPdu } from './read.ts';

const HEADER = 7;
/** Transaction to length, which counts what follows it. */
const BEFORE_LENGTH = 6;
/** Unit, function and at most 252 bytes (section 3.1.3: a PDU has 253 at most). */
const LONGEST_LENGTH = 254;
/** Unit, function and an exception or a byte count. */
const SHORTEST_LENGTH = 3;

/** The twelve bytes of a request. */
export function encodeTcpRead(transaction: number, request: ReadRequest): Uint8Array {
  return Uint8Array.of(transaction >> 8, transaction & 0xff, 0, 0, 0, 6, request.address, ...requestPdu(request));
}

export interface TcpReply {
  transaction: number;
  unit: number;
  function: number;
  /** Data of a reply, or the exception code. */
  body: Uint8Array;
  /** Bytes of the whole frame. */
  length: number;
}

/** The reply that begins at `at`, or undefined where none does, or not all of it is there. */
export function tcpReplyAt(bytes: Uint8Array, at: number): TcpReply | undefined {
  if (at + HEADER + 2 > bytes.length) return undefined;
  const word = (i: number) => ((bytes[at + i] as number) << 8) | (bytes[at + i + 1] as number);
  const length = word(4);
  if (word(2) !== 0 || length < SHORTEST_LENGTH || length > LONGEST_LENGTH) return undefined;
  const end = at + BEFORE_LENGTH + length;
  if (end > bytes.length) return undefined;
  const code = bytes[at + HEADER] as number;
  const third = bytes[at + HEADER + 1] as number;
  const isException = (code & 0x80) !== 0;
  if (isException ? length !== SHORTEST_LENGTH : length !== SHORTEST_LENGTH + third) return undefined;
  const body = isException ? Uint8Array.of(third) : bytes.slice(at + HEADER + 2, end);
  return { transaction: word(0), unit: bytes[at + BEFORE_LENGTH] as number, function: code, body, length: end - at };
}

/** The data of the reply to a request in `bytes`, or undefined while it is not all there. Throws DEVICE_EXCEPTION, DEVICE_TIMEOUT. */
export function findTcpReply(bytes: Uint8Array, transaction: number, request: ReadRequest): Uint8Array | undefined {
  for (let at = 0; at + HEADER + 2 <= bytes.length; at++) {
    if (bytes[at] !== transaction >> 8 || bytes[at + 1] !== (transaction & 0xff)) continue;
    const reply = tcpReplyAt(bytes, at);
    if (reply === undefined || reply.unit !== request.address) continue;
    if (reply.function === (request.function | 0x80)) throw exceptionError(request.address, reply.body[0] as number);
    if (reply.function === request.function && reply.body.length === dataBytes(request)) return reply.body;
  }
  return undefined;
}

/** A reply by itself, as `karez decode` gets it. Throws FRAME_*, DEVICE_EXCEPTION, DEVICE_TIMEOUT. */
export function readTcpReply(bytes: Uint8Array): { address: number; function: number; data: Uint8Array } {
  const length = ((bytes[4] as number) << 8) | (bytes[5] as number);
  const expected = BEFORE_LENGTH + length;
  if (bytes.length !== expected)
    throw new KarezError(
      bytes.length < expected ? 'FRAME_TOO_SHORT' : 'FRAME_TOO_LONG',
      `${bytes.length} bytes; the length ${length} in the header asks for ${expected}`,
      { where: 'length' },
    );
  const reply = tcpReplyAt(bytes, 0);
  if (reply === undefined)
    throw new KarezError('FRAME_MALFORMED', 'the byte count does not fit the length in the header', {
      where: 'byte count',
    });
  if ((reply.function & 0x80) !== 0) throw exceptionError(reply.unit, reply.body[0] as number);
  if (reply.function < 1 || reply.function > 4)
    throw new KarezError('FRAME_MALFORMED', `function ${reply.function}; only replies to 1, 2, 3 and 4 hold values`, {
      where: 'function',
    });
  checkByteCount(reply.function, reply.body.length);
  return { address: reply.unit, function: reply.function, data: reply.body };
}

/** Whether bytes have the form of a Modbus TCP frame rather than that of RTU: protocol 0, and the length that they have. */
export function looksLikeTcp(bytes: Uint8Array): boolean {
  const isHeader = bytes.length >= HEADER + 2 && bytes[2] === 0 && bytes[3] === 0;
  return isHeader && (((bytes[4] as number) << 8) | (bytes[5] as number)) === bytes.length - BEFORE_LENGTH;
}

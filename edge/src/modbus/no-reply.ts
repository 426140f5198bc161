/** Why a request got no reply that can be used, from what came in meanwhile. */
import { KarezError } from '@karez/model';
import { encodeRead, readReply } from './frame.ts';
import { amountOf, dataBytes, type ReadRequest } from './read.ts';
import { tcpReplyAt } from './tcp-frame.ts';
import type { WriteRequest } from './write.ts';

/** Shortest and longest RTU reply to a read. */
const SHORTEST = 5;
const LONGEST = 255;

/** DEVICE_TIMEOUT where nothing came, else what is wrong with what did. */
export function noReply(request: ReadRequest, heard: Uint8Array): KarezError {
  const where = `address ${request.address}`;
  const rest = withoutEcho(request, heard);
  if (rest.length === 0) {
    const echo = heard.length > 0 ? ': only our own request came back' : '';
    return new KarezError('DEVICE_TIMEOUT', `${where} does not answer${echo}`, { where });
  }
  const other = otherReply(rest);
  if (other !== undefined) return unexpected(request, other);
  const expected = SHORTEST + dataBytes(request);
  if (rest[0] === request.address && rest[1] === request.function && rest.length < expected)
    return new KarezError('FRAME_TOO_SHORT', `${where}: ${rest.length} bytes of ${expected}`, { where });
  return new KarezError(
    'FRAME_CHECKSUM',
    `${where}: ${rest.length} bytes, but no whole reply with a right CRC among them`,
    { where },
  );
}

/** A write that nobody answers as he should. */
export function noEcho({ address }: WriteRequest): KarezError {
  return new KarezError('DEVICE_TIMEOUT', `address ${address} does not confirm what it is told`, {
    where: `address ${address}`,
  });
}

/** The same for Modbus TCP. */
export function noTcpReply(request: ReadRequest, transaction: number, heard: Uint8Array): KarezError {
  const where = `address ${request.address}`;
  if (heard.length === 0) return new KarezError('DEVICE_TIMEOUT', `${where} does not answer`, { where });
  let late = false;
  for (let at = 0; at < heard.length; at++) {
    const reply = tcpReplyAt(heard, at);
    if (reply === undefined) continue;
    if (reply.transaction === transaction)
      return unexpected(request, { address: reply.unit, function: reply.function, bytes: reply.body.length });
    late = true;
    at += reply.length - 1;
  }
  if (late)
    return new KarezError('DEVICE_TIMEOUT', `${where} does not answer; only a late answer to another request came`, {
      where,
    });
  const isRtu = otherReply(heard) !== undefined;
  return new KarezError(
    'FRAME_MALFORMED',
    `${where}: ${heard.length} bytes that are no Modbus TCP${isRtu ? ' but RTU: leave out framing: tcp' : ''}`,
    { where },
  );
}

/** A whole and sound reply that answers something else. */
function unexpected(request: ReadRequest, other: { address: number; function: number; bytes: number }): KarezError {
  const where = `address ${request.address}`;
  const wrong =
    other.address === request.address
      ? `${amountOf(other.function, other.bytes)} by function ${other.function} instead of ${request.count} by ${request.function}`
      : `address ${other.address} answered instead`;
  return new KarezError('FRAME_UNEXPECTED', `${where}: ${wrong}`, { where });
}

/** Two-wire adapters may hear what they send. */
function withoutEcho(request: ReadRequest, heard: Uint8Array): Uint8Array {
  const sent = encodeRead(request);
  return sent.every((byte, i) => heard[i] === byte) ? heard.subarray(sent.length) : heard;
}

/** A whole RTU reply with a right CRC that answers something else. */
function otherReply(bytes: Uint8Array): { address: number; function: number; bytes: number } | undefined {
  for (let at = 0; at + SHORTEST <= bytes.length; at++) {
    const length = SHORTEST + (bytes[at + 2] as number);
    if (length > LONGEST || at + length > bytes.length) continue;
    try {
      const reply = readReply(bytes.subarray(at, at + length));
      return { address: reply.address, function: reply.function, bytes: reply.data.length };
    } catch {
      // Not here: the next byte may begin one.
    }
  }
  return undefined;
}

/** Why a request got no reply that can be used, from what came in meanwhile. */
import { KarezError } from '@karez/model';
import { encodeRead, type ReadRequest, readReply } from './frame.ts';

/** Shortest and longest reply to a read of registers. */
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
  if (other !== undefined) {
    const wrong =
      other.address === request.address
        ? `${other.registers} registers by function ${other.function} instead of ${request.count} by ${request.function}`
        : `address ${other.address} answered instead`;
    return new KarezError('FRAME_UNEXPECTED', `${where}: ${wrong}`, { where });
  }
  const expected = SHORTEST + request.count * 2;
  if (rest[0] === request.address && rest[1] === request.function && rest.length < expected)
    return new KarezError('FRAME_TOO_SHORT', `${where}: ${rest.length} bytes of ${expected}`, { where });
  return new KarezError(
    'FRAME_CHECKSUM',
    `${where}: ${rest.length} bytes, but no whole reply with a right CRC among them`,
    { where },
  );
}

/** Two-wire adapters may hear what they send. */
function withoutEcho(request: ReadRequest, heard: Uint8Array): Uint8Array {
  const sent = encodeRead(request);
  return sent.every((byte, i) => heard[i] === byte) ? heard.subarray(sent.length) : heard;
}

/** A whole reply with a right CRC that answers something else. */
function otherReply(bytes: Uint8Array): { address: number; function: number; registers: number } | undefined {
  for (let at = 0; at + SHORTEST <= bytes.length; at++) {
    const length = SHORTEST + (bytes[at + 2] as number);
    if (length > LONGEST || at + length > bytes.length) continue;
    try {
      const reply = readReply(bytes.subarray(at, at + length));
      return { address: reply.address, function: reply.function, registers: reply.data.length / 2 };
    } catch {
      // Not here: the next byte may begin one.
    }
  }
  return undefined;
}

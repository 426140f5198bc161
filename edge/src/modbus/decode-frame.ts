/**
 * A recorded Modbus reply, RTU or TCP, for `karez decode`. Where its request stands before it, it says which registers
 * the reply holds; a reply alone must have the length of one of the profile's own reads.
 */
import { KarezError, type ModbusProfile } from '@karez/model';
import { byChannel, type DecodedFrame, fromHex } from '../decode/decoded-frame.ts';
import { foreignNote } from '../decode/foreign.ts';
import { REQUEST_BYTES, readReply, readRequest } from './frame.ts';
import { amountOf, dataBytes, type ReadRequest } from './read.ts';
import { channelsWithin, groupRegisters, type RegisterGroup, registerValue } from './registers.ts';
import { looksLikeTcp, readTcpReply } from './tcp-frame.ts';

const TCP_REQUEST_BYTES = 12;

/** @throws KarezError FRAME_*, DEVICE_EXCEPTION, DEVICE_TIMEOUT (a gateway's word that the device behind it is silent). */
export function decodeModbus(profile: ModbusProfile, text: string): DecodedFrame {
  const { request, bytes } = withRequest(fromHex(text));
  const reply = isTcp(bytes) ? readTcpReply(bytes) : readReply(bytes);
  const group = request === undefined ? ownGroup(profile, reply) : askedGroup(profile, request, reply);
  const values = group.channels.map((position) =>
    registerValue(profile.channels[position] as ModbusProfile['channels'][number], group, reply.data),
  );
  const note = foreignNote(profile, group.channels, values);
  const details = { address: reply.address, ...(note === undefined ? {} : { note }) };
  return { profile: profile.id, kind: 'reply', values: byChannel(profile, group.channels, values), details };
}

/** With a length that does not fit, by its protocol of 0, unless it may be an RTU reply. */
function isTcp(bytes: Uint8Array): boolean {
  if (looksLikeTcp(bytes)) return true;
  const code = (bytes[1] ?? 0) & 0x7f;
  return bytes.length >= 9 && bytes[2] === 0 && bytes[3] === 0 && (code < 1 || code > 4);
}

/** Parts a request off that stands before its reply. */
function withRequest(bytes: Uint8Array): { request?: ReadRequest; bytes: Uint8Array } {
  if (bytes.length > TCP_REQUEST_BYTES && looksLikeTcp(bytes.subarray(0, TCP_REQUEST_BYTES))) {
    const [, , , , , , address, code, high, low, countHigh, countLow] = bytes as unknown as number[];
    const asked = { register: ((high as number) << 8) | (low as number) };
    const count = ((countHigh as number) << 8) | (countLow as number);
    const request = { ...asked, address: address as number, function: code as ReadRequest['function'], count };
    return { request, bytes: bytes.subarray(TCP_REQUEST_BYTES) };
  }
  const request = bytes.length > REQUEST_BYTES ? readRequest(bytes.subarray(0, REQUEST_BYTES)) : undefined;
  return request === undefined ? { bytes } : { request, bytes: bytes.subarray(REQUEST_BYTES) };
}

type Reply = ReturnType<typeof readReply>;

/** The profile's own read that this answers, by function and length. */
function ownGroup(profile: ModbusProfile, { function: code, data }: Reply): RegisterGroup {
  const groups = groupRegisters(profile);
  const ofFunction = groups.filter((g) => g.function === code);
  if (ofFunction.length === 0) {
    const used = [...new Set(groups.map((g) => g.function))].join(' and ');
    throw new KarezError('FRAME_UNEXPECTED', `function ${code}; ${profile.id} is read with ${used}`, {
      where: 'function',
    });
  }
  const found = ofFunction.find((g) => dataBytes(g) === data.length);
  if (found !== undefined) return found;
  const lengths = ofFunction.map((g) => g.count).join(' or ');
  throw new KarezError(
    'FRAME_UNEXPECTED',
    `${amountOf(code, data.length)}; ${profile.id} is read ${lengths} at a time (put the request before the reply to say which these are)`,
    { where: 'byte count' },
  );
}

/** What a recorded request asked for. */
function askedGroup(profile: ModbusProfile, request: ReadRequest, reply: Reply): RegisterGroup {
  if (reply.address !== request.address || reply.function !== request.function)
    throw new KarezError(
      'FRAME_UNEXPECTED',
      `address ${reply.address} and function ${reply.function} answer a request to address ${request.address} and function ${request.function}`,
      { where: 'address' },
    );
  if (reply.data.length !== dataBytes(request))
    throw new KarezError(
      'FRAME_UNEXPECTED',
      `${amountOf(reply.function, reply.data.length)} where ${request.count} were asked for`,
      { where: 'byte count' },
    );
  const channels = channelsWithin(profile, request);
  if (channels.length === 0)
    throw new KarezError(
      'FRAME_UNEXPECTED',
      `${profile.id} has nothing in what was read: function ${request.function}, ${request.count} from ${request.register}`,
      { where: 'register' },
    );
  return { function: request.function, register: request.register, count: request.count, channels };
}

/** What recorded bytes say, by a profile: for `karez decode`, for trying a device, for tests of the profiles. */
import { channelKey, KarezError, type ModbusProfile, type Profile } from '@karez/model';
import { packetDetails } from '../davis/details.ts';
import { packetKind, packetValues } from '../davis/packet.ts';
import { readReply } from '../modbus/frame.ts';
import { FOREIGN, groupRegisters, looksForeign, registerValue } from '../modbus/registers.ts';
import { readJson } from '../mqtt/json-values.ts';

export interface DecodedFrame {
  profile: string;
  /** What kind of frame it is, e.g. LOOP2, GLOBAL_POSITION_INT. */
  kind: string;
  /** By channel; null is absent. */
  values: Record<string, number | null>;
  /** Units by channel are the quantity's; what else the frame says. */
  details?: Record<string, unknown>;
}

/**
 * Decodes one frame given as hexadecimal digits (JSON devices also as plain JSON text).
 * @throws KarezError with the reason: FRAME_*, DEVICE_EXCEPTION, PAYLOAD_INVALID.
 */
export async function decodeFrame(profile: Profile, text: string): Promise<DecodedFrame> {
  if (profile.protocol === 'mqtt-json') {
    const bytes = /^\s*[{["]/.test(text) ? new TextEncoder().encode(text) : fromHex(text);
    const { channels, values, timeMs, counter, unread } = readJson(profile, bytes);
    const details = {
      ...(timeMs === undefined ? {} : { timeMs }),
      ...(counter === undefined ? {} : { counter }),
      ...(unread.length === 0 ? {} : { unread }),
    };
    return { profile: profile.id, kind: 'JSON', values: byChannel(profile, channels, values), details };
  }
  const bytes = fromHex(text);
  if (profile.protocol === 'modbus') return decodeModbus(profile, bytes);
  if (profile.protocol === 'davis') {
    const kind = packetKind(bytes);
    const { channels, values } = packetValues(profile, kind, bytes);
    return {
      profile: profile.id,
      kind,
      values: byChannel(profile, channels, values),
      details: packetDetails(kind, bytes),
    };
  }
  // Loaded only here: the definitions of all messages are large.
  const [{ readFrame }, { frameValues }] = await Promise.all([
    import('../mavlink/frame.ts'),
    import('../mavlink/values.ts'),
  ]);
  const entry = logEntry(bytes);
  const frame = readFrame(entry.frame);
  const { channels, values } = frameValues(profile, frame);
  const { version, sequence, system, component, name, fields } = frame;
  const plain = Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [key, typeof value === 'bigint' ? plainNumber(value) : value]),
  );
  return {
    profile: profile.id,
    kind: name,
    values: byChannel(profile, channels, values),
    details: { ...entry.details, version, sequence, system, component, ...plain },
  };
}

/** JSON has no integers of 64 bits. */
function plainNumber(value: bigint): number | string {
  return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
}

/** An entry of a telemetry log has the time in front: microseconds, eight bytes, the highest first. */
function logEntry(bytes: Uint8Array): { frame: Uint8Array; details: { loggedMs?: number } } {
  const isFrame = bytes[0] === 0xfe || bytes[0] === 0xfd;
  if (isFrame || bytes.length < 16 || (bytes[8] !== 0xfe && bytes[8] !== 0xfd)) return { frame: bytes, details: {} };
  const micros = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0);
  return { frame: bytes.subarray(8), details: { loggedMs: Number(micros) / 1000 } };
}

function decodeModbus(profile: ModbusProfile, bytes: Uint8Array): DecodedFrame {
  const { address, function: code, data } = readReply(bytes);
  if (code !== profile.function)
    throw new KarezError('FRAME_UNEXPECTED', `function ${code}; ${profile.id} is read with ${profile.function}`, {
      where: 'function',
    });
  const group = groupRegisters(profile).find((g) => g.count * 2 === data.length);
  if (group === undefined) {
    const lengths = groupRegisters(profile)
      .map((g) => g.count)
      .join(' or ');
    throw new KarezError(
      'FRAME_UNEXPECTED',
      `${data.length / 2} registers; ${profile.id} is read ${lengths} at a time`,
      { where: 'byte count' },
    );
  }
  const values = group.channels.map((position) =>
    registerValue(profile.channels[position] as ModbusProfile['channels'][number], group, data),
  );
  const details = {
    address,
    ...(looksForeign(values) ? { note: FOREIGN } : {}),
  };
  return { profile: profile.id, kind: 'reply', values: byChannel(profile, group.channels, values), details };
}

function byChannel(profile: Profile, channels: number[], values: number[]): Record<string, number | null> {
  return Object.fromEntries(
    channels.map((position, i) => {
      const value = values[i] as number;
      return [
        channelKey(profile.channels[position] as Profile['channels'][number]),
        Number.isNaN(value) ? null : value,
      ];
    }),
  );
}

function fromHex(text: string): Uint8Array {
  const digits = text.replace(/[\s:,-]|0x/g, '');
  if (digits === '' || digits.length % 2 !== 0 || !/^[0-9a-f]*$/i.test(digits)) {
    throw new KarezError('FRAME_MALFORMED', 'give pairs of hexadecimal digits', { where: 'hex' });
  }
  return Uint8Array.from(digits.match(/../g) as string[], (pair) => Number.parseInt(pair, 16));
}

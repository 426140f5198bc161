/** Which registers to ask for, in the fewest requests, and what their bytes mean. */
import {
  KarezError,
  MOST_BITS,
  MOST_REGISTERS,
  type ModbusChannel,
  type ModbusProfile,
  registerSpan,
  registerWidth,
  scaleRaw,
} from '@karez/model';
import type { ReadRequest } from './read.ts';

/** What one request asks for. */
export interface RegisterGroup extends Pick<ReadRequest, 'function' | 'register' | 'count'> {
  /** Positions of the profile's channels that lie in it. */
  channels: number[];
}

const USUAL_GAP = 8;

/** Groups a profile's registers: neighbours together, small gaps read along, never more than the device answers. */
export function groupRegisters(profile: ModbusProfile): RegisterGroup[] {
  const gap = profile.maxGap ?? USUAL_GAP;
  const order = profile.channels
    .map((channel, position) => ({ position, function: functionOf(profile, channel), span: registerSpan(channel) }))
    .sort((a, b) => a.function - b.function || a.span[0] - b.span[0]);
  const groups: RegisterGroup[] = [];
  for (const { position, function: code, span } of order) {
    const [first, end] = span;
    const most = code <= 2 ? MOST_BITS : (profile.maxRegisters ?? MOST_REGISTERS);
    const group = groups.at(-1);
    const isNear = group !== undefined && group.function === code && first <= group.register + group.count + gap;
    if (isNear && end - group.register <= most) {
      group.count = Math.max(group.count, end - group.register);
      group.channels.push(position);
    } else groups.push({ function: code, register: first, count: end - first, channels: [position] });
  }
  return groups;
}

/** Positions of the channels whose registers all lie in what was read. */
export function channelsWithin(profile: ModbusProfile, read: Omit<RegisterGroup, 'channels'>): number[] {
  return profile.channels.flatMap((channel, position) => {
    const [first, end] = registerSpan(channel);
    const isIn = first >= read.register && end <= read.register + read.count;
    return isIn && functionOf(profile, channel) === read.function ? [position] : [];
  });
}

const functionOf = (profile: ModbusProfile, channel: ModbusChannel) => channel.function ?? profile.function;

/** The value of one channel from the data of its group. Throws FRAME_MALFORMED where the device says nonsense of its decimals. */
export function registerValue(
  channel: ModbusChannel,
  group: Pick<RegisterGroup, 'register'>,
  data: Uint8Array,
): number {
  const at = channel.register - group.register;
  if (channel.type === 'bit') return scaleRaw(((data[at >> 3] as number) >> (at & 7)) & 1, channel);
  const raw = rawValue(channel, data, at * 2);
  if (channel.decimalsRegister === undefined && channel.unitRegister === undefined) return scaleRaw(raw, channel);
  return scaleRaw(raw, { ...channel, ...saidScale(channel, group, data) });
}

/** The scale where the device itself says part of it. */
function saidScale(channel: ModbusChannel, group: Pick<RegisterGroup, 'register'>, data: Uint8Array) {
  const { decimalsRegister, unitRegister, divide = 0, multiply = 1 } = channel;
  const said = (register: number) => wordAt(data, (register - group.register) * 2);
  const nonsense = (register: number, what: string) => {
    throw new KarezError('FRAME_MALFORMED', `register ${register} says ${what}`, { where: channel.quantity });
  };
  const decimals = decimalsRegister === undefined ? 0 : said(decimalsRegister);
  if (decimals > 9) nonsense(decimalsRegister as number, `${decimals} decimals, not 0 to 9`);
  if (unitRegister === undefined) return { divide: divide + decimals, multiply };
  const { register, factors } = unitRegister;
  const factor = factors[said(register)];
  if (factor === undefined)
    nonsense(register, `unit ${said(register)}, where ${Object.keys(factors).join(', ')} are known`);
  return { divide: divide + decimals, multiply: multiply * (factor as number) };
}

const wordAt = (data: Uint8Array, at: number) => ((data[at] as number) << 8) | (data[at + 1] as number);

/** What stands in the registers from byte `at`, before any scale. */
function rawValue({ type, words, bytes, mask }: ModbusChannel, data: Uint8Array, at: number): number {
  const width = registerWidth(type);
  if (width === 1 && bytes !== 'low-first') {
    const word = wordAt(data, at);
    if (type === 'int16') return (word << 16) >> 16;
    return mask === undefined ? word : masked(word, mask);
  }
  const ordered =
    bytes === 'low-first' || words === 'low-first'
      ? reordered(data.subarray(at, at + width * 2), words === 'low-first', bytes === 'low-first')
      : data.subarray(at, at + width * 2);
  const view = new DataView(ordered.buffer, ordered.byteOffset, ordered.byteLength);
  const raw = readAs(view, type);
  return mask === undefined ? raw : masked(raw, mask);
}

function readAs(view: DataView, type: ModbusChannel['type']): number {
  switch (type) {
    case 'uint16':
      return view.getUint16(0);
    case 'int16':
      return view.getInt16(0);
    case 'uint32':
      return view.getUint32(0);
    case 'int32':
      return view.getInt32(0);
    case 'float32':
      return view.getFloat32(0);
    case 'float64':
      return view.getFloat64(0);
    case 'uint64':
      return Number(view.getBigUint64(0));
    case 'int64':
      return Number(view.getBigInt64(0));
    case 'bit':
      throw new Error('a bit stands in no register');
  }
}

function reordered(data: Uint8Array, lowWordFirst: boolean, lowByteFirst: boolean): Uint8Array {
  const width = data.length / 2;
  return data.map((_, i) => {
    const word = lowWordFirst ? width - 1 - (i >> 1) : i >> 1;
    return data[word * 2 + (lowByteFirst ? 1 - (i & 1) : i & 1)] as number;
  });
}

/** The bits of `mask`, shifted down to the lowest of them. */
function masked(raw: number, mask: number): number {
  const shift = 31 - Math.clz32(mask & -mask);
  return (raw & mask) >>> shift;
}

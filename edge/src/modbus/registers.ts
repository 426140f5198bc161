/** Which registers to ask for, in the fewest requests, and what their bytes mean. */
import { type ModbusProfile, registerWidth, scaleRaw } from '@karez/model';

type Channel = ModbusProfile['channels'][number];

export interface RegisterGroup {
  register: number;
  count: number;
  /** Positions of the profile's channels that lie in it. */
  channels: number[];
}

const MOST_REGISTERS = 125;
const USUAL_GAP = 8;

/** Groups a profile's registers: neighbours together, small gaps read along, never more than the device answers. */
export function groupRegisters(profile: ModbusProfile): RegisterGroup[] {
  const most = profile.maxRegisters ?? MOST_REGISTERS;
  const gap = profile.maxGap ?? USUAL_GAP;
  const order = profile.channels
    .map((channel, position) => ({ channel, position }))
    .sort((a, b) => a.channel.register - b.channel.register);
  const groups: RegisterGroup[] = [];
  for (const { channel, position } of order) {
    const end = channel.register + registerWidth(channel.type);
    const group = groups.at(-1);
    if (group !== undefined && channel.register <= group.register + group.count + gap && end - group.register <= most) {
      group.count = Math.max(group.count, end - group.register);
      group.channels.push(position);
    } else groups.push({ register: channel.register, count: registerWidth(channel.type), channels: [position] });
  }
  return groups;
}

/** The value of one channel from the bytes of its group's registers. */
export function registerValue(channel: Channel, group: RegisterGroup, data: Uint8Array): number {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const at = (channel.register - group.register) * 2;
  if (channel.type === 'uint16') return scaleRaw(view.getUint16(at), channel);
  if (channel.type === 'int16') return scaleRaw(view.getInt16(at), channel);
  const words = new DataView(new ArrayBuffer(4));
  const lowFirst = channel.words === 'low-first';
  words.setUint16(lowFirst ? 2 : 0, view.getUint16(at));
  words.setUint16(lowFirst ? 0 : 2, view.getUint16(at + 2));
  const raw = { uint32: () => words.getUint32(0), int32: () => words.getInt32(0), float32: () => words.getFloat32(0) }[
    channel.type
  ]();
  return scaleRaw(raw, channel);
}

/** So many values that are all zero are hardly measured: a sensor of another kind answers foreign reads like that. */
const MANY = 3;
export const FOREIGN = 'all registers are zero: is this another kind of device?';

/** Whether what was read says nothing but zeros. */
export function looksForeign(values: readonly number[]): boolean {
  return values.length >= MANY && values.every((value) => value === 0);
}

/** What a Modbus register map must be beyond its schema, and what follows from it. */
import type { ModbusChannel, ModbusProfile } from './modbus.ts';

const WIDTHS: Record<ModbusChannel['type'], 1 | 2 | 4> = {
  bit: 1,
  uint16: 1,
  int16: 1,
  uint32: 2,
  int32: 2,
  float32: 2,
  uint64: 4,
  int64: 4,
  float64: 4,
};
/** Registers that one request may ask for, and coils or inputs (sections 6.1 to 6.4). */
export const MOST_REGISTERS = 125;
export const MOST_BITS = 2_000;

/** Registers that a value of `type` takes; of a bit, coils or inputs. */
export function registerWidth(type: ModbusChannel['type']): 1 | 2 | 4 {
  return WIDTHS[type];
}

/** First register that a channel needs and the one behind its last. */
export function registerSpan(channel: ModbusChannel): [first: number, end: number] {
  const { register, type, decimalsRegister = register, unitRegister } = channel;
  const unit = unitRegister?.register ?? register;
  const end = Math.max(register + WIDTHS[type], decimalsRegister + 1, unit + 1);
  return [Math.min(register, decimalsRegister, unit), end];
}

/** Checks what the schema cannot say of a register map. `fail` throws. */
export function checkRegisterMap(profile: ModbusProfile, fail: (key: string, expected: string) => never): void {
  const most = profile.maxRegisters ?? MOST_REGISTERS;
  for (const [i, channel] of profile.channels.entries()) {
    const { register, type, mask } = channel;
    const width = WIDTHS[type];
    const [first, end] = registerSpan(channel);
    const key = `channels.${i}`;
    const isBit = (channel.function ?? profile.function) <= 2;
    if (isBit && type !== 'bit') fail(`${key}.type`, 'must be bit, as functions 1 and 2 read single bits');
    if (!isBit && type === 'bit')
      fail(`${key}.type`, 'must be a type of registers; for single bits of one give uint16 and a mask');
    if (isBit && (channel.decimalsRegister ?? channel.unitRegister) !== undefined)
      fail(key, 'must have neither decimalsRegister nor unitRegister, as it is a bit');
    if (register + width > 65_536) fail(`${key}.register`, `must leave room for ${width} registers below 65536`);
    if (width > most) fail('maxRegisters', `must be at least ${width}, the width of ${type}`);
    if (!isBit && end - first > most)
      fail(key, `must have its decimalsRegister and unitRegister within ${most} registers, to be read together`);
    if (mask !== undefined && type !== 'uint16' && type !== 'uint32')
      fail(`${key}.mask`, 'must be left out, or type be uint16 or uint32');
    if (mask !== undefined && type === 'uint16' && mask > 0xffff)
      fail(`${key}.mask`, 'must be at most 65535, the bits of uint16');
  }
}

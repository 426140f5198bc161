/** A recorded Modbus RTU reply, for `karez decode`. */
import { KarezError, type ModbusProfile } from '@karez/model';
import { byChannel, type DecodedFrame, fromHex } from '../decode/decoded-frame.ts';
import { readReply } from './frame.ts';
import { FOREIGN, groupRegisters, looksForeign, registerValue } from './registers.ts';

/** @throws KarezError FRAME_*, DEVICE_EXCEPTION. */
export function decodeModbus(profile: ModbusProfile, text: string): DecodedFrame {
  const { address, function: code, data } = readReply(fromHex(text));
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

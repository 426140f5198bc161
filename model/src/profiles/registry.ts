/** Every device profile that ships. Adding one is a file beside this and a line here; the table's test walks them all. */
import { KarezError } from '../errors.ts';
import { DavisProfile, JsonProfile, MavlinkProfile, ModbusProfile, type Profile } from '../profile.ts';
import { quantityOf } from '../quantities.ts';
import { checker } from '../schema.ts';
import { cwtSoil7in1 } from './cwt-soil-7in1.ts';
import { davisVantagePro2 } from './davis-vantage-pro2.ts';
import { dfrobotSen0604 } from './dfrobot-sen0604.ts';
import { dfrobotSen0641 } from './dfrobot-sen0641.ts';
import { mavlinkSprayer } from './mavlink-sprayer.ts';
import { wifiSoilNode } from './wifi-soil-node.ts';

/** By protocol, so that an error speaks of the right kind of profile. */
const CHECKERS: Record<string, { parse(value: unknown, what: string): Profile } | undefined> = {
  modbus: checker(ModbusProfile, 'CONFIG_INVALID'),
  davis: checker(DavisProfile, 'CONFIG_INVALID'),
  mavlink: checker(MavlinkProfile, 'CONFIG_INVALID'),
  'mqtt-json': checker(JsonProfile, 'CONFIG_INVALID'),
};

/** Checks a profile from outside: its form, and that its quantities exist. Throws CONFIG_INVALID naming the key. */
export function parseProfile(value: unknown, what: string): Profile {
  const protocol = String((value as { protocol?: unknown } | null)?.protocol);
  const check = Object.hasOwn(CHECKERS, protocol) ? CHECKERS[protocol] : undefined;
  if (check === undefined) {
    const expected = Object.keys(CHECKERS).join(', ');
    throw new KarezError('CONFIG_INVALID', `${what}: protocol must be one of ${expected}`, { where: 'protocol' });
  }
  const profile = check.parse(value, what);
  profile.channels.forEach((channel, i) => {
    if (quantityOf(channel.quantity) === undefined) {
      throw new KarezError(
        'CONFIG_INVALID',
        `${what}: channels.${i}.quantity must be an id of the quantity table, not "${channel.quantity}"`,
        {
          where: `channels.${i}.quantity`,
        },
      );
    }
  });
  return profile;
}

export const PROFILES: readonly Profile[] = [
  cwtSoil7in1,
  dfrobotSen0604,
  dfrobotSen0641,
  davisVantagePro2,
  mavlinkSprayer,
  wifiSoilNode,
];

/** The profile of an id. Throws PROFILE_UNKNOWN naming those that exist. */
export function profileOf(id: string, among: readonly Profile[] = PROFILES): Profile {
  const found = among.find((profile) => profile.id === id);
  if (found !== undefined) return found;
  throw new KarezError('PROFILE_UNKNOWN', `no device profile "${id}"; there are ${among.map((p) => p.id).join(', ')}`, {
    where: id,
  });
}

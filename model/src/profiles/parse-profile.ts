/** Profiles from outside, checked. */
import { KarezError } from '../errors.ts';
import { channelKey } from '../profile.ts';
import { PROFILE_SCHEMAS, type Profile } from '../profile-schemas.ts';
import { checkFirmataProfile } from '../protocols/firmata.ts';
import { checkLorawanProfile } from '../protocols/lorawan-layout.ts';
import { checkRegisterMap } from '../protocols/modbus-map.ts';
import { checkNmeaSources } from '../protocols/nmea-sources.ts';
import { checkSdi12 } from '../protocols/sdi12-values.ts';
import { quantityOf } from '../quantities.ts';
import { checker } from '../schema.ts';
import { convertibleWith } from '../units.ts';

/** By protocol, so that an error speaks of the right kind of profile. */
const CHECKERS = new Map<string, { parse(value: unknown, what: string): Profile }>(
  Object.entries(PROFILE_SCHEMAS).map(([protocol, schema]) => [protocol, checker(schema, 'CONFIG_INVALID')]),
);

/** Checks a profile from outside: its form, that its quantities exist, that channels differ. Throws CONFIG_INVALID naming the key. */
export function parseProfile(value: unknown, what: string): Profile {
  const fail = (key: string, expected: string): never => {
    throw new KarezError('CONFIG_INVALID', `${what}: ${key} ${expected}`, { where: key });
  };
  const protocol = String((value as { protocol?: unknown } | null)?.protocol);
  const check = CHECKERS.get(protocol);
  if (check === undefined) return fail('protocol', `must be one of ${[...CHECKERS.keys()].join(', ')}`);
  const profile = check.parse(value, what);
  const keys = new Set<string>();
  for (const [i, channel] of profile.channels.entries()) {
    const quantity = quantityOf(channel.quantity);
    if (quantity === undefined)
      return fail(`channels.${i}.quantity`, `must be an id of the quantity table, not "${channel.quantity}"`);
    const units = convertibleWith(quantity.unit);
    if (channel.unit !== undefined && !units.includes(channel.unit))
      fail(
        `channels.${i}.unit`,
        units.length === 0
          ? `must be left out: ${channel.quantity} has the unit ${quantity.unit}, into which nothing converts`
          : `must be one of ${units.join(', ')} to become ${quantity.unit}, not "${channel.unit}"`,
      );
    const key = channelKey(channel);
    if (keys.has(key))
      fail(`channels.${i}`, `must differ from the others in quantity or place; ${key} stands there twice`);
    keys.add(key);
  }
  if (profile.protocol === 'modbus') checkRegisterMap(profile, fail);
  if (profile.protocol === 'sdi12') checkSdi12(profile, fail);
  if (profile.protocol === 'nmea') checkNmeaSources(profile, fail);
  if (profile.protocol === 'lorawan') checkLorawanProfile(profile, fail);
  if (profile.protocol === 'firmata') checkFirmataProfile(profile, fail);
  return profile;
}

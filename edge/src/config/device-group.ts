/**
 * Many devices of one kind in one entry of the configuration: `{ profile: cwt-soil-7in1, addresses: 1..32, field: north }`.
 * Each address becomes a device as if it stood there by itself; ids and titles follow from patterns.
 */
import { ID_PATTERN } from '@karez/model';
import Type, { type Static } from 'typebox';
import { deviceHead, Position } from './device.ts';

const PLACEHOLDERS = ['field', 'profile', 'address', 'n', 'depthCm'] as const;
const PATTERN_WORDS = `with ${PLACEHOLDERS.map((name) => `{${name}}`).join(', ')}`;

const { id: _id, title: _title, position: _position, depthCm, ...shared } = deviceHead;

/** What a group says of its devices; each protocol adds their addresses. */
export const groupHead = {
  ...shared,
  id: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 120,
      description: `Pattern of the ids, ${PATTERN_WORDS}; default {field}-{address}, without a field {profile}-{address}.`,
    }),
  ),
  title: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 120,
      description: `Pattern of the titles, ${PATTERN_WORDS}; default the field's title, or the profile's id, and the address.`,
    }),
  ),
  depthCm,
  depthsCm: Type.Optional(
    Type.Array(Type.Integer({ minimum: 0, maximum: 9_999 }), {
      minItems: 1,
      description:
        'Depths of the probes in turn: with [10, 30] the first is at 10 cm, the second at 30, the third at 10 again.',
    }),
  ),
  positions: Type.Optional(Type.Array(Position, { minItems: 1, description: 'Positions in turn, as the depths.' })),
};

/** `1..32`, `7`, or a list of such. */
export const numbersFrom = (minimum: number, maximum: number) => {
  const one = Type.Integer({ minimum, maximum });
  const range = Type.String({
    pattern: '^[0-9]{1,3}\\.\\.[0-9]{1,3}$',
    description: 'A number or a range like 1..32.',
  });
  return Type.Union([range, one, Type.Array(Type.Union([range, one]), { minItems: 1 })]);
};

/** `0..9`, `a..f`, `7`, or a list of such: addresses of one character, as of SDI-12. */
export const characterAddresses = () => {
  const one = Type.Integer({ minimum: 0, maximum: 9 });
  const range = Type.String({
    pattern: '^[0-9a-zA-Z](\\.\\.[0-9a-zA-Z])?$',
    description: 'A character 0 to 9, a to z or A to Z, or a range like 0..9.',
  });
  return Type.Union([range, one, Type.Array(Type.Union([range, one]), { minItems: 1 })]);
};

export type AddressList = string | number | (string | number)[];

const Head = Type.Object(groupHead);
type GroupHead = Static<typeof Head>;

export type DeviceGroup = GroupHead & Record<string, unknown>;

export interface GroupContext {
  /** The one device's key of its address, and the group's. */
  single: string;
  several: string;
  /** Numbers from `least` to `most`, or characters. */
  addresses: { least: number; most: number } | 'characters';
  /** The group's own key in the file. */
  key: string;
  fieldTitle(id: string): string | undefined;
  fail(key: string, expected: string): never;
}

/** The devices of a group, in the order of their addresses. `fail` throws, naming the key. */
export function devicesOfGroup(group: DeviceGroup, context: GroupContext): Record<string, unknown>[] {
  const { single, several, key, fail } = context;
  const { [several]: list, id, title, depthsCm, positions, ...rest } = group;
  if (depthsCm !== undefined && rest.depthCm !== undefined)
    fail(`${key}.depthsCm`, 'must stand alone, or depthCm in its place');
  const addresses = expand(list as AddressList, context);
  return addresses.map((address, i) => {
    const depth = depthsCm === undefined ? rest.depthCm : depthsCm[i % depthsCm.length];
    const words: Record<string, string | undefined> = {
      ...{ field: group.field, profile: group.profile, address: String(address), n: String(i + 1) },
      depthCm: depth?.toString(),
    };
    const fieldTitle = group.field === undefined ? undefined : context.fieldTitle(group.field);
    const usualId = group.field === undefined ? '{profile}-{address}' : '{field}-{address}';
    const ownId = filled(id ?? usualId, words, `${key}.id`, fail);
    if (!new RegExp(ID_PATTERN).test(ownId))
      fail(`${key}.id`, `must make ids of lower-case letters, digits and hyphens; address ${address} gives "${ownId}"`);
    return {
      ...rest,
      id: ownId,
      title:
        title === undefined ? `${fieldTitle ?? group.profile} ${address}` : filled(title, words, `${key}.title`, fail),
      ...(depth === undefined ? {} : { depthCm: depth }),
      ...(positions === undefined ? {} : { position: positions[i % positions.length] }),
      [single]: address,
    };
  });
}

function filled(
  pattern: string,
  words: Record<string, string | undefined>,
  key: string,
  fail: GroupContext['fail'],
): string {
  return pattern.replace(/\{([^}]*)\}/g, (_, name: string) => {
    if (!(PLACEHOLDERS as readonly string[]).includes(name))
      fail(key, `must have no other placeholders than ${PLACEHOLDERS.map((p) => `{${p}}`).join(', ')}, not {${name}}`);
    return words[name] ?? fail(key, `must not have {${name}} where the group has no ${name}`);
  });
}

/** The order of SDI-12 addresses (specification v1.4, section 4.3). */
const CHARACTERS = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

function expand(list: AddressList, { addresses, several, key, fail }: GroupContext): (number | string)[] {
  return [list].flat().flatMap((part): (number | string)[] => {
    const [first, last = first] = String(part).split('..') as [string, string?];
    const where = `${key}.${several}`;
    if (addresses === 'characters') {
      const [from, to] = [CHARACTERS.indexOf(first), CHARACTERS.indexOf(last)];
      if (from > to) fail(where, `must rise, from 0 to 9, a to z, A to Z; ${part} does not`);
      return [...CHARACTERS.slice(from, to + 1)];
    }
    const [from, to] = [Number(first), Number(last)];
    if (from > to) fail(where, `must rise; ${part} does not`);
    if (from < addresses.least || to > addresses.most)
      fail(where, `must be from ${addresses.least} to ${addresses.most}, not ${part}`);
    return Array.from({ length: to - from + 1 }, (_, i) => from + i);
  });
}

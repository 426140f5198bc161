/** What a scenario file looks like. Each table that it draws on (kinds of devices, faults, weather, checks) is elsewhere and complete in itself. */
import { FAULTS, type FaultKind, Recordings, SPELLS, type SpellName } from '@karez/firmware-sim';
import { Id } from '@karez/model/schemas';
import Type, { type Static } from 'typebox';
import { Expectation } from './expect/check-table.ts';
import { closed } from './kinds/device-kind.ts';
import { DeviceEntry } from './kinds/kind-table.ts';
import { RuleEntry } from './rules.ts';
import { FieldTime } from './times.ts';

/** When it begins, from the start of the scenario; default at once. */
const at = Type.Optional(FieldTime);
/** How long; default to the end. */
const lasting = Type.Optional(FieldTime);
const Seed = Type.Integer({ minimum: 0, maximum: 4_294_967_295 });

const Field = Type.Object(
  {
    id: Id,
    soil: Type.Enum(['sandy-loam', 'loam', 'silt-loam', 'clay']),
    title: Type.Optional(Type.String({ minLength: 1, maxLength: 120 })),
    crop: Type.Optional(Type.String({ maxLength: 60 })),
    outline: Type.Optional(
      Type.Array(Type.Tuple([Type.Number(), Type.Number()]), {
        minItems: 3,
        maxItems: 500,
        description: 'Longitude and latitude of its corners. Default a square of 5 ha beside the others.',
      }),
    ),
  },
  closed,
);

const LinkFault = Type.Union([
  Type.Object({ state: Type.Literal('cut'), at, for: lasting }, closed),
  Type.Object({ state: Type.Literal('silent'), at, for: lasting }, closed),
  Type.Object(
    {
      ...{ state: Type.Literal('slow'), at, for: lasting },
      bytesPerSecond: Type.Optional(Type.Integer({ minimum: 50, maximum: 1e9, description: 'Each way.' })),
      delayMs: Type.Optional(Type.Integer({ minimum: 0, maximum: 60_000, description: 'Each way, real.' })),
    },
    closed,
  ),
  Type.Object(
    {
      ...{ state: Type.Literal('lossy'), at, for: lasting },
      share: Type.Number({
        exclusiveMinimum: 0,
        maximum: 0.9,
        description: 'How much of what is sent is lost at first.',
      }),
    },
    closed,
  ),
]);
export type LinkFault = Static<typeof LinkFault>;

const ProcessFault = Type.Object(
  {
    process: Type.Enum(['gateway', 'cloud']),
    how: Type.Enum(['kill', 'stop']),
    at,
    /** Until it is started again; default at once. */
    downFor: Type.Optional(FieldTime),
  },
  closed,
);
export type ProcessFault = Static<typeof ProcessFault>;

/** What a fault may be told besides is the simulator's business, and checked by its table. */
const DeviceFault = Type.Object({
  fault: Type.Enum(Object.keys(FAULTS) as FaultKind[]),
  device: Type.String({ minLength: 1 }),
  at,
  for: lasting,
});
export type DeviceFault = Static<typeof DeviceFault> & { [option: string]: unknown };

export const Scenario = Type.Object(
  {
    title: Type.String({ minLength: 1, maxLength: 120 }),
    shows: Type.String({ minLength: 1, description: 'What it is there to show, in a sentence.' }),
    seed: Type.Optional(Seed),
    speed: Type.Optional(
      Type.Number({ minimum: 0.1, maximum: 10_000, description: 'Field seconds in a real second. Default 1.' }),
    ),
    lasts: FieldTime,
    clocks: Type.Optional(
      Type.Union([Type.Literal('real'), Type.Literal('field')], {
        description:
          'What the nodes’ own clocks show: real time (default), or the field’s, laid so that the scenario ends now and its readings span its whole length.',
      }),
    ),
    start: Type.Optional(
      Type.String({
        pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}(:\\d{2})?Z$',
        description: 'Date and time of the field, UTC, e.g. 2026-05-10T14:00Z: season, night and day. Default now.',
      }),
    ),
    site: Type.Optional(
      Type.Object(
        {
          latitude: Type.Number({ minimum: -66, maximum: 66 }),
          longitude: Type.Number({ minimum: -180, maximum: 180 }),
          elevationM: Type.Number({ minimum: -430, maximum: 5_000 }),
        },
        closed,
      ),
    ),
    fields: Type.Array(Field, { minItems: 1, maxItems: 500 }),
    recordings: Type.Optional(Recordings),
    devices: Type.Array(DeviceEntry, { minItems: 1, maxItems: 200 }),
    gateway: Type.Optional(
      Type.Object(
        {
          journal: Type.Optional(Type.Unknown({ description: 'As in a gateway’s own file.' })),
          uplink: Type.Optional(Type.Unknown({ description: 'As in a gateway’s own file, without the address.' })),
        },
        closed,
      ),
    ),
    weather: Type.Optional(
      Type.Array(Type.Object({ kind: Type.Enum(Object.keys(SPELLS) as SpellName[]), at, for: FieldTime }, closed), {
        maxItems: 100,
      }),
    ),
    link: Type.Optional(Type.Array(LinkFault, { maxItems: 200 })),
    faults: Type.Optional(Type.Array(DeviceFault, { maxItems: 500 })),
    processes: Type.Optional(Type.Array(ProcessFault, { maxItems: 100 })),
    rules: Type.Optional(Type.Array(RuleEntry, { maxItems: 100 })),
    expect: Type.Array(Expectation, { minItems: 1, maxItems: 200 }),
  },
  closed,
);
export type Scenario = Static<typeof Scenario>;

/**
 * A rule: what is watched, when that is an alert, how bad it is, what is said and who is told. One schema for console, API,
 * store and gateways; what a schema cannot say (that a quantity exists, that a threshold lies within its range, that the
 * recovery value lies on the right side) is checked by parse-rule.ts. Values are in the unit of the quantity table, and the
 * rule says that unit again, so that a number is never taken for another one's.
 */
import Type, { type Static } from 'typebox';
import { Id, PLACE_PATTERN, Place } from '../id-schemas.ts';
import { ID_PATTERN } from '../ids.ts';
import { LIMITS } from '../limits.ts';
import { RoleName } from '../people.ts';

const closed = { additionalProperties: false } as const;
const part = (text: string) => text.replace(/[$^]/g, '');
const ID = part(ID_PATTERN);

/** A text in both languages. */
export const BothTexts = Type.Object(
  { en: Type.String({ minLength: 1, maxLength: 300 }), zh: Type.String({ minLength: 1, maxLength: 300 }) },
  closed,
);
export type BothTexts = Static<typeof BothTexts>;

/** Who did something: `person:7`, or `token NAME`, or `system` for Karez itself. */
export const Actor = Type.Object(
  { id: Type.String({ minLength: 1, maxLength: 80 }), name: Type.String({ minLength: 1, maxLength: 80 }) },
  closed,
);
export type Actor = Static<typeof Actor>;

export const Severity = Type.Enum(['info', 'warning', 'critical'], {
  description: 'info: good to know; warning: look today; critical: act now.',
});
export type Severity = Static<typeof Severity>;

/** Whom an alert is for: everybody of a role in the farm, or one person. */
export const Told = Type.Union([
  Type.Object({ role: RoleName }, closed),
  Type.Object({ person: Type.Integer({ minimum: 1, description: "A person's id." }) }, closed),
]);
export type Told = Static<typeof Told>;
const TellList = Type.Array(Told, { maxItems: 20 });

const DeviceRef = Type.String({ pattern: `^${ID}/${ID}$`, description: 'Gateway/device.' });
export const ChannelRef = Type.String({
  pattern: `^${ID}/${ID}/[a-z]+\\.[a-z0-9-]{1,50}(@${part(PLACE_PATTERN)})?$`,
  description: 'Gateway/device/quantity[@place].',
});

/** Which devices: those that fit every key that is there. Without any key, all of the farm. */
export const Scope = Type.Object(
  {
    gateways: Type.Optional(Type.Array(Id, { minItems: 1, maxItems: 500 })),
    fields: Type.Optional(Type.Array(Id, { minItems: 1, maxItems: 500 })),
    crops: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 60 }), {
        ...{ minItems: 1, maxItems: 50 },
        description: 'Devices in fields with one of these crops.',
      }),
    ),
    kinds: Type.Optional(
      Type.Array(Type.Enum(['soil', 'weather', 'sprayer', 'water', 'other']), { minItems: 1, maxItems: 5 }),
    ),
    devices: Type.Optional(Type.Array(DeviceRef, { minItems: 1, maxItems: 2_000 })),
    channels: Type.Optional(
      Type.Array(ChannelRef, { minItems: 1, maxItems: 2_000, description: 'Only these channels of the input.' }),
    ),
  },
  closed,
);
export type Scope = Static<typeof Scope>;

/**
 * What is judged: a quantity, at one place of a device or at every place where it is measured. Where a device does not
 * measure it, it is derived from what the device does measure, if that can be (derived.ts).
 */
export const Input = Type.Object(
  { quantity: Type.String({ minLength: 1, maxLength: 60 }), place: Type.Optional(Place) },
  closed,
);
export type Input = Static<typeof Input>;

const Unit = Type.String({ minLength: 1, maxLength: 30, description: 'UCUM unit of the numbers in this condition.' });
const Seconds = (what: string) => Type.Integer({ minimum: 0, maximum: LIMITS.ruleSeconds, description: what });
const times = {
  forS: Type.Optional(Seconds('How long it must hold before the alert fires, default 0: at the first reading.')),
  recoverForS: Type.Optional(Seconds('How long it must be over before the alert ends, default 0.')),
};
const recover = Type.Number({
  description: 'Value at which the alert begins to end: at the threshold or on its good side.',
});

const Above = Type.Object(
  { type: Type.Literal('above'), input: Input, unit: Unit, value: Type.Number(), recover, ...times },
  closed,
);
const Below = Type.Object(
  { type: Type.Literal('below'), input: Input, unit: Unit, value: Type.Number(), recover, ...times },
  closed,
);
const Rate = Type.Object(
  {
    type: Type.Literal('rate'),
    input: Input,
    unit: Type.String({ minLength: 1, maxLength: 30, description: "The quantity's UCUM unit, and /h." }),
    direction: Type.Enum(['rising', 'falling']),
    value: Type.Number({ exclusiveMinimum: 0, description: 'Change an hour beyond which it is met.' }),
    recover: Type.Number({ minimum: 0, description: 'Change an hour at which it is over.' }),
    overMin: Type.Integer({
      minimum: 1,
      maximum: 1_440,
      description: 'Minutes over which the change is taken; half of them must be there.',
    }),
    ...times,
  },
  closed,
);
const Silent = Type.Object(
  {
    type: Type.Literal('silent'),
    intervals: Type.Integer({ minimum: 2, maximum: 1_000, description: 'Intervals of the device without a reading.' }),
    leastS: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 86_400, description: 'And at least so many seconds, default 0.' }),
    ),
  },
  closed,
);
const GatewaySilent = Type.Object(
  {
    type: Type.Literal('gateway-silent'),
    forS: Type.Integer({ minimum: 30, maximum: 86_400, description: 'Seconds without a word from the gateway.' }),
  },
  closed,
);
const Stuck = Type.Object(
  {
    type: Type.Literal('stuck'),
    input: Input,
    unit: Unit,
    tolerance: Type.Number({ minimum: 0, description: 'Changes up to this are none.' }),
    forMin: Type.Integer({ minimum: 5, maximum: 43_200 }),
  },
  closed,
);
const Difference = Type.Object(
  {
    type: Type.Literal('difference'),
    input: Input,
    minus: Type.Union([Input, Type.Object({ channel: ChannelRef }, closed)], {
      description: 'What is taken away: another quantity or place of the same device, or one channel for all.',
    }),
    unit: Unit,
    is: Type.Enum(['above', 'below']),
    absolute: Type.Optional(Type.Boolean({ description: 'Judge the size of the difference, whatever its sign.' })),
    value: Type.Number(),
    recover,
    ...times,
  },
  closed,
);

/** One record a kind of condition; evaluate.ts says how each is judged. */
export const Condition = Type.Union([Above, Below, Rate, Silent, GatewaySilent, Stuck, Difference]);
export type Condition = Static<typeof Condition>;
export type ConditionType = Condition['type'];
/** A condition that judges numbers. */
export type ValueCondition = Extract<Condition, { input: unknown }>;

const Clock = Type.String({ pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$', description: 'A time of day like 05:30.' });
const Day = Type.String({
  pattern: '^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$',
  description: 'A day of the year like 04-15.',
});

/** When the rule watches, in the farm's time zone (UTC where it has none). Outside, its condition counts as over. */
export const When = Type.Object(
  {
    hours: Type.Optional(
      Type.Object(
        { from: Clock, to: Clock },
        { ...closed, description: 'From, included, to, excluded; over midnight.' },
      ),
    ),
    season: Type.Optional(
      Type.Object({ from: Day, to: Day }, { ...closed, description: 'Both days included; over the new year.' }),
    ),
  },
  closed,
);
export type When = Static<typeof When>;

export const Rule = Type.Object(
  {
    id: Id,
    title: BothTexts,
    enabled: Type.Boolean(),
    crop: Type.Optional(Type.String({ minLength: 1, maxLength: 60, description: 'What it was made for.' })),
    stage: Type.Optional(Type.String({ minLength: 1, maxLength: 60, description: 'Stage of growth it is for.' })),
    template: Type.Optional(Type.String({ minLength: 1, maxLength: 80, description: 'What it was made from.' })),
    scope: Scope,
    condition: Condition,
    when: Type.Optional(When),
    believe: Type.Optional(
      Type.Enum(['sound', 'all'], {
        description: 'sound, the default: values out of range, jumping or stuck are not judged; all: they are.',
      }),
    ),
    noDataAfterS: Type.Optional(
      Type.Integer({
        ...{ minimum: 10, maximum: LIMITS.ruleSeconds },
        description: 'Seconds without a value after which the rule does not see; default three intervals, at least 60.',
      }),
    ),
    limit: Type.Optional(
      Type.Object(
        {
          atMost: Type.Integer({ minimum: 1, maximum: 100 }),
          withinS: Type.Integer({ minimum: 60, maximum: LIMITS.ruleSeconds }),
        },
        {
          ...closed,
          description: 'Firings of one channel within a time; then it stays on until it was good that long.',
        },
      ),
    ),
    severity: Severity,
    message: BothTexts,
    tell: TellList,
    remindS: Type.Optional(
      Type.Integer({ minimum: 300, maximum: LIMITS.ruleSeconds, description: 'Told again while nobody acknowledges.' }),
    ),
    escalate: Type.Optional(
      Type.Array(
        Type.Object({ afterS: Type.Integer({ minimum: 60, maximum: LIMITS.ruleSeconds }), tell: TellList }, closed),
        { maxItems: 3, description: 'Who else is told when nobody has acknowledged after a time.' },
      ),
    ),
  },
  closed,
);
export type Rule = Static<typeof Rule>;

const Revision = Type.Integer({ minimum: 1, maximum: LIMITS.ruleRevisions });

/** A rule as it stands at one revision of the farm's rules: the number names this wording of it for ever. */
export const RevisedRule = Type.Object({ revision: Revision, rule: Rule }, closed);
export type RevisedRule = Static<typeof RevisedRule>;

/** What the cloud hands to a gateway: all rules that concern it, as they are. */
export const RulesMessage = Type.Object(
  {
    v: Type.Literal(1),
    revision: Type.Integer({
      minimum: 0,
      maximum: LIMITS.ruleRevisions,
      description: "Of the farm's rules; 0: none yet.",
    }),
    timeZone: Type.Union([Type.String({ maxLength: 60 }), Type.Null()]),
    rules: Type.Array(RevisedRule, { maxItems: LIMITS.rulesPerFarm }),
  },
  closed,
);
export type RulesMessage = Static<typeof RulesMessage>;

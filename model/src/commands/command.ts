/**
 * Commands to actuators, as they cross a border: what a gateway says of its actuators, what the cloud sends down, what the API
 * is asked and says. Field by field in docs/protocol/commands.md. States are percent: 0 is off or shut, 100 is on or open.
 */
import Type, { type Static } from 'typebox';
import { Id } from '../id-schemas.ts';
import { LIMITS } from '../limits.ts';
import { Actor } from '../rules/rule.ts';
import { COMMAND_REASONS, COMMAND_STEPS, type CommandPhase, type CommandReason, type CommandStep } from './step.ts';

const closed = { additionalProperties: false } as const;
const TimeMs = Type.Integer({
  minimum: 0,
  maximum: Number.MAX_SAFE_INTEGER,
  description: 'UTC milliseconds since 1970.',
});
const OrNull = <S extends Type.TSchema>(schema: S) => Type.Union([schema, Type.Null()]);
const Percent = Type.Integer({ minimum: 0, maximum: 100, description: '0 is off or shut, 100 is on or open.' });
const RunS = Type.Integer({
  minimum: 1,
  maximum: LIMITS.longestRunS,
  description: 'Seconds until the gateway puts it back into its safe state.',
});
const names = <T extends string>(table: Record<T, number>) =>
  Type.Unsafe<T>({ type: 'string', enum: Object.keys(table) });

export const ActuatorKind = Type.Enum(['valve', 'pump', 'fan', 'relay']);
export type ActuatorKind = Static<typeof ActuatorKind>;
export const ActuatorFlow = Type.Number({
  exclusiveMinimum: 0,
  maximum: 100_000,
  description: 'What a valve lets through, or a pump gives, L/min.',
});
export const FeedingPump = { ...Id, description: 'Of a valve: the pump that feeds it.' };
export const ActuatorGroups = Type.Array(Id, {
  maxItems: 8,
  description: 'At most one of each group is out of its safe state.',
});

const limits = {
  kind: ActuatorKind,
  safe: { ...Percent, description: 'Its safe state, percent.' },
  maxRunS: { ...RunS, description: 'Longest time out of its safe state, s.' },
  minRestS: Type.Integer({ minimum: 0, maximum: 86_400, description: 'Shortest time in its safe state between, s.' }),
  timed: Type.Boolean({
    description:
      'The device itself ends a run, even where the gateway has died; a run cannot be changed while it goes on.',
  }),
  percent: Type.Boolean({ description: 'Takes any percent; otherwise 0 and 100 only.' }),
  flowLpm: Type.Optional(ActuatorFlow),
  pump: Type.Optional(FeedingPump),
  groups: ActuatorGroups,
};

/** An actuator in a gateway's inventory. */
export const CatalogActuator = Type.Object({ id: Id, ...limits }, closed);
export type CatalogActuator = Static<typeof CatalogActuator>;

/** What the cloud sends on `command`. */
export const CommandMessage = Type.Union([
  Type.Object(
    {
      v: Type.Literal(1),
      kind: Type.Literal('set'),
      number: Type.Integer({
        minimum: 1,
        maximum: LIMITS.commandNumber,
        description: "The cloud's number of the command; a later command has a higher one.",
      }),
      actuator: Id,
      value: Percent,
      runS: OrNull(RunS),
      issuedMs: { ...TimeMs, description: "By the cloud's clock." },
      expiresMs: { ...TimeMs, description: "By the cloud's clock: not to be acted upon from then on." },
    },
    closed,
  ),
  Type.Object({ v: Type.Literal(1), kind: Type.Literal('stop'), stopped: Type.Boolean() }, closed),
]);
export type CommandMessage = Static<typeof CommandMessage>;
export type SetMessage = Extract<CommandMessage, { kind: 'set' }>;

/** Asks for a command. */
export const CommandRequest = Type.Object(
  {
    id: Type.String({
      pattern: '^[A-Za-z0-9._-]{8,64}$',
      description:
        'Made by whoever asks, such as a UUID. The same request again is answered by what became of the first.',
    }),
    gateway: Id,
    actuator: Id,
    state: Type.Union([Type.Enum(['on', 'off']), Percent], { description: 'on, off, or percent.' }),
    runS: Type.Optional({
      ...RunS,
      description:
        'Seconds until the gateway puts it back into its safe state. Needed unless the state is the safe one.',
    }),
    expiresInS: Type.Optional(
      Type.Integer({
        minimum: 5,
        maximum: LIMITS.commandExpiryS,
        description: 'Not to be acted upon later than this, s. Default 60.',
      }),
    ),
    note: Type.Optional(Type.String({ maxLength: 500 })),
  },
  closed,
);
export type CommandRequest = Static<typeof CommandRequest>;

export const COMMAND_PHASES = [
  ...(['waiting', 'acting', 'running', 'done', 'refused'] as const),
  ...(['failed', 'interrupted', 'expired', 'unanswered'] as const),
] satisfies CommandPhase[];

export const ApiCommand = Type.Object(
  {
    id: Type.String(),
    number: Type.Integer(),
    gateway: Id,
    actuator: Id,
    value: Percent,
    runS: OrNull(RunS),
    issuedMs: TimeMs,
    expiresMs: TimeMs,
    by: Actor,
    note: OrNull(Type.String()),
    phase: Type.Enum([...COMMAND_PHASES], {
      description:
        'waiting: not taken by the gateway yet; acting: on the disk of the gateway, not confirmed yet; running: confirmed, until endsMs; done; refused, failed, interrupted: see reason; expired: never reached the gateway; unanswered: it was sent, its time is over and the gateway has not said what became of it.',
    }),
    reason: OrNull(names<CommandReason>(COMMAND_REASONS)),
    endsMs: OrNull({ ...TimeMs, description: 'When its run ends, once it is confirmed.' }),
    steps: Type.Array(
      Type.Object(
        {
          atMs: TimeMs,
          step: names<CommandStep>(COMMAND_STEPS),
          reason: names<CommandReason>(COMMAND_REASONS),
          value: OrNull(Percent),
        },
        closed,
      ),
    ),
  },
  closed,
);
export type ApiCommand = Static<typeof ApiCommand>;

export const ApiActuator = Type.Object(
  {
    gateway: Id,
    id: Id,
    title: Type.String(),
    field: OrNull(Id),
    ...limits,
    online: Type.Boolean({ description: 'Whether its gateway has a connection.' }),
    value: OrNull({ ...Percent, description: 'As last read back; null where nobody knows.' }),
    sinceMs: OrNull(TimeMs),
    command: OrNull(ApiCommand),
  },
  closed,
);
export type ApiActuator = Static<typeof ApiActuator>;

/** Everything is to be safe, and no command is taken. */
export const FarmStop = Type.Object({ sinceMs: TimeMs, by: Actor, note: OrNull(Type.String()) }, closed);
export type FarmStop = Static<typeof FarmStop>;

export const ApiActuators = Type.Object(
  { nowMs: TimeMs, stopped: OrNull(FarmStop), actuators: Type.Array(ApiActuator) },
  closed,
);
export type ApiActuators = Static<typeof ApiActuators>;

export const ApiCommands = Type.Object(
  { nowMs: TimeMs, commands: Type.Array(ApiCommand), more: Type.Boolean() },
  closed,
);
export type ApiCommands = Static<typeof ApiCommands>;

export const StopRequest = Type.Object({ note: Type.Optional(Type.String({ maxLength: 500 })) }, closed);
export type StopRequest = Static<typeof StopRequest>;

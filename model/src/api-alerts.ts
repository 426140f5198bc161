/**
 * What the cloud's HTTP API says of rules and alerts, under /api/v1/farms/{farm}. A rule itself stands in rules/rule.ts, an alert
 * in words in the fields below. Times are UTC milliseconds.
 */
import Type, { type Static } from 'typebox';
import { Id } from './id-schemas.ts';
import { LIMITS } from './limits.ts';
import { Actor, BothTexts, Rule, Severity, When } from './rules/rule.ts';

const closed = { additionalProperties: false } as const;
const TimeMs = Type.Integer({ description: 'UTC milliseconds since 1970.' });
const OrNull = <S extends Type.TSchema>(schema: S) => Type.Union([schema, Type.Null()]);
const Note = Type.String({ maxLength: 500 });

/** A rule as it stands. */
export const ApiRule = Type.Object(
  {
    rule: Rule,
    revision: Type.Integer({
      description: "The farm's revision at which it got this wording; to be said when it is changed.",
    }),
    version: Type.Integer({ description: 'Its own wordings counted, from 1.' }),
    changedMs: TimeMs,
    changedBy: Actor,
  },
  closed,
);
export type ApiRule = Static<typeof ApiRule>;

export const ApiRules = Type.Object(
  {
    revision: Type.Integer({ description: "Of the farm's rules." }),
    rules: Type.Array(ApiRule),
    gateways: Type.Array(
      Type.Object(
        {
          gateway: Id,
          revision: Type.Integer({ description: 'By which the gateway works, as it last said; 0: none yet.' }),
          trouble: OrNull(Type.String()),
        },
        closed,
      ),
    ),
  },
  closed,
);
export type ApiRules = Static<typeof ApiRules>;

/** A threshold at one channel, for whoever draws its values. */
export const ApiThreshold = Type.Object(
  {
    channel: Type.String({
      description: 'gateway/device/quantity[@place]; of a derived quantity no channel is stored.',
    }),
    derived: Type.Boolean(),
    rule: Id,
    revision: Type.Integer({ description: "Of the farm's rules at which it got this wording." }),
    severity: Severity,
    title: BothTexts,
    is: Type.Enum(['above', 'below'], {
      description: 'On which side of the value it is an alert; on the value it is not.',
    }),
    unit: Type.String(),
    value: Type.Number(),
    recover: Type.Number({ description: 'Where the alert begins to end.' }),
    forS: Type.Integer({ description: 'How long it must hold.' }),
    when: OrNull(When),
  },
  closed,
);
export type ApiThreshold = Static<typeof ApiThreshold>;

/** One wording of a rule; `rule` is null where it was removed. */
export const RuleVersion = Type.Object(
  { revision: Type.Integer(), version: Type.Integer(), rule: OrNull(Rule), changedMs: TimeMs, changedBy: Actor },
  closed,
);
export type RuleVersion = Static<typeof RuleVersion>;

export const RuleChange = Type.Object(
  {
    rule: Rule,
    revision: Type.Integer({
      minimum: 1,
      description: 'What was changed: the revision as it was read. 409 where it is another by now.',
    }),
  },
  closed,
);
export type RuleChange = Static<typeof RuleChange>;

export const LookBackRequest = Type.Object(
  {
    rule: Rule,
    from: Type.Integer({ minimum: 0 }),
    to: Type.Integer({ minimum: 0, description: 'Excluded; later than from, by at most a year.' }),
  },
  closed,
);
export type LookBackRequest = Static<typeof LookBackRequest>;

/** What a rule would have said of the past. */
export const LookBack = Type.Object(
  {
    fired: Type.Integer({ description: 'How often it would have fired, over all subjects.' }),
    subjects: Type.Integer({ description: 'Channels and devices that it watches.' }),
    readings: Type.Integer({ description: 'Readings that were looked at.' }),
    occurrences: Type.Array(
      Type.Object(
        {
          subject: Type.String(),
          fromMs: TimeMs,
          toMs: OrNull(TimeMs),
          value: OrNull(Type.Number({ description: 'What was judged when it fired.' })),
        },
        closed,
      ),
      { description: `The newest ${LIMITS.lookBackOccurrences}.` },
    ),
    /** What could not be looked at, in words; null where all was. */
    incomplete: OrNull(Type.String()),
  },
  closed,
);
export type LookBack = Static<typeof LookBack>;

export const ApiAlert = Type.Object(
  {
    id: Type.Integer(),
    rule: Id,
    revision: Type.Integer({ description: 'Of the wording that it fired by.' }),
    severity: Severity,
    title: BothTexts,
    message: BothTexts,
    /** `gateway/device/quantity[@place]`, `gateway/device` or `gateway`. */
    subject: Type.String(),
    gateway: Id,
    device: OrNull(Id),
    /** Id of the channel, where it is about one that is measured. */
    channel: OrNull(Type.String()),
    field: OrNull(Id),
    state: Type.Enum(['firing', 'recovering', 'over']),
    noData: Type.Boolean({ description: 'Its subject is not heard: the state may be wrong by now.' }),
    firedMs: TimeMs,
    endedMs: OrNull(TimeMs),
    reason: OrNull(
      Type.Enum(['reading', 'time', 'window', 'rule', 'anew', 'reconciled'], { description: 'Why it ended.' }),
    ),
    late: Type.Boolean({ description: 'Found in readings that came after newer ones: history, told to nobody.' }),
    toldMs: OrNull(
      Type.Integer({
        description: 'When people were told; null: it is history, or waits to be confirmed, or is silenced.',
      }),
    ),
    value: OrNull(Type.Number()),
    acknowledged: OrNull(Type.Object({ by: Actor, atMs: TimeMs, note: OrNull(Note) }, closed)),
    silencedUntilMs: OrNull(TimeMs),
    inhibitedBy: OrNull(Type.Integer({ description: 'The alert, such as of a dead gateway, that explains this one.' })),
    escalated: Type.Integer({ description: 'Steps of escalation that were taken.' }),
  },
  closed,
);
export type ApiAlert = Static<typeof ApiAlert>;

/** What people and Karez did about an alert, oldest first. */
export const AlertAction = Type.Object(
  {
    atMs: TimeMs,
    by: Actor,
    what: Type.Enum(['told', 'over', 'reminded', 'escalated', 'acknowledged', 'silenced', 'unsilenced']),
    note: OrNull(Note),
  },
  closed,
);
export type AlertAction = Static<typeof AlertAction>;

export const ApiAlertDetail = Type.Object(
  {
    alert: ApiAlert,
    transitions: Type.Array(
      Type.Object(
        {
          timeMs: TimeMs,
          state: Type.Enum(['ok', 'pending', 'firing', 'recovering']),
          noData: Type.Boolean(),
          raised: Type.Boolean(),
          late: Type.Boolean(),
          value: OrNull(Type.Number()),
        },
        closed,
      ),
    ),
    actions: Type.Array(AlertAction),
  },
  closed,
);
export type ApiAlertDetail = Static<typeof ApiAlertDetail>;

export const ApiAlerts = Type.Object(
  {
    nowMs: TimeMs,
    alerts: Type.Array(ApiAlert),
    more: Type.Boolean({ description: 'There are older ones: ask again with before = the last id.' }),
  },
  closed,
);
export type ApiAlerts = Static<typeof ApiAlerts>;

export const AcknowledgeRequest = Type.Object({ note: Type.Optional(Note) }, closed);
export const SilenceRequest = Type.Object(
  {
    untilMs: Type.Integer({ description: 'At most a month ahead. What fires meanwhile is kept and told to nobody.' }),
    note: Type.Optional(Note),
  },
  closed,
);

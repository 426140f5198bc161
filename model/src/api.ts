/**
 * What the cloud's HTTP API says, under /api/v1. These schemas check requests, make the OpenAPI document and type the
 * console, so that the three cannot disagree. Times are UTC milliseconds; a channel's address is
 * `gateway/device/quantity[@place]`.
 */
import Type, { type Static } from 'typebox';
import { CatalogCalibration } from './calibration/calibration-schema.ts';
import { CatalogPlacement, Field, GatewayStatus } from './catalog.ts';
import { Id, Place } from './id-schemas.ts';
import { LIMITS } from './limits.ts';

const TimeMs = Type.Integer({ description: 'UTC milliseconds since 1970.' });
const OrNull = <S extends Type.TSchema>(schema: S) => Type.Union([schema, Type.Null()]);
const closed = { additionalProperties: false } as const;

export const FarmSummary = Type.Object(
  {
    id: Id,
    title: Type.String(),
    timeZone: OrNull(Type.String()),
    fields: Type.Integer(),
    devices: Type.Integer(),
    gateways: Type.Integer(),
  },
  closed,
);
export type FarmSummary = Static<typeof FarmSummary>;

export const ApiChannel = Type.Object(
  {
    /** `gateway/device/quantity[@place]`, as used by latest, history and live. */
    id: Type.String(),
    quantity: Type.String(),
    place: OrNull(Place),
    decimals: Type.Integer(),
    calibrations: Type.Optional(
      Type.Array(CatalogCalibration, {
        description:
          'What its readings were calibrated with: a reading has the last version whose fromMs is not after its time.',
      }),
    ),
  },
  closed,
);
export type ApiChannel = Static<typeof ApiChannel>;

export const ApiDevice = Type.Object(
  {
    /** `gateway/device`. */
    id: Type.String(),
    gateway: Id,
    device: Id,
    title: Type.String(),
    profile: Id,
    kind: Type.Union([
      Type.Literal('soil'),
      Type.Literal('weather'),
      Type.Literal('sprayer'),
      Type.Literal('water'),
      Type.Literal('other'),
    ]),
    field: OrNull(Id),
    position: OrNull(Type.Tuple([Type.Number(), Type.Number()])),
    intervalMs: Type.Integer(),
    active: Type.Boolean(),
    placements: Type.Optional(Type.Array(CatalogPlacement)),
    channels: Type.Array(ApiChannel),
  },
  closed,
);
export type ApiDevice = Static<typeof ApiDevice>;

export const FarmDetail = Type.Object(
  {
    id: Id,
    title: Type.String(),
    timeZone: OrNull(Type.String()),
    fields: Type.Array(Field),
    devices: Type.Array(ApiDevice),
    gateways: Type.Array(Id),
  },
  closed,
);
export type FarmDetail = Static<typeof FarmDetail>;

/** The newest reading by sampling time of one channel: [time, value or null when absent, quality bits]. */
export const LatestValue = Type.Tuple([TimeMs, OrNull(Type.Number()), Type.Integer()]);
export type LatestValue = Static<typeof LatestValue>;

export const Latest = Type.Object(
  {
    nowMs: TimeMs,
    values: Type.Record(Type.String(), LatestValue, {
      description: 'By channel id; channels never heard are left out.',
    }),
  },
  closed,
);
export type Latest = Static<typeof Latest>;

export const HistoryQuery = Type.Object(
  {
    channel: Type.Union([Type.String(), Type.Array(Type.String(), { maxItems: LIMITS.historyChannels })], {
      description: 'One or more channel ids.',
    }),
    from: TimeMs,
    to: TimeMs,
    points: Type.Integer({
      minimum: 2,
      maximum: LIMITS.historyPoints,
      default: 600,
      description: 'At most this many points for each channel.',
    }),
  },
  closed,
);

/** Columns of equal length. A raw series has lo = hi = mean and n = 1 everywhere. */
export const Series = Type.Object(
  {
    id: Type.String(),
    /** Width of a step in ms; 0 when the points are single readings. */
    stepMs: Type.Integer(),
    /** Start of each step that holds at least one reading, or each reading's time; rising, equal times possible when raw. */
    timeMs: Type.Array(TimeMs),
    mean: Type.Array(OrNull(Type.Number()), {
      description: 'By the aggregate of the quantity: mean, sum, circular mean or last; null where all are absent.',
    }),
    lo: Type.Array(OrNull(Type.Number())),
    hi: Type.Array(OrNull(Type.Number())),
    n: Type.Array(Type.Integer()),
    quality: Type.Array(Type.Integer(), { description: 'Quality bits of all readings of the step, or-ed.' }),
  },
  closed,
);
export type Series = Static<typeof Series>;

export const History = Type.Object({ nowMs: TimeMs, series: Type.Array(Series) }, closed);
export type History = Static<typeof History>;

const SeqRange = Type.Tuple([Type.Integer(), Type.Integer()], {
  description: 'First and last sequence number, both included.',
});

/** The sequence numbers that a gateway says it has given in an epoch, against what the cloud has. */
export const Proof = Type.Object(
  {
    complete: Type.Boolean({ description: 'Every number given is stored or in quarantine.' }),
    given: Type.Integer({ description: 'Numbers given, over all segments.' }),
    missing: Type.Array(SeqRange, {
      description: 'Numbers given that are neither stored nor in quarantine, oldest first; at most a hundred ranges.',
    }),
    missingReadings: Type.Integer(),
    waiting: Type.Integer({ description: 'Readings that the gateway says it still holds.' }),
    lost: Type.Integer({ description: 'Readings that the gateway says it has lost, for the reasons in its status.' }),
    unexplained: Type.Integer({
      description: 'Readings missing that neither wait nor are known to be lost: anything but 0 is an error of ours.',
    }),
    saidMs: TimeMs,
  },
  closed,
);
export type Proof = Static<typeof Proof>;

/** One gateway as seen from the cloud: what it says of itself, and what the store holds. */
export const ApiGateway = Type.Object(
  {
    farm: Id,
    gateway: Id,
    title: Type.String(),
    online: Type.Boolean(),
    /** When the cloud last heard anything from it. */
    heardMs: OrNull(TimeMs),
    status: OrNull(GatewayStatus),
    /** What the cloud has: the proof that nothing is missing, per epoch. */
    ledger: Type.Array(
      Type.Object(
        {
          epoch: Type.String(),
          ranges: Type.Array(SeqRange, {
            description:
              'Sequence numbers stored, in ranges; where there are more than a thousand, the newest of them.',
          }),
          stored: Type.Integer(),
          quarantined: Type.Integer(),
          conflicts: Type.Integer({
            description:
              'Readings stored under a number that another reading had before: the gateway was restored from a copy of its disk.',
          }),
          /** Null before the gateway has said what it has given. */
          proof: OrNull(Proof),
        },
        closed,
      ),
    ),
  },
  closed,
);
export type ApiGateway = Static<typeof ApiGateway>;

export const ApiError = Type.Object(
  {
    code: Type.String(),
    message: Type.String(),
    where: Type.Optional(Type.String()),
    problem: Type.Optional(
      Type.String({ description: 'Name of a row of problems.ts, to say it in another language.' }),
    ),
    params: Type.Optional(Type.Record(Type.String(), Type.Union([Type.String(), Type.Number()]))),
  },
  closed,
);
export type ApiError = Static<typeof ApiError>;

/**
 * Server-sent events of /api/v1/farms/{farm}/live. Each has a name and JSON data:
 * `hello` {nowMs}; `readings` {nowMs, rows: [channel id, timeMs, value or null, quality][]}: readings that the store
 * has just committed, newest of each channel last, late ones included (the time says so); `late` {nowMs, fromMs, toMs,
 * readings}: so many more readings of the past were committed than are worth sending, fetch the history again where it
 * shows that time; `farm` {}: the description changed, fetch it again; `gateway` {gateway, online, heardMs, status}.
 */
export const LiveReadings = Type.Object(
  { nowMs: TimeMs, rows: Type.Array(Type.Tuple([Type.String(), TimeMs, OrNull(Type.Number()), Type.Integer()])) },
  closed,
);
export type LiveReadings = Static<typeof LiveReadings>;

export const LiveLate = Type.Object({ nowMs: TimeMs, fromMs: TimeMs, toMs: TimeMs, readings: Type.Integer() }, closed);
export type LiveLate = Static<typeof LiveLate>;

export const LiveGateway = Type.Object(
  { gateway: Id, online: Type.Boolean(), heardMs: OrNull(TimeMs), status: OrNull(GatewayStatus) },
  closed,
);
export type LiveGateway = Static<typeof LiveGateway>;

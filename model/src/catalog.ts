/**
 * Messages between gateway and cloud besides the batch: what a gateway has (inventory), how it is (status), and what
 * the cloud did with its batches (ack). Field by field in docs/PROTOCOL.md; each is checked where it arrives.
 */
import Type, { type Static } from 'typebox';
import { CatalogCalibration } from './calibration/calibration-schema.ts';
import { CatalogActuator } from './commands/command.ts';
import { Epoch, Id, Place } from './id-schemas.ts';
import { LIMITS } from './limits.ts';

const Position = Type.Tuple(
  [Type.Number({ minimum: -180, maximum: 180 }), Type.Number({ minimum: -90, maximum: 90 })],
  {
    maxItems: 2,
    description: 'Longitude and latitude, degrees WGS 84 (RFC 7946, section 3.1.1).',
  },
);
const Title = Type.String({ minLength: 1, maxLength: 120 });
const WholeMs = Type.Integer({
  minimum: 0,
  maximum: Number.MAX_SAFE_INTEGER,
  description: 'UTC milliseconds since 1970.',
});
const Count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });

export const Field = Type.Object(
  {
    id: Id,
    title: Title,
    crop: Type.Optional(Type.String({ maxLength: 60 })),
    outline: Type.Array(Position, {
      minItems: 3,
      maxItems: 500,
      description: 'Corners of the outer ring, first not repeated.',
    }),
  },
  { additionalProperties: false },
);
export type Field = Static<typeof Field>;

export const CatalogChannel = Type.Object(
  {
    number: Type.Integer({
      minimum: 1,
      maximum: LIMITS.channels,
      description: 'Stable number within this epoch, never reused.',
    }),
    quantity: Type.String({ minLength: 1, maxLength: 60 }),
    place: Type.Optional(Place),
    decimals: Type.Integer({ minimum: 0, maximum: 9 }),
    calibrations: Type.Optional(
      Type.Array(CatalogCalibration, {
        description:
          'Every version, by its time; before the first, and under `number`, values are as the device says them.',
      }),
    ),
  },
  { additionalProperties: false },
);
export type CatalogChannel = Static<typeof CatalogChannel>;

/** Where a device stood from a time on. */
export const CatalogPlacement = Type.Object(
  {
    fromMs: WholeMs,
    field: Type.Optional(Id),
    position: Type.Optional(Position),
    depthCm: Type.Optional(Count),
    heightCm: Type.Optional(Count),
  },
  { additionalProperties: false },
);
export type CatalogPlacement = Static<typeof CatalogPlacement>;

export const CatalogDevice = Type.Object(
  {
    id: Id,
    title: Title,
    profile: Id,
    kind: Type.Union([
      Type.Literal('soil'),
      Type.Literal('weather'),
      Type.Literal('sprayer'),
      Type.Literal('water'),
      Type.Literal('other'),
    ]),
    field: Type.Optional(Id),
    position: Type.Optional(Position),
    intervalMs: Type.Integer({ minimum: 100 }),
    /** False once the device left the configuration: its channels stay known for what is still buffered. */
    active: Type.Boolean(),
    placements: Type.Optional(
      Type.Array(CatalogPlacement, {
        description: 'Where it stood before and now, by time; left out where it never moved.',
      }),
    ),
    channels: Type.Array(CatalogChannel),
  },
  { additionalProperties: false },
);
export type CatalogDevice = Static<typeof CatalogDevice>;

export const Inventory = Type.Object(
  {
    v: Type.Literal(1),
    epoch: Epoch,
    revision: Type.Integer({ minimum: 1, description: 'Rises with every change within an epoch.' }),
    farm: Type.Object(
      { id: Id, title: Title, timeZone: Type.Optional(Type.String({ maxLength: 60 })) },
      { additionalProperties: false },
    ),
    gateway: Type.Object({ id: Id, title: Title, position: Type.Optional(Position) }, { additionalProperties: false }),
    fields: Type.Array(Field, { maxItems: 500 }),
    devices: Type.Array(CatalogDevice, { maxItems: LIMITS.devicesPerGateway }),
    actuators: Type.Optional(Type.Array(CatalogActuator, { maxItems: LIMITS.actuatorsPerGateway })),
  },
  { additionalProperties: false },
);
export type Inventory = Static<typeof Inventory>;

/** What a full journal does: refuse the new, drop the oldest, or keep every other sample of the oldest. */
export const JournalPolicy = Type.Enum(['keep-oldest', 'keep-newest', 'thin-history'], {
  description: 'What a full journal does.',
});
export type JournalPolicy = Static<typeof JournalPolicy>;

const SeqNumber = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });
const SeqRange = Type.Tuple([SeqNumber, SeqNumber], {
  maxItems: 2,
  description: 'First and last sequence number, both included.',
});

export const Ack = Type.Object(
  {
    v: Type.Literal(1),
    epoch: Epoch,
    /** Committed in the store: the gateway may forget them. */
    acked: Type.Array(SeqRange),
    /** Will never be stored: kept in the cloud's quarantine, the gateway may forget them and counts them. */
    refused: Type.Array(
      Type.Object(
        { first: SeqNumber, last: SeqNumber, code: Type.String(), reason: Type.String() },
        { additionalProperties: false },
      ),
    ),
    /** Could not be stored now: send again after the delay. */
    retry: Type.Array(
      Type.Object(
        { first: SeqNumber, last: SeqNumber, code: Type.String(), afterMs: Count },
        { additionalProperties: false },
      ),
    ),
    /** The cloud's clock when it sent this. */
    timeMs: WholeMs,
    /** In the answer to a status: its `monoMs`, so that the gateway knows how old `timeMs` is. */
    echoMs: Type.Optional(WholeMs),
    /** Somebody looks at live values of the farm: they are wanted fresh. */
    watched: Type.Optional(Type.Literal(true)),
  },
  { additionalProperties: false },
);
export type Ack = Static<typeof Ack>;

export const DeviceStatus = Type.Object(
  {
    id: Id,
    /** Time of the newest accepted reading; null before the first. */
    lastMs: Type.Union([WholeMs, Type.Null()]),
    accepted: Count,
    rejected: Count,
    timeouts: Count,
    lost: Type.Optional({ ...Count, description: 'Messages that its own numbering says never came.' }),
    /** What is wrong now, in words; null where nothing is. */
    trouble: Type.Union([Type.String({ maxLength: 300 }), Type.Null()]),
  },
  { additionalProperties: false },
);
export type DeviceStatus = Static<typeof DeviceStatus>;

/** What a gateway knows of the time. */
export const ClockStatus = Type.Object(
  {
    state: Type.Enum(['unknown', 'known', 'doubtful'], {
      description: 'unknown: readings wait to be dated; doubtful: sources disagree, the better one is used.',
    }),
    source: Type.Union([Type.String({ maxLength: 40 }), Type.Null()], {
      description: 'Who said the time: ntp, cloud, gnss.',
    }),
    /** True time minus what the system's clock says. */
    offsetMs: Type.Union([Type.Integer(), Type.Null()]),
    uncertaintyMs: Type.Union([Count, Type.Null()]),
    /** What is wrong, in words. */
    trouble: Type.Union([Type.String({ maxLength: 300 }), Type.Null()]),
  },
  { additionalProperties: false },
);
export type ClockStatus = Static<typeof ClockStatus>;

/** What a gateway makes of its rules. */
export const RulesStatus = Type.Object(
  {
    revision: Type.Integer({ minimum: 0, description: "Of the farm's rules that it works by; 0 before it had any." }),
    rules: Count,
    subjects: Type.Integer({ minimum: 0, description: 'Channels and devices that are watched, over all rules.' }),
    trouble: Type.Union([Type.String({ maxLength: 300 }), Type.Null()]),
    alerts: Type.Array(
      Type.Object(
        {
          rule: Id,
          revision: Count,
          subject: Type.Integer({ minimum: 1, maximum: LIMITS.channels, description: 'Number of its channel.' }),
          state: Type.Enum(['firing', 'recovering']),
          noData: Type.Boolean(),
          firedMs: WholeMs,
        },
        { additionalProperties: false },
      ),
      { maxItems: LIMITS.statusAlerts, description: 'What has been raised and is not over, now.' },
    ),
    complete: Type.Boolean({ description: 'False where there are more of them.' }),
  },
  { additionalProperties: false },
);
export type RulesStatus = Static<typeof RulesStatus>;

export const GatewayStatus = Type.Object(
  {
    v: Type.Literal(1),
    online: Type.Literal(true),
    epoch: Epoch,
    timeMs: WholeMs,
    /** The gateway's monotonic clock; comes back as `echoMs`. */
    monoMs: WholeMs,
    startedMs: WholeMs,
    version: Type.String(),
    accepted: Type.Integer({
      minimum: 0,
      description:
        'Readings journaled in this epoch: sequence numbers given. accepted = stored + waiting + refused + lost.',
    }),
    segments: Type.Array(SeqRange, {
      maxItems: 20,
      description:
        'Sequence numbers given, by segment (docs/PROTOCOL.md, Sequence numbers): those that are not settled, and the newest.',
    }),
    stored: Type.Integer({ minimum: 0, description: 'Readings of this epoch that the cloud has acknowledged.' }),
    waiting: Type.Integer({ minimum: 0, description: 'Readings in the journal that the cloud has not acknowledged.' }),
    refused: Count,
    lost: Type.Array(Type.Object({ reason: Type.String(), readings: Count }, { additionalProperties: false }), {
      description: 'Readings of this epoch that were accepted and will never be stored, with the reason.',
    }),
    clock: ClockStatus,
    journal: Type.Object(
      {
        bytes: Count,
        limitBytes: Count,
        policy: JournalPolicy,
        oldestMs: Type.Union([WholeMs, Type.Null()]),
        /** Hours until the journal is full at the present rate without a link; null while nothing comes in. */
        hoursLeft: Type.Union([Type.Number({ minimum: 0 }), Type.Null()]),
        writable: Type.Boolean(),
      },
      { additionalProperties: false },
    ),
    link: Type.Object(
      {
        state: Type.Union([Type.Literal('up'), Type.Literal('connecting'), Type.Literal('down')]),
        sinceMs: WholeMs,
        /** Time from sending a batch to its acknowledgement, lately; null before the first. */
        roundTripMs: Type.Union([Type.Number({ minimum: 0 }), Type.Null()]),
      },
      { additionalProperties: false },
    ),
    devices: Type.Array(DeviceStatus),
    rules: Type.Optional(RulesStatus),
  },
  { additionalProperties: false },
);
export type GatewayStatus = Static<typeof GatewayStatus>;

/** The last will: what the broker says for a gateway that went without a word. */
export const GatewayGone = Type.Object(
  { v: Type.Literal(1), online: Type.Literal(false), epoch: Epoch },
  { additionalProperties: false },
);
export type GatewayGone = Static<typeof GatewayGone>;

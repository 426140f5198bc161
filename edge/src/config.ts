/**
 * The gateway's one configuration file: YAML, checked by this schema (load-config.ts), then frozen. Nothing is filled in
 * while checking; defaults are read where they are used, through the constants below.
 */
import { LIMITS, type Profile } from '@karez/model';
import { Field, Id, JournalPolicy } from '@karez/model/schemas';
import Type, { type Static } from 'typebox';

const closed = { additionalProperties: false } as const;
const Title = Type.String({ minLength: 1, maxLength: 120 });
const PortNumber = Type.Integer({ minimum: 0, maximum: 65_535 });
const Position = Type.Tuple(
  [Type.Number({ minimum: -180, maximum: 180 }), Type.Number({ minimum: -90, maximum: 90 })],
  {
    maxItems: 2,
  },
);

/** Where bytes come from: a serial device of this machine, or a serial server's raw TCP port. */
export const LinePort = Type.Union([
  Type.Object(
    {
      serial: Type.String({
        minLength: 1,
        description: 'Path of the device; one below /dev/serial/by-id stays the same whatever is plugged in first.',
      }),
      baudRate: Type.Optional(Type.Integer({ minimum: 300, maximum: 4_000_000 })),
      parity: Type.Optional(
        Type.Union([Type.Literal('none'), Type.Literal('even'), Type.Literal('odd')], { description: 'Default none.' }),
      ),
      stopBits: Type.Optional(Type.Union([Type.Literal(1), Type.Literal(2)], { description: 'Default 1.' })),
    },
    closed,
  ),
  Type.Object(
    { tcp: Type.String({ pattern: '^[^:\\s]+:[0-9]{1,5}$', description: 'Host:port, e.g. 192.168.1.20:4001.' }) },
    closed,
  ),
]);
export type LinePort = Static<typeof LinePort>;

const deviceHead = {
  id: Id,
  title: Type.Optional(Title),
  profile: Id,
  field: Type.Optional(Id),
  position: Type.Optional(Position),
  depthCm: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 9_999,
      description: 'Depth of the probe; becomes the place of its soil channels.',
    }),
  ),
  heightCm: Type.Optional(Type.Integer({ minimum: 0, maximum: 9_999 })),
  intervalMs: Type.Optional(
    Type.Integer({ minimum: 100, maximum: 86_400_000, description: "Default: the profile's." }),
  ),
};

export const ModbusDevice = Type.Object({ ...deviceHead, address: Type.Integer({ minimum: 1, maximum: 247 }) }, closed);
export const SingleDevice = Type.Object(deviceHead, closed);
export const MavlinkDevice = Type.Object(
  { ...deviceHead, systemId: Type.Integer({ minimum: 1, maximum: 255 }) },
  closed,
);
export const MqttDevice = Type.Object(
  {
    ...deviceHead,
    topic: Type.Optional(
      Type.String({ pattern: '^[^+#\\s]+$', description: 'A topic without + and #, by default devices/{id}/up.' }),
    ),
  },
  closed,
);

export const ModbusLine = Type.Object(
  {
    type: Type.Literal('modbus'),
    port: LinePort,
    timeoutMs: Type.Optional(
      Type.Integer({ minimum: 20, maximum: 10_000, description: 'Wait for an answer, default 300.' }),
    ),
    retries: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 5, description: 'Repeats after no or a broken answer, default 1.' }),
    ),
    turnaroundMs: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 1_000,
        description: 'Silence between an answer and the next request, default 10.',
      }),
    ),
    devices: Type.Array(ModbusDevice, { minItems: 1, maxItems: 247 }),
  },
  closed,
);
export const DavisLine = Type.Object(
  {
    type: Type.Literal('davis'),
    port: LinePort,
    device: SingleDevice,
    rainClickMm: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        maximum: 10,
        description: 'Rain that tips the collector once, in mm. Default: the console is asked.',
      }),
    ),
  },
  closed,
);
export const MavlinkLine = Type.Object(
  { type: Type.Literal('mavlink'), port: LinePort, devices: Type.Array(MavlinkDevice, { minItems: 1 }) },
  closed,
);
export const Line = Type.Union([ModbusLine, DavisLine, MavlinkLine]);

export const GatewayConfig = Type.Object(
  {
    farm: Type.Object({ id: Id, title: Title, timeZone: Type.Optional(Type.String({ maxLength: 60 })) }, closed),
    gateway: Type.Object({ id: Id, title: Title, position: Type.Optional(Position) }, closed),
    data: Type.String({ minLength: 1, description: 'Folder of the journal, relative to this file.' }),
    secrets: Type.String({ minLength: 1, description: 'File with the passwords, relative to this file.' }),
    uplink: Type.Object(
      {
        url: Type.String({
          pattern: '^(mqtt|mqtts|tcp|ssl)://[^\\s]+$',
          description: 'An MQTT address, e.g. mqtts://cloud.example:8883.',
        }),
        maxBytesPerSecond: Type.Optional(
          Type.Integer({ minimum: 100, maximum: 1_000_000_000, description: 'What a metered link may carry.' }),
        ),
        maxMegabytesPerMonth: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000 })),
      },
      closed,
    ),
    status: Type.Optional(
      Type.Object(
        {
          host: Type.Optional(
            Type.String({
              pattern: '^(localhost|::1|127(\\.[0-9]{1,3}){3})$',
              description: "An address of this machine's own, for the page has no accounts: 127.0.0.1 or ::1.",
            }),
          ),
          port: PortNumber,
        },
        closed,
      ),
    ),
    journal: Type.Optional(
      Type.Object(
        {
          limitMb: Type.Optional(
            Type.Integer({
              minimum: 1,
              maximum: 1_000_000,
              description: 'Disk that the journal may use, default 512.',
            }),
          ),
          whenFull: Type.Optional(JournalPolicy),
          commitEveryMs: Type.Optional(
            Type.Integer({
              minimum: LIMITS.commitEveryMs,
              maximum: 5_000,
              description:
                'Longest wait of a reading for the disk, default 100. Each commit writes a page or two of 4 KiB whatever is in it, so a longer wait spares a memory card; values come later by as much.',
            }),
          ),
          maxAgeDays: Type.Optional(
            Type.Integer({
              minimum: 1,
              maximum: 3_650,
              description: 'Readings older than this are dropped and counted; default: never.',
            }),
          ),
        },
        closed,
      ),
    ),
    fields: Type.Array(Field, { maxItems: 500 }),
    lines: Type.Optional(Type.Array(Line, { maxItems: 64 })),
    mqtt: Type.Optional(
      Type.Object(
        {
          host: Type.Optional(Type.String()),
          port: PortNumber,
          devices: Type.Array(MqttDevice, { maxItems: LIMITS.devicesPerGateway }),
        },
        closed,
      ),
    ),
    profiles: Type.Optional(
      Type.Array(Type.String(), { description: 'Files with profiles of your own, YAML, relative to this file.' }),
    ),
  },
  closed,
);
export type GatewayConfig = Static<typeof GatewayConfig>;
export type LineConfig = Static<typeof Line>;
export type ModbusLineConfig = Static<typeof ModbusLine>;
export type DavisLineConfig = Static<typeof DavisLine>;
export type MavlinkLineConfig = Static<typeof MavlinkLine>;
export type MqttConfig = NonNullable<GatewayConfig['mqtt']>;
export type DeviceConfig = Static<typeof SingleDevice>;

export const Secrets = Type.Object(
  {
    uplink: Type.String({ minLength: 1, description: "The gateway's password at the cloud's broker." }),
    devices: Type.Optional(
      Type.Record(Type.String(), Type.String({ minLength: 8 }), {
        description: 'Password of each MQTT device, by id.',
      }),
    ),
  },
  closed,
);
export type Secrets = Static<typeof Secrets>;

/** A configured device with its profile and the places of its channels settled. */
export interface ConfiguredDevice extends DeviceConfig {
  profileRecord: Profile;
}

/** The checked configuration with what it refers to: paths made absolute, secrets and own profiles read. */
export interface LoadedConfig {
  config: GatewayConfig;
  secrets: Secrets;
  dataDir: string;
  /** Every device of every line and of MQTT, in the order of the file. */
  devices: ConfiguredDevice[];
}

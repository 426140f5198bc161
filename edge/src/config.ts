/**
 * The gateway's one configuration file: YAML, checked by this schema (load-config.ts), then frozen. Nothing is filled in
 * while checking; defaults are read where they are used, through the constants below. What a protocol needs stands beside
 * it, in its line-config.ts.
 */
import { type CatalogActuator, LIMITS, type Profile } from '@karez/model';
import { Field, Id, JournalPolicy } from '@karez/model/schemas';
import Type, { type Static } from 'typebox';
import { ActuatorEntry } from './commands/actuator-config.ts';
import { closed, type DeviceConfig, Position, Title } from './config/device.ts';
import { DavisLine, type DavisLineConfig } from './davis/line-config.ts';
import { FirmataLine, type FirmataLineConfig } from './firmata/line-config.ts';
import { LorawanLine, type LorawanLineConfig } from './lorawan/line-config.ts';
import { MavlinkLine, type MavlinkLineConfig } from './mavlink/line-config.ts';
import { ModbusLine, type ModbusLineConfig } from './modbus/line-config.ts';
import { HubLine, type HubLineConfig } from './mqtt/hub-config.ts';
import { Mqtt } from './mqtt/mqtt-config.ts';
import { NmeaLine, type NmeaLineConfig } from './nmea/line-config.ts';
import { Sdi12Line, type Sdi12LineConfig } from './sdi12/line-config.ts';
import { SparkplugLine, type SparkplugLineConfig } from './sparkplug/line-config.ts';

const PortNumber = Type.Integer({ minimum: 0, maximum: 65_535 });

export const Line = Type.Union([
  ModbusLine,
  DavisLine,
  MavlinkLine,
  NmeaLine,
  Sdi12Line,
  FirmataLine,
  LorawanLine,
  HubLine,
  SparkplugLine,
]);

export const GatewayFile = Type.Object(
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
        ca: Type.Optional(
          Type.String({
            minLength: 1,
            description:
              'File with the certificate that the cloud is known by (PEM), relative to this file. Default: those of the web.',
          }),
        ),
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
              maximum: 2_500,
              description:
                'Longest time between commits while nobody looks, default 2000. Each commit writes a page or two of 4 KiB whatever is in it, so a longer time spares a memory card; devices wait at most so long for their acknowledgement. 100: always ten a second.',
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
    actuators: Type.Optional(Type.Array(ActuatorEntry, { maxItems: LIMITS.actuatorsPerGateway })),
    mqtt: Type.Optional(Mqtt),
    profiles: Type.Optional(
      Type.Array(Type.String(), { description: 'Files with profiles of your own, YAML, relative to this file.' }),
    ),
  },
  closed,
);
export type GatewayFile = Static<typeof GatewayFile>;
/** A line with its groups made into devices (config/settle-lines.ts). */
export type LineConfig =
  | ModbusLineConfig
  | DavisLineConfig
  | MavlinkLineConfig
  | NmeaLineConfig
  | Sdi12LineConfig
  | FirmataLineConfig;
/** A line on which messages speak of several devices; it has no port. */
export type MessageLineConfig = LorawanLineConfig | HubLineConfig | SparkplugLineConfig;
export type GatewayConfig = Omit<GatewayFile, 'lines'> & { lines?: (LineConfig | MessageLineConfig)[] };

export const Secrets = Type.Object(
  {
    uplink: Type.String({ minLength: 1, description: "The gateway's password at the cloud's broker." }),
    devices: Type.Optional(
      Type.Record(Type.String(), Type.String({ minLength: 8 }), {
        description: 'Password of each MQTT device, passphrase of each vehicle whose frames are signed, by id.',
      }),
    ),
    sources: Type.Optional(
      Type.Record(Type.String(), Type.String({ minLength: 8 }), {
        description: 'Password of each LoRaWAN server, Sparkplug node or hub, by the name of its line.',
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
  /** Certificates by which the cloud is known, PEM. */
  uplinkCa?: string;
  /** Every device of every line and of MQTT, in the order of the file. */
  devices: ConfiguredDevice[];
  /** As the inventory has them; left out where there are none. */
  actuators?: CatalogActuator[];
}

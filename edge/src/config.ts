/**
 * The gateway's one configuration file: YAML, checked by this schema, then frozen. Nothing is filled in while checking;
 * defaults are read where they are used, through the constants below.
 */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import {
  channelKey,
  checker,
  Field,
  Id,
  JournalPolicy,
  KarezError,
  LIMITS,
  PROFILES,
  type Profile,
  parseProfile,
  profileOf,
} from '@karez/model';
import Type, { type Static } from 'typebox';
import { parseDocument } from 'yaml';

const closed = { additionalProperties: false } as const;
const Title = Type.String({ minLength: 1, maxLength: 120 });
const PortNumber = Type.Integer({ minimum: 0, maximum: 65_535 });
const Position = Type.Tuple([Type.Number({ minimum: -180, maximum: 180 }), Type.Number({ minimum: -90, maximum: 90 })]);

/** Where bytes come from: a serial device of this machine, or a serial server's raw TCP port. */
export const LinePort = Type.Union([
  Type.Object(
    {
      serial: Type.String({ minLength: 1, description: 'Path of the device, e.g. /dev/ttyUSB0.' }),
      baudRate: Type.Optional(Type.Integer({ minimum: 300, maximum: 4_000_000 })),
      parity: Type.Optional(
        Type.Union([Type.Literal('none'), Type.Literal('even'), Type.Literal('odd')], { description: 'Default none.' }),
      ),
      stopBits: Type.Optional(Type.Union([Type.Literal(1), Type.Literal(2)], { description: 'Default 1.' })),
    },
    closed,
  ),
  Type.Object({ tcp: Type.String({ pattern: '^[^:\\s]+:[0-9]{1,5}$', description: 'host:port' }) }, closed),
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
    topic: Type.Optional(Type.String({ pattern: '^[^+#\\s]+$', description: 'Default: devices/{id}/up.' })),
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
        url: Type.String({ pattern: '^(mqtt|mqtts|tcp|ssl)://[^\\s]+$' }),
        maxBytesPerSecond: Type.Optional(
          Type.Integer({ minimum: 100, maximum: 1_000_000_000, description: 'What a metered link may carry.' }),
        ),
        maxMegabytesPerMonth: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000 })),
      },
      closed,
    ),
    status: Type.Optional(Type.Object({ host: Type.Optional(Type.String()), port: PortNumber }, closed)),
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

/** What the configuration leaves out. */
export const DEFAULTS = {
  timeoutMs: 300,
  retries: 1,
  turnaroundMs: 10,
  journalLimitMb: 512,
  whenFull: 'keep-oldest',
  loopback: '127.0.0.1',
} as const;

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

const configChecker = checker(GatewayConfig, 'CONFIG_INVALID');
const secretsChecker = checker(Secrets, 'CONFIG_INVALID');

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

/**
 * Reads and checks a gateway's configuration.
 * @param path the YAML file; `data`, `secrets` and `profiles` in it are relative to its folder.
 * @throws KarezError FILE_UNREADABLE, CONFIG_INVALID (naming file, key and what was expected), PROFILE_UNKNOWN.
 */
export function loadConfig(path: string): LoadedConfig {
  const config = configChecker.parse(readYaml(path), path);
  const folder = dirname(resolve(path));
  const secretsPath = resolve(folder, config.secrets);
  const secrets = secretsChecker.parse(readYaml(secretsPath), secretsPath);
  const own = (config.profiles ?? []).map((file) => parseProfile(readYaml(resolve(folder, file)), file));
  const devices = checkReferences(config, secrets, [...own, ...PROFILES], path);
  return { config, secrets, dataDir: resolve(folder, config.data), devices };
}

/** A YAML file's content. Throws FILE_UNREADABLE or CONFIG_INVALID with the line of the mistake. */
export function readYaml(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new KarezError('FILE_UNREADABLE', `cannot read ${path}: ${(cause as Error).message}`, { cause, where: path });
  }
  const document = parseDocument(text, { prettyErrors: true });
  const problem = document.errors[0];
  if (problem !== undefined)
    throw new KarezError('CONFIG_INVALID', `${path}: ${problem.message}`, { cause: problem, where: path });
  return document.toJS({ maxAliasCount: 100 });
}

/** What a schema cannot say: ids are unique, fields and profiles exist, protocols fit their line, passwords are there. */
function checkReferences(
  config: GatewayConfig,
  secrets: Secrets,
  profiles: Profile[],
  path: string,
): ConfiguredDevice[] {
  const fail = (key: string, expected: string): never => {
    throw new KarezError('CONFIG_INVALID', `${path}: ${key} ${expected}`, { where: key });
  };
  const fields = new Set(config.fields.map((f) => f.id));
  if (fields.size !== config.fields.length) fail('fields', 'must have ids that differ');
  const seen = new Set<string>();
  const devices: ConfiguredDevice[] = [];
  const take = (device: DeviceConfig, protocol: Profile['protocol'], key: string): void => {
    if (seen.has(device.id)) fail(`${key}.id`, `must differ from all others; "${device.id}" stands there twice`);
    seen.add(device.id);
    if (device.field !== undefined && !fields.has(device.field))
      fail(`${key}.field`, `must be the id of a field of this file, not "${device.field}"`);
    const profileRecord = profileOf(device.profile, profiles);
    if (profileRecord.protocol !== protocol)
      fail(`${key}.profile`, `must be a ${protocol} profile; "${device.profile}" speaks ${profileRecord.protocol}`);
    devices.push({ ...device, profileRecord });
  };
  (config.lines ?? []).forEach((line, i) => {
    const key = `lines.${i}`;
    if (line.type === 'davis') take(line.device, 'davis', `${key}.device`);
    else for (const [j, device] of line.devices.entries()) take(device, line.type, `${key}.devices.${j}`);
    if (line.type === 'modbus')
      unique(
        line.devices.map((d) => d.address),
        `${key}.devices`,
        'addresses',
        fail,
      );
    if (line.type === 'mavlink')
      unique(
        line.devices.map((d) => d.systemId),
        `${key}.devices`,
        'systemIds',
        fail,
      );
  });
  (config.mqtt?.devices ?? []).forEach((device, i) => {
    take(device, 'mqtt-json', `mqtt.devices.${i}`);
    if (secrets.devices === undefined || !Object.hasOwn(secrets.devices, device.id))
      fail(`mqtt.devices.${i}`, `needs a password under devices.${device.id} in ${config.secrets}`);
  });
  if (devices.length > LIMITS.devicesPerGateway)
    fail('lines', `must hold at most ${LIMITS.devicesPerGateway} devices together with mqtt`);
  return devices;
}

function unique(values: number[], key: string, what: string, fail: (key: string, expected: string) => never): void {
  if (new Set(values).size !== values.length) fail(key, `must have ${what} that differ`);
}

/** The place of a channel on a configured device: its own, else the device's depth for soil or height for air. */
export function placeOf(device: DeviceConfig, channel: { quantity: string; place?: string }): string | undefined {
  if (channel.place !== undefined) return channel.place;
  if (device.depthCm !== undefined && channel.quantity.startsWith('soil.')) return `d${device.depthCm}`;
  if (device.heightCm !== undefined && /^(air|wind|solar|leaf)\./.test(channel.quantity)) return `h${device.heightCm}`;
  return undefined;
}

/** Names of a device's channels within the gateway, in profile order: `device/quantity[@place]`. */
export function channelNames(device: ConfiguredDevice): string[] {
  return device.profileRecord.channels.map(
    (c) => `${device.id}/${channelKey({ quantity: c.quantity, place: placeOf(device, c) })}`,
  );
}

/** Reads the configuration and what it refers to, and checks what a schema cannot say. */
import { dirname, resolve } from 'node:path';
import { type ErrorCode, KarezError, LIMITS, PROFILES, type Profile } from '@karez/model';
import { checker, parseProfile } from '@karez/model/schemas';
import { checkYaml } from '@karez/model/yaml';
import type { DeviceConfig } from './config/device.ts';
import type { LinePort } from './config/port.ts';
import { type ConfiguredDevice, GatewayConfig, type LineConfig, type LoadedConfig, Secrets } from './config.ts';
import { readYamlFile, type YamlFile } from './yaml.ts';

type Fail = (key: string, expected: string, code?: ErrorCode) => never;

const configChecker = checker(GatewayConfig, 'CONFIG_INVALID');
const secretsChecker = checker(Secrets, 'CONFIG_INVALID');

/**
 * Reads and checks a gateway's configuration.
 * @param path the YAML file; `data`, `secrets` and `profiles` in it are relative to its folder.
 * @throws KarezError FILE_UNREADABLE, CONFIG_INVALID (naming file, line, key and what was expected), PROFILE_UNKNOWN.
 */
export function loadConfig(path: string): LoadedConfig {
  const file = readYamlFile(path);
  const config = checkYaml(configChecker, file);
  const fail = failIn(file);
  const folder = dirname(resolve(path));
  const secretsFile = readYamlFile(resolve(folder, config.secrets));
  const secrets = checkYaml(secretsChecker, secretsFile, 'secret');
  const profiles = [...ownProfiles(config, folder, fail), ...PROFILES];
  checkHead(config, fail);
  checkPorts(config, fail);
  checkFraming(config, fail);
  const devices = configuredDevices(config, profiles, fail);
  checkMqtt(config, secrets, fail);
  return { config, secrets, dataDir: resolve(folder, config.data), devices };
}

function failIn(file: YamlFile): Fail {
  return (key, expected, code = 'CONFIG_INVALID') => {
    throw new KarezError(code, `${file.where(key)}: ${key} ${expected}`, { where: key });
  };
}

function ownProfiles(config: GatewayConfig, folder: string, fail: Fail): Profile[] {
  const own: Profile[] = [];
  for (const [i, name] of (config.profiles ?? []).entries()) {
    const file = readYamlFile(resolve(folder, name));
    const profile = parseProfile(file.value, file.path);
    if (own.some((p) => p.id === profile.id))
      fail(`profiles.${i}`, `must differ in id; ${profile.id} stands there twice`);
    own.push(profile);
  }
  return own;
}

function checkHead({ farm, fields, uplink }: GatewayConfig, fail: Fail): void {
  if (farm.timeZone !== undefined && !isTimeZone(farm.timeZone))
    fail('farm.timeZone', `must be the name of a time zone, e.g. Asia/Urumqi, not "${farm.timeZone}"`);
  if (!URL.canParse(uplink.url)) fail('uplink.url', `must be like mqtts://cloud.example:8883, not "${uplink.url}"`);
  differ(
    fields,
    (f) => f.id,
    (i) => `fields.${i}.id`,
    fail,
  );
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }) !== undefined;
  } catch {
    return false;
  }
}

/** What a Modbus line's framing asks of its port and addresses. */
function checkFraming({ lines = [] }: GatewayConfig, fail: Fail): void {
  for (const [i, line] of lines.entries()) {
    if (line.type !== 'modbus') continue;
    if (line.framing === 'tcp') {
      if (!('tcp' in line.port)) fail(`lines.${i}.framing`, 'must be rtu on a serial port; tcp needs port: { tcp: … }');
      continue;
    }
    for (const [j, { address }] of line.devices.entries())
      if (address < 1 || address > 247)
        fail(`lines.${i}.devices.${j}.address`, `must be from 1 to 247 on a line, not ${address}`);
  }
}

/** Each line has one port of its own. */
function checkPorts({ lines = [] }: GatewayConfig, fail: Fail): void {
  const nameOf = (port: LinePort) => ('serial' in port ? port.serial : port.tcp);
  for (const [i, { port }] of lines.entries()) {
    const number = 'tcp' in port ? Number(port.tcp.split(':')[1]) : 1;
    if (number < 1 || number > 65_535) fail(`lines.${i}.port.tcp`, `must have a port from 1 to 65535, not ${number}`);
  }
  differ(
    lines,
    (line) => nameOf(line.port),
    (i) => `lines.${i}.port`,
    fail,
  );
}

/** What tells the devices of one line apart: the key's name, and what each has there. */
function addressesOf(line: Exclude<LineConfig, { device: unknown }>): [name: string, addresses: (number | string)[]] {
  switch (line.type) {
    case 'modbus':
      return ['address', line.devices.map((d) => d.address)];
    case 'mavlink':
      return ['systemId', line.devices.map((d) => d.systemId)];
  }
}

/** Every device of every line and of MQTT, in the order of the file, with its profile. */
function configuredDevices(config: GatewayConfig, profiles: Profile[], fail: Fail): ConfiguredDevice[] {
  const fields = new Set(config.fields.map((f) => f.id));
  const all: { device: DeviceConfig; protocol: Profile['protocol']; key: string }[] = [];
  for (const [i, line] of (config.lines ?? []).entries()) {
    const key = `lines.${i}`;
    if ('device' in line) {
      all.push({ device: line.device, protocol: line.type, key: `${key}.device` });
      continue;
    }
    for (const [j, device] of line.devices.entries())
      all.push({ device, protocol: line.type, key: `${key}.devices.${j}` });
    const [name, addresses] = addressesOf(line);
    differ(
      addresses,
      (address) => address,
      (j) => `${key}.devices.${j}.${name}`,
      fail,
    );
  }
  for (const [i, device] of (config.mqtt?.devices ?? []).entries())
    all.push({ device, protocol: 'mqtt-json', key: `mqtt.devices.${i}` });
  if (all.length > LIMITS.devicesPerGateway)
    fail('lines', `must hold at most ${LIMITS.devicesPerGateway} devices together with mqtt, not ${all.length}`);
  differ(
    all,
    ({ device }) => device.id,
    (i) => `${(all[i] as { key: string }).key}.id`,
    fail,
  );
  return all.map(({ device, protocol, key }) => {
    if (device.field !== undefined && !fields.has(device.field))
      fail(`${key}.field`, `must be the id of a field of this file, not "${device.field}"`);
    const profileRecord = profiles.find((p) => p.id === device.profile);
    if (profileRecord === undefined) {
      const known = profiles.map((p) => p.id).join(', ');
      return fail(`${key}.profile`, `must be one of ${known}, not "${device.profile}"`, 'PROFILE_UNKNOWN');
    }
    if (profileRecord.protocol !== protocol)
      fail(`${key}.profile`, `must be a ${protocol} profile; "${device.profile}" speaks ${profileRecord.protocol}`);
    return { ...device, profileRecord };
  });
}

function checkMqtt({ mqtt, secrets: secretsName }: GatewayConfig, secrets: Secrets, fail: Fail): void {
  const devices = mqtt?.devices ?? [];
  for (const [i, { id }] of devices.entries()) {
    if (secrets.devices === undefined || !Object.hasOwn(secrets.devices, id))
      fail(`mqtt.devices.${i}`, `needs a password under devices.${id} in ${secretsName}`);
  }
  differ(
    devices,
    ({ id, topic }) => topic ?? `devices/${id}/up`,
    (i) => `mqtt.devices.${i}.topic`,
    fail,
  );
}

/** What is said of each must differ from what is said of the others. */
function differ<T>(
  items: readonly T[],
  of: (item: T) => string | number,
  key: (i: number) => string,
  fail: Fail,
): void {
  const seen = new Set<string | number>();
  for (const [i, item] of items.entries()) {
    const value = of(item);
    if (seen.has(value)) fail(key(i), `must differ from the others; ${JSON.stringify(value)} stands there twice`);
    seen.add(value);
  }
}

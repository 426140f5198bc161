/** Reads the configuration and what it refers to, and checks what a schema cannot say. */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { ALERT_DEVICE, COMMAND_DEVICE, deepFreeze, KarezError, LIMITS, PROFILES, type Profile } from '@karez/model';
import { checker, parseProfile } from '@karez/model/schemas';
import { checkYaml, unreadable } from '@karez/model/yaml';
import { checkCalibrations } from './calibrate/check-calibration.ts';
import { withCodec } from './codec/profile-codec.ts';
import { settleActuators } from './commands/actuator-config.ts';
import { differ, type Fail } from './config/differ.ts';
import { portAddress, portName } from './config/port.ts';
import { type PlacedDevice, settleLines } from './config/settle-lines.ts';
import { type ConfiguredDevice, type GatewayConfig, GatewayFile, type LoadedConfig, Secrets } from './config.ts';
import { type BoardDevice, checkBoardDevice } from './firmata/line-config.ts';
import { checkSources } from './mqtt/check-sources.ts';
import { readYamlFile, type YamlFile } from './yaml.ts';

const configChecker = checker(GatewayFile, 'CONFIG_INVALID');
const secretsChecker = checker(Secrets, 'CONFIG_INVALID');

/**
 * Reads and checks a gateway's configuration.
 * @param path the YAML file; `data`, `secrets`, `profiles` and `uplink.ca` in it are relative to its folder.
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
  const { lines, devices: placed } = settleLines(config, folder, fail);
  const devices = configuredDevices(config, placed, profiles, fail);
  checkMqtt(config, secrets, fail);
  checkSigned(placed, secrets, config.secrets, fail);
  checkSources(config, secrets, fail);
  const actuators = settleActuators(
    config,
    devices.map(({ id }) => id),
    fail,
  );
  const settled = deepFreeze(config.lines === undefined ? config : { ...config, lines }) as GatewayConfig;
  const uplinkCa = readCa(config, folder, fail);
  return {
    ...{ config: settled, secrets, dataDir: resolve(folder, config.data), devices, actuators },
    ...(uplinkCa === undefined ? {} : { uplinkCa }),
  };
}

function readCa({ uplink }: GatewayFile, folder: string, fail: Fail): string | undefined {
  if (uplink.ca === undefined) return undefined;
  if (!/^(mqtts|ssl):/.test(uplink.url)) fail('uplink.ca', 'needs an address that begins with mqtts://');
  const path = resolve(folder, uplink.ca);
  let text = '';
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw unreadable(path, cause);
  }
  if (!text.includes('-----BEGIN CERTIFICATE-----')) fail('uplink.ca', `must be a certificate in PEM; ${path} is none`);
  return text;
}

function failIn(file: YamlFile): Fail {
  return (key, expected, code = 'CONFIG_INVALID') => {
    throw new KarezError(code, `${file.where(key)}: ${key} ${expected}`, { where: key });
  };
}

function ownProfiles(config: GatewayFile, folder: string, fail: Fail): Profile[] {
  const own: Profile[] = [];
  for (const [i, name] of (config.profiles ?? []).entries()) {
    const file = readYamlFile(resolve(folder, name));
    const profile = withCodec(parseProfile(file.value, file.path), file.path);
    if (own.some((p) => p.id === profile.id))
      fail(`profiles.${i}`, `must differ in id; ${profile.id} stands there twice`);
    own.push(profile);
  }
  return own;
}

function checkHead({ farm, fields, uplink }: GatewayFile, fail: Fail): void {
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

/** Each line has one port of its own. */
function checkPorts({ lines = [] }: GatewayFile, fail: Fail): void {
  const ported = lines.flatMap((line, i) => ('port' in line ? [{ port: line.port, i }] : []));
  for (const { port, i } of ported) {
    const { key, address } = portAddress(port) ?? { key: '', address: ':1' };
    const number = Number(address.split(':')[1]);
    if (number < 1 || number > 65_535)
      fail(`lines.${i}.port.${key}`, `must have a port from 1 to 65535, not ${number}`);
  }
  differ(
    ported,
    ({ port }) => portName(port),
    (j) => `lines.${ported[j]?.i}.port`,
    fail,
  );
}

/** Every device of every line and of MQTT, in the order of the file, with its profile. */
function configuredDevices(
  config: GatewayFile,
  placed: readonly PlacedDevice[],
  profiles: Profile[],
  fail: Fail,
): ConfiguredDevice[] {
  const fields = new Set(config.fields.map((f) => f.id));
  const all = [...placed];
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
    if (device.id === ALERT_DEVICE || device.id === COMMAND_DEVICE)
      fail(`${key}.id`, `must not be "${device.id}": the gateway's own ${device.id} have it`);
    if (device.field !== undefined && !fields.has(device.field))
      fail(`${key}.field`, `must be the id of a field of this file, not "${device.field}"`);
    const profileRecord = profiles.find((p) => p.id === device.profile);
    if (profileRecord === undefined) {
      const known = profiles.map((p) => p.id).join(', ');
      return fail(`${key}.profile`, `must be one of ${known}, not "${device.profile}"`, 'PROFILE_UNKNOWN');
    }
    if (profileRecord.protocol !== protocol)
      fail(`${key}.profile`, `must be a ${protocol} profile; "${device.profile}" speaks ${profileRecord.protocol}`);
    if (profileRecord.protocol === 'firmata') checkBoardDevice(device as BoardDevice, profileRecord, key, fail);
    checkCalibrations(device.calibration ?? [], profileRecord, key, fail);
    return { ...device, profileRecord };
  });
}

function checkMqtt({ mqtt, secrets: secretsName }: GatewayFile, secrets: Secrets, fail: Fail): void {
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

/** Who is to sign needs something to sign with. */
function checkSigned(placed: readonly PlacedDevice[], secrets: Secrets, secretsName: string, fail: Fail): void {
  for (const { device, key } of placed) {
    const isSigned = (device as { signed?: boolean }).signed === true;
    if (isSigned && (secrets.devices === undefined || !Object.hasOwn(secrets.devices, device.id)))
      fail(`${key}.signed`, `needs a passphrase under devices.${device.id} in ${secretsName}`);
  }
}

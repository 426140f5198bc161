/** What a schema cannot say of sources of messages: names and keys that differ, passwords, addresses, files. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { differ, type Fail } from '../config/differ.ts';
import type { GatewayFile, MessageLineConfig, Secrets } from '../config.ts';

export const isMessageLine = (line: { type: string }): line is MessageLineConfig => 'name' in line;

/** What the messages of a line name each device by: the key's name, and what each has there. */
function keysOf(line: MessageLineConfig): [name: string, keys: (string | undefined)[]][] {
  switch (line.type) {
    case 'lorawan':
      return [
        ['devEui', line.devices.map(({ devEui }) => devEui?.toLowerCase())],
        ['deviceId', line.devices.map(({ deviceId }) => deviceId)],
      ];
    case 'sparkplug':
      return [['device', line.devices.map(({ group, node, device = '' }) => `${group}/${node}/${device}`)]];
    case 'mqtt-json':
      return [['key', line.devices.map(({ id, key }) => key ?? id)]];
  }
}

/** The message lines with their paths made absolute. */
export function settleSource(line: MessageLineConfig, key: string, folder: string, fail: Fail): MessageLineConfig {
  for (const [name, keys] of keysOf(line)) {
    const given = keys.flatMap((value, i) => (value === undefined ? [] : [{ value, i }]));
    differ(
      given,
      ({ value }) => value,
      (j) => `${key}.devices.${given[j]?.i}.${name}`,
      fail,
    );
  }
  if (line.type === 'lorawan')
    for (const [i, { devEui, deviceId }] of line.devices.entries())
      if (devEui === undefined && deviceId === undefined) fail(`${key}.devices.${i}.devEui`, 'is missing');
  if (line.server !== undefined && !URL.canParse(line.server))
    fail(`${key}.server`, `must be like mqtts://chirpstack.local:8883, not "${line.server}"`);
  if (line.server === undefined)
    for (const name of ['user', 'clientId', 'ca'] as const)
      if (line[name] !== undefined) fail(`${key}.${name}`, 'must be left out where there is no server');
  if (line.ca === undefined) return line;
  const ca = resolve(folder, line.ca);
  if (!existsSync(ca)) fail(`${key}.ca`, `must name a file that is there, not ${ca}`, 'FILE_UNREADABLE');
  return { ...line, ca };
}

/** Names and passwords of sources, beside those of the devices of the gateway's own broker. */
export function checkSources({ lines = [], mqtt, secrets: file }: GatewayFile, secrets: Secrets, fail: Fail): void {
  const names = new Set((mqtt?.devices ?? []).map(({ id }) => id));
  for (const [i, line] of lines.entries()) {
    if (!isMessageLine(line)) continue;
    const key = `lines.${i}`;
    if (names.has(line.name))
      fail(`${key}.name`, `must differ from the others and from MQTT devices; "${line.name}" stands there twice`);
    names.add(line.name);
    if (line.server !== undefined) continue;
    if (mqtt === undefined)
      fail(
        `${key}.server`,
        "is missing; without it messages come to the gateway's own broker, and that needs mqtt: { port: … }",
      );
    if (secrets.sources === undefined || !Object.hasOwn(secrets.sources, line.name))
      fail(`${key}.name`, `needs a password under sources.${line.name} in ${file}`);
  }
}

/** Lines as those who speak on them need them: groups made into devices, addresses told apart, each with its place in the file. */
import type { Protocol } from '@karez/model';
import type { GatewayFile, LineConfig, MessageLineConfig } from '../config.ts';
import { checkFirmataLine } from '../firmata/line-config.ts';
import { isMessageLine, settleSource } from '../mqtt/check-sources.ts';
import { checkSdi12Line } from '../sdi12/line-config.ts';
import type { DeviceConfig } from './device.ts';
import { type DeviceGroup, devicesOfGroup, type GroupContext } from './device-group.ts';
import { differ, type Fail } from './differ.ts';

/** Where the devices of a line of several have their addresses, and what these may be. */
const ADDRESSES: Record<
  Exclude<LineConfig, { device: unknown } | { type: 'firmata' }>['type'],
  Pick<GroupContext, 'single' | 'several' | 'addresses'>
> = {
  modbus: { single: 'address', several: 'addresses', addresses: { least: 0, most: 255 } },
  mavlink: { single: 'systemId', several: 'systemIds', addresses: { least: 1, most: 255 } },
  sdi12: { single: 'address', several: 'addresses', addresses: 'characters' },
};

/** A device and the key that it has in the file. */
export interface PlacedDevice {
  device: DeviceConfig;
  protocol: Protocol;
  key: string;
}

export function settleLines(
  file: GatewayFile,
  folder: string,
  fail: Fail,
): { lines: (LineConfig | MessageLineConfig)[]; devices: PlacedDevice[] } {
  const lines: (LineConfig | MessageLineConfig)[] = [];
  const devices: PlacedDevice[] = [];
  const fieldTitle = (id: string) => file.fields.find((f) => f.id === id)?.title;
  for (const [i, line] of (file.lines ?? []).entries()) {
    const key = `lines.${i}`;
    if ('device' in line) {
      lines.push(line);
      devices.push({ device: line.device, protocol: line.type, key: `${key}.device` });
      continue;
    }
    if (line.type === 'firmata' || isMessageLine(line)) {
      if (line.type === 'firmata') checkFirmataLine(line, key, fail);
      lines.push(line.type === 'firmata' ? line : settleSource(line, key, folder, fail));
      for (const [j, device] of line.devices.entries())
        devices.push({ device, protocol: line.type, key: `${key}.devices.${j}` });
      continue;
    }
    const { single, several, addresses } = ADDRESSES[line.type];
    if (line.devices === undefined && !('outputs' in line && line.outputs !== undefined))
      fail(`${key}.devices`, 'is missing; a line has devices, or outputs, or both');
    const entries: [key: string, entry: Record<string, unknown>][] = Array.isArray(line.devices)
      ? line.devices.map((entry, j) => [`${key}.devices.${j}`, entry])
      : line.devices === undefined
        ? []
        : [[`${key}.devices`, line.devices]];
    const placed = entries.flatMap(([at, entry]) =>
      several in entry
        ? devicesOfGroup(entry as DeviceGroup, { single, several, addresses, key: at, fieldTitle, fail }).map(
            (device) => ({ device, at, addressKey: `${at}.${several}` }),
          )
        : [{ device: entry, at, addressKey: `${at}.${single}` }],
    );
    differ(
      placed,
      ({ device }) => (addresses === 'characters' ? String(device[single]) : (device[single] as number)),
      (j) => placed[j]?.addressKey as string,
      fail,
    );
    const settled = { ...line, devices: placed.map(({ device }) => device) } as LineConfig;
    checkFraming(settled, placed, key, fail);
    if (settled.type === 'sdi12') checkSdi12Line(settled, key, fail);
    lines.push(settled);
    for (const { device, at } of placed) devices.push({ device: device as DeviceConfig, protocol: line.type, key: at });
  }
  return { lines, devices };
}

/** What a Modbus line's framing asks of its port and addresses. */
function checkFraming(line: LineConfig, placed: readonly { addressKey: string }[], key: string, fail: Fail): void {
  if (line.type !== 'modbus') return;
  if (line.framing === 'tcp') {
    if (!('tcp' in line.port)) fail(`${key}.framing`, 'must be rtu on a serial port; tcp needs port: { tcp: … }');
    return;
  }
  for (const [j, { address }] of line.devices.entries())
    if (address < 1 || address > 247)
      fail(placed[j]?.addressKey as string, `must be from 1 to 247 on a line, not ${address}`);
  for (const [j, { address }] of (line.outputs ?? []).entries())
    if (address < 1 || address > 247)
      fail(`${key}.outputs.${j}.address`, `must be from 1 to 247 on a line, not ${address}`);
}

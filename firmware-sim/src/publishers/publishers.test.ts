/** Publishers of a farm: what they tell is the same for the same seed, and looks as real servers' messages do. */
import { describe, expect, test } from 'vitest';
import { LORAWAN_EVENTS, type LorawanFrame } from '../codec/lorawan-events.ts';
import type { SimConfig } from '../config.ts';
import { Farm } from '../farm.ts';
import type { FaultCommand } from '../faults/fault-order.ts';
import type { SparkplugTold } from '../node/sparkplug-sender.ts';
import type { LorawanMessage } from './lorawan-server.ts';

const START = Date.UTC(2026, 5, 10, 3);
const config: SimConfig = {
  ...{ seed: 7, start: 'now', site: { latitude: 44.3, longitude: 86.05, elevationM: 450 } },
  fields: [
    {
      ...{ id: 'north', soil: 'loam' },
      outline: [
        [86.05, 44.302],
        [86.0541, 44.3021],
        [86.0543, 44.3041],
      ],
    },
  ],
  publishers: [
    {
      ...{ type: 'lorawan', name: 'server', network: 'ttn', broker: 'mqtt://127.0.0.1:1', everyS: 60 },
      devices: [
        { device: 'mast', kind: 'decentlab-atm41', devEui: '70B3D57BA0000001', field: 'north' },
        { device: 'soil', kind: 'dragino-lse01', devEui: '70b3d57ba0000002', field: 'north', depthCm: 20, everyS: 30 },
      ],
    },
    {
      ...{ type: 'sparkplug', name: 'edge', broker: 'mqtt://127.0.0.1:1', everyS: 20, group: 'g', node: 'n' },
      devices: [
        { device: 'barn', field: 'north', depthsCm: [10] },
        { device: 'west', below: 'p', field: 'north', depthsCm: [10, 30] },
      ],
    },
  ],
};

function run(seed = 7, ...faults: FaultCommand[]) {
  const told: { publisher: number; atMs: number; it: LorawanMessage | SparkplugTold }[] = [];
  const power: string[] = [];
  const farm = new Farm(
    { ...config, faults },
    { seed, startMs: START, firstCounter: 1 },
    {
      ...{ bytes() {}, message() {} },
      told: (publisher, it) => told.push({ publisher, atMs: farm.nowMs - START, it: it as LorawanMessage }),
      power: (device, isOn) => power.push(`${device} ${isOn ? 'on' : 'off'}`),
    },
  );
  farm.advance(START + 240_000);
  const of = (device: string) => told.filter(({ it }) => it.device === device);
  return { told, power, of };
}

test('the same seed tells the same, another one something else', () => {
  const [a, b, c] = [run(), run(), run(8)];
  expect(a.told).toEqual(b.told);
  expect(a.told).not.toEqual(c.told);
  expect(['mast', 'soil', 'barn', 'west'].map((id) => a.of(id).length)).toEqual([5, 9, 12, 12]);
});

test('a device joins before its first uplink, and again after a restart, under another address', () => {
  const { of, power } = run(7, { fault: 'brown-out', device: 'soil', afterS: 100, forS: 35 });
  const seen = of('soil').map(({ it }) => {
    const { n, payload } = it as LorawanMessage;
    const { end_device_ids: ids } = JSON.parse(payload) as { end_device_ids: { dev_addr: string } };
    return { n, address: ids.dev_addr };
  });
  const again = seen.findLastIndex(({ n }) => n === undefined);
  expect(seen[0]?.n).toBeUndefined();
  expect(again).toBeGreaterThan(3);
  expect(seen[again + 1]?.n).toBe(0);
  expect(new Set(seen.slice(0, again).map((s) => s.address)).size).toBe(1);
  expect(seen[again]?.address).not.toBe(seen[0]?.address);
  expect(power).toEqual(['soil off', 'soil on']);
});

test('late messages come later with the times that they had; what waits in a node says that it is of the past', () => {
  const { of } = run(7, ...['soil', 'west'].map((device) => ({ fault: 'late' as const, device, byS: 100, forS: 40 })));
  const lateness = (device: string) => of(device).map(({ atMs, it }) => Math.round((START + atMs - it.t) / 1_000));
  expect(new Set(lateness('soil'))).toEqual(new Set([0, 100]));
  expect(lateness('west').filter((s) => s === 100)).toHaveLength(2);
  const west = of('west').map(({ it }) => (it as SparkplugTold).isLate);
  expect(west.filter(Boolean)).toHaveLength(2);
});

describe('events', () => {
  const frame: LorawanFrame = {
    ...{ device: 'soil', devEui: '70b3d57ba0000002', devAddr: '26001122', fCnt: 0, fPort: 2 },
    ...{ bytes: Uint8Array.of(1, 2, 3), gatewayMs: START, serverMs: START + 45, nanos: 1_234, rssi: -101, snr: 0 },
  };
  const up = (network: 'chirpstack' | 'ttn', more: Partial<LorawanFrame> = {}) => {
    const { topic, payload } = LORAWAN_EVENTS[network].up({ ...frame, ...more });
    return { topic, event: JSON.parse(payload) as Record<string, unknown> };
  };

  test('of ChirpStack leave out what is 0', () => {
    const { topic, event } = up('chirpstack');
    expect(topic).toMatch(/^application\/[0-9a-f-]{36}\/device\/70b3d57ba0000002\/event\/up$/);
    expect(event).toMatchObject({ time: '2026-06-10T03:00:00.000001234+00:00', fPort: 2, data: 'AQID' });
    expect(event).not.toHaveProperty('fCnt');
    const [heard] = event.rxInfo as Record<string, unknown>[];
    expect(heard).toMatchObject({ rssi: -101, nsTime: '2026-06-10T03:00:00.045001234+00:00' });
    expect(heard).not.toHaveProperty('snr');
    expect(up('chirpstack', { fCnt: 9 }).event.fCnt).toBe(9);
    expect(up('chirpstack', { bytes: new Uint8Array() }).event).not.toHaveProperty('data');
  });

  test('of The Things Stack write their numbers and names as it does', () => {
    const { topic, event } = up('ttn', { fCnt: 300 });
    expect(topic).toBe('v3/field@ttn/devices/soil/up');
    expect(event).toMatchObject({
      end_device_ids: { device_id: 'soil', dev_eui: '70B3D57BA0000002', dev_addr: '26001122' },
      uplink_message: { f_port: 2, f_cnt: 300, frm_payload: 'AQID', settings: { frequency: '868100000' } },
    });
    expect(up('ttn').event.uplink_message).not.toHaveProperty('f_cnt');
  });
});

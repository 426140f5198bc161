/**
 * A simulated Sparkplug edge node with three soil nodes, read by a whole gateway through its own broker: births, data by alias,
 * its death by will, rebirths after gaps, what it measured while nobody heard it.
 */
import { afterEach, describe, expect, test } from 'vitest';
import { MqttGateway } from './mqtt-gateway.ts';
import type { StoredReading } from './virtual-gateway.ts';

const START = Date.UTC(2026, 5, 10, 3);
const EVERY_S = 20;
/** Samples of each device. */
const EACH = 20;
/** The node itself, and what is below it. */
const DEVICES = [{ id: 'barn' }, { id: 'east', device: 'probe-east' }, { id: 'west', device: 'probe-west' }] as const;

let current: MqttGateway | undefined;
afterEach(async () => {
  await current?.end();
  current = undefined;
});

async function start(faults: Parameters<typeof MqttGateway.start>[3] = [], hostId?: string) {
  const host = hostId === undefined ? {} : { hostId };
  current = await MqttGateway.start(
    { startMs: START, forS: EACH * EVERY_S },
    [
      {
        ...{ type: 'sparkplug', name: 'farm', ...host },
        devices: DEVICES.map((device) => ({
          ...{ profile: 'sparkplug-soil-node', field: 'north', group: 'farm', node: 'barn', ...device },
        })),
      },
    ],
    [
      {
        ...{ type: 'sparkplug', name: 'farm', everyS: EVERY_S, group: 'farm', node: 'barn', ...host },
        devices: DEVICES.map(({ id, ...more }) => ({
          ...{ device: id, field: 'north', depthsCm: [10, 30] },
          ...('device' in more ? { below: more.device } : {}),
        })),
      },
    ],
    faults,
  );
  return current;
}
const TO_END_MS = EACH * EVERY_S * 1_000 + 30_000;
const at = (readings: readonly StoredReading[], device: string, channel = 'soil.moisture@d10') =>
  readings.filter((r) => r.device === device && r.channel === channel && !Number.isNaN(r.value));
const timesOf = (readings: readonly StoredReading[]) => new Set(readings.map((r) => r.timeMs)).size;

describe('an edge node and what is below it', () => {
  test('every sample is stored once, with its time, as the world was', async () => {
    const gateway = await start();
    await gateway.advance(TO_END_MS);
    const { status } = gateway.gateway.view();
    const sent = gateway.simulator.report().publishers;
    const readings = await gateway.stop();
    expect(status.devices.map(({ id, trouble, rejected }) => [id, trouble, rejected])).toEqual(
      DEVICES.map(({ id }) => [id, null, 0]),
    );
    expect(sent).toMatchObject({ sent: EACH * DEVICES.length, waiting: 0, dropped: 0 });
    for (const { id } of DEVICES)
      for (const channel of ['soil.moisture@d10', 'soil.ec@d30', 'battery.voltage', 'radio.rssi'])
        expect([id, channel, at(readings, id, channel).length]).toEqual([id, channel, EACH]);
    for (const { device, timeMs, value } of [...at(readings, 'east'), ...at(readings, 'west')]) {
      const world = gateway.worldAt(timeMs);
      expect(Math.abs(value - world.soilAt('north', 10, device).moisturePct)).toBeLessThanOrEqual(0.0501);
    }
    expect(at(readings, 'barn', 'radio.rssi').every(({ value }) => value < -50)).toBe(true);
  });

  test('after lost and broken messages it is asked to be born again; what came by alias meanwhile is not lost', async () => {
    const gateway = await start([
      { fault: 'lose-messages', device: 'east', afterS: 60, forS: 40 },
      { fault: 'bad-payload', device: 'west', afterS: 200, forS: 20 },
    ]);
    await gateway.advance(TO_END_MS);
    const { status } = gateway.gateway.view();
    const fired = (device: string) => gateway.simulator.farm.faults.fired.get(device) as number;
    const struck = [fired('east'), fired('west')] as const;
    const sent = gateway.simulator.report().publishers;
    const readings = await gateway.stop();
    expect(sent.repeated).toBeGreaterThanOrEqual(2);
    expect(status.devices.map(({ trouble }) => trouble)).toEqual([null, null, null]);
    expect(at(readings, 'barn')).toHaveLength(EACH);
    // The birth says the last value that was lost.
    expect(timesOf(at(readings, 'east'))).toBeGreaterThanOrEqual(EACH - struck[0]);
    expect(timesOf(at(readings, 'west'))).toBeGreaterThanOrEqual(EACH - struck[1]);
    for (const { id } of DEVICES) expect(timesOf(at(readings, id)), id).toBe(at(readings, id).length);
  });

  test('without power it is offline and its values are gone; born again it goes on', async () => {
    const gateway = await start([
      { fault: 'brown-out', device: 'barn', afterS: 100, forS: 60 },
      { fault: 'brown-out', device: 'west', afterS: 300, forS: 40 },
    ]);
    await gateway.advance(120_000);
    expect(gateway.gateway.view().status.devices.map(({ trouble }) => trouble)).toEqual(
      Array(3).fill('its edge node is offline'),
    );
    await gateway.advance(200_000);
    expect(gateway.gateway.view().status.devices.map(({ trouble }) => trouble)).toEqual([
      ...[null, null],
      'the edge node says that it is offline',
    ]);
    await gateway.advance(TO_END_MS - 320_000);
    expect(gateway.gateway.view().status.devices.map(({ trouble }) => trouble)).toEqual([null, null, null]);
    const readings = await gateway.stop();
    const gone = readings.filter((r) => r.channel === 'soil.moisture@d10' && Number.isNaN(r.value));
    for (const { id } of DEVICES) expect([id, gone.some((r) => r.device === id)]).toEqual([id, true]);
    expect(at(readings, 'barn')).toHaveLength(EACH - 3);
  });

  test('what it measured while the gateway was away it sends as history', async () => {
    const gateway = await start([], 'karez');
    await gateway.advance(100_000);
    await gateway.restart(120_000);
    await gateway.advance(TO_END_MS - 220_000);
    const sent = gateway.simulator.report().publishers;
    const readings = await gateway.stop();
    expect(sent).toMatchObject({ waiting: 0, dropped: 0 });
    for (const { id } of DEVICES) expect([id, timesOf(at(readings, id))]).toEqual([id, EACH]);
  });

  test('what it sends twice or hours late is stored once, and its absent sensors and its clock in 1970 are not believed', async () => {
    const gateway = await start([
      { fault: 'duplicate', device: 'east', times: 3 },
      { fault: 'late', device: 'west', byS: 150, forS: 100 },
      { fault: 'absent', device: 'east', value: 'temperatureC' },
      { fault: 'clock-1970', device: 'barn', afterS: 200, forS: 100 },
    ]);
    await gateway.advance(TO_END_MS);
    const { repeats } = gateway.gateway.view().counts;
    const readings = await gateway.stop();
    expect(at(readings, 'east')).toHaveLength(EACH);
    expect(repeats).toBeGreaterThanOrEqual(2 * (EACH - 1));
    expect(at(readings, 'east', 'soil.temperature@d10')).toEqual([]);
    expect(timesOf(at(readings, 'west'))).toBe(EACH);
    for (const { timeMs } of readings) expect(timeMs).toBeGreaterThanOrEqual(START - 1_000);
  });
});

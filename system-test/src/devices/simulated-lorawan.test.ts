/**
 * Every LoRaWAN device that the simulator plays, behind both kinds of server, read by a whole gateway through its own broker:
 * what is stored is what the simulated world says, to the device's last digit, once, and at the time of reception.
 */
import { SIM_LORAWAN_DEVICES, type SimLorawanKind } from '@karez/firmware-sim';
import { type LorawanProfile, profileOf } from '@karez/model';
import { afterEach, describe, expect, test } from 'vitest';
import { MqttGateway } from './mqtt-gateway.ts';
import type { StoredReading } from './virtual-gateway.ts';

const START = Date.UTC(2026, 5, 10, 3);
const KINDS = Object.keys(SIM_LORAWAN_DEVICES) as SimLorawanKind[];
const euiOf = (i: number) => (0x70b3d57ba0000000n + BigInt(i)).toString(16);

let current: MqttGateway | undefined;
afterEach(async () => {
  await current?.end();
  current = undefined;
});

const EVERY_S = 30;
/** Samples of each device. */
const EACH = 20;
/** Soil probes with the last digits of what they send. */
const SOIL: readonly [SimLorawanKind, moisture: number, temperature: number][] = [
  ['decentlab-trs12', 0.004, 0.1],
  ['dragino-lse01', 0.01, 0.01],
  ['sensecap-s2105', 0.01, 0.01],
  ['milesight-em500-smtc', 0.5, 0.1],
];

async function start(network: 'chirpstack' | 'ttn', faults: Parameters<typeof MqttGateway.start>[3] = []) {
  current = await MqttGateway.start(
    { startMs: START, forS: EACH * EVERY_S },
    [
      {
        ...{ type: 'lorawan', name: 'server', network },
        devices: KINDS.map((kind, i) => ({ id: kind, profile: kind, field: 'north', devEui: euiOf(i) })),
      },
    ],
    [
      {
        ...{ type: 'lorawan', name: 'server', network, everyS: EVERY_S },
        devices: KINDS.map((kind, i) => ({ device: kind, kind, devEui: euiOf(i), field: 'north', depthCm: 20 })),
      },
    ],
    faults,
  );
  return current;
}

const at = (readings: readonly StoredReading[], device: string, channel: string) =>
  readings.filter((r) => r.device === device && r.channel === channel);
/** By half of the last digit that a device sends. */
const nearOneOf = (values: readonly number[], digit: number) => ({
  asymmetricMatch: (got: number) => values.some((value) => Math.abs(got - value) <= digit / 2 + 1e-9),
  toString: () => `within half of ${digit} of ${values.join(' or ')}`,
});
const near = (value: number, digit: number) => nearOneOf([value], digit);

describe.each(['chirpstack', 'ttn'] as const)('behind %s', (network) => {
  test('all that is sent is stored once, at the time of reception, as the world was', async () => {
    const gateway = await start(network);
    await gateway.advance(EACH * EVERY_S * 1_000 + 1_000);
    const { status, counts } = gateway.gateway.view();
    const { ignored } = gateway.gateway.pipeline.counts;
    const sent = gateway.simulator.report().publishers;
    const readings = await gateway.stop();
    expect(status.devices.map(({ id, trouble, rejected }) => [id, trouble, rejected])).toEqual(
      KINDS.map((kind) => [kind, null, 0]),
    );
    // Each device joins once before it speaks.
    expect(sent).toMatchObject({ waiting: 0, dropped: 0, sent: (EACH + 1) * KINDS.length });
    expect([...ignored]).toEqual([[network === 'ttn' ? 'lorawan join-accept' : 'lorawan join', KINDS.length]]);
    expect([readings.length, counts.repeats]).toEqual([counts.accepted, 0]);
    for (const kind of KINDS) {
      const own = readings.filter(({ device }) => device === kind);
      expect([kind, new Set(own.map(({ timeMs }) => timeMs)).size]).toEqual([kind, EACH]);
      const { channels } = profileOf(kind) as LorawanProfile;
      // Some channels are of other sensors that a device may have, or of the other kind of server.
      expect(new Set(own.map(({ channel }) => channel)).size, kind).toBeGreaterThan(Math.min(channels.length - 4, 4));
    }
    const [first] = at(readings, 'decentlab-atm41', 'air.temperature');
    const weather = gateway.worldAt((first as StoredReading).timeMs).weather();
    const ofFirst = (channel: string) => at(readings, 'decentlab-atm41', channel)[0]?.value;
    expect(ofFirst('air.temperature')).toEqual(near(weather.temperatureC, 0.1));
    expect(ofFirst('air.pressure')).toEqual(near(weather.pressureHpa, 0.1));
    expect(ofFirst('wind.direction')).toEqual(near(weather.windDeg, 0.1));
    expect(ofFirst('solar.radiation')).toEqual(near(weather.solarWm2, 1));
    for (const [kind, moisture, temperature] of SOIL)
      for (const { timeMs, value } of at(readings, kind, 'soil.moisture').slice(0, 3)) {
        // Times are rounded to the millisecond, and the world moves by quarters of a second: it may have been the one before.
        const soil = [timeMs, timeMs - 1].map((ms) => gateway.worldAt(ms).soilAt('north', 20, kind));
        expect(value, kind).toEqual(
          nearOneOf(
            soil.map((s) => s.moisturePct),
            moisture,
          ),
        );
        const [warmth] = at(readings, kind, 'soil.temperature').filter((r) => r.timeMs === timeMs);
        expect(warmth?.value, kind).toEqual(
          nearOneOf(
            soil.map((s) => s.temperatureC),
            temperature,
          ),
        );
      }
  });

  test('what is sent twice, lost, late, in a flood and after a new join is stored as often as it was measured', async () => {
    const gateway = await start(network, [
      { fault: 'duplicate', device: 'dragino-lse01', times: 3 },
      { fault: 'lose-messages', device: 'elsys-ers', share: 0.5 },
      { fault: 'late', device: 'sensecap-s2105', byS: 400, forS: 200 },
      { fault: 'flood', device: 'decentlab-trs21', times: 30, forS: 100 },
      { fault: 'brown-out', device: 'dragino-lht65n', afterS: 200, forS: 100 },
    ]);
    await gateway.advance(EACH * EVERY_S * 1_000 + 1_000);
    const { counts } = gateway.gateway.view();
    const lost = gateway.simulator.farm.faults.fired.get('elsys-ers') as number;
    const flooded = gateway.simulator.farm.faults.fired.get('decentlab-trs21') as number;
    const readings = await gateway.stop();
    const times = (kind: string) => readings.filter((r) => r.device === kind && r.channel === 'radio.rssi');
    const sizes = Object.fromEntries(KINDS.map((kind) => [kind, times(kind).length]));
    expect(lost).toBeGreaterThan(3);
    expect(flooded).toBeGreaterThan(2);
    expect(sizes).toMatchObject({
      ...{ 'dragino-lse01': EACH, 'elsys-ers': EACH - lost, 'sensecap-s2105': EACH },
      ...{ 'decentlab-trs21': EACH + flooded * 29, 'dragino-lht65n': expect.toSatisfy((n) => n === 16 || n === 17) },
    });
    for (const kind of KINDS) expect(new Set(times(kind).map((r) => r.timeMs)).size, kind).toBe(sizes[kind]);
    expect(counts.repeats).toBe(2 * EACH);
    const late = times('sensecap-s2105').map((r) => r.timeMs - START);
    expect(Math.min(...late)).toBeLessThan(30_000);
  });

  test('absent is absent, a broken payload is refused by itself, and a gateway that woke up in 1970 is not believed', async () => {
    const gateway = await start(network, [
      ...SOIL.map(([device]) => ({ fault: 'absent' as const, device, value: 'moisturePct' })),
      { fault: 'bad-payload', device: 'decentlab-atm41' },
      { fault: 'clock-1970', device: 'elsys-ers', afterS: 100, forS: 200 },
    ]);
    await gateway.advance(EACH * EVERY_S * 1_000 + 1_000);
    const { status } = gateway.gateway.view();
    const readings = await gateway.stop();
    for (const [kind] of SOIL)
      expect(at(readings, kind, 'soil.moisture').every((r) => Number.isNaN(r.value))).toBe(true);
    expect(at(readings, 'decentlab-trs12', 'soil.temperature').some((r) => Number.isNaN(r.value))).toBe(false);
    const refused = status.devices.find(({ id }) => id === 'decentlab-atm41');
    expect(refused?.rejected).toBe(EACH);
    expect(refused?.trouble).toMatch(/bytes/);
    const times = at(readings, 'elsys-ers', 'air.temperature').map((r) => r.timeMs);
    expect(times).toHaveLength(EACH);
    expect(Math.min(...times)).toBeGreaterThanOrEqual(START);
  });
});

test('nothing is lost while the gateway is away', async () => {
  const gateway = await start('chirpstack');
  await gateway.advance(100_000);
  await gateway.restart(200_000);
  await gateway.advance(EACH * EVERY_S * 1_000 - 299_000);
  expect(gateway.simulator.report().publishers).toMatchObject({ waiting: 0, dropped: 0 });
  const readings = await gateway.stop();
  for (const kind of KINDS) expect([kind, at(readings, kind, 'radio.rssi').length]).toEqual([kind, EACH]);
});

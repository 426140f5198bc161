import { type ModbusProfile, profileOf, seededRandom, silentLogger } from '@karez/model';
import { virtualClock } from '@karez/model/testing';
import { describe, expect, test } from 'vitest';
import { fakeTransport } from '../testing/fake-transport.ts';
import { attachProbes } from '../testing/modbus-probes.ts';
import { attachSensors } from '../testing/sdi12-sensors.ts';
import { bytesInWords } from './tap.ts';
import { TRIERS } from './triers.ts';
import { type TryRequest, tryDevice } from './try-device.ts';

const SOIL = profileOf('cwt-soil-7in1') as ModbusProfile;
const never = new Promise<void>(() => {});

function setUp(more: Partial<TryRequest> = {}, stop: Promise<void> = never) {
  const clock = virtualClock();
  const port = fakeTransport();
  const printed: string[] = [];
  const probe = attachProbes(port.line, clock, [1, 5]);
  const deps = { clock, random: seededRandom(1), logger: silentLogger };
  const request = { profile: SOIL, port: { serial: '/dev/none' }, isTcp: false, times: 2, withinMs: 10_000, ...more };
  const outcome = tryDevice(request, deps, port.open, (line) => printed.push(line), stop);
  return { clock, line: port.line, printed, probes: probe, outcome };
}

describe('a device that is tried', () => {
  test('is shown with its bytes and its values, as often as asked for', async () => {
    const { clock, line, printed, probes, outcome } = setUp({ address: '5' });
    probes.get(5)?.registers.splice(0, 7, 352, 241, 418, 64, 18, 12, 63);
    await clock.advance(10);
    line.connect();
    await clock.advance(5_000);
    expect(await outcome).toEqual({ samples: 2, trouble: null });
    expect(printed.slice(0, 4)).toEqual([
      '→ 05 03 00 00 00 07 05 8c',
      '← 05 03 0e 01 60 00 f1 01 a2 00 40 00 12 00 0c 00 3f e2 3c',
      '  soil.moisture     35.2 %',
      '  soil.temperature  24.1 °C',
    ]);
    expect(printed.filter((p) => p.startsWith('→'))).toHaveLength(2);
  });

  test('of another kind is pointed out', async () => {
    const { clock, line, printed, probes, outcome } = setUp({ times: 1 });
    probes.get(1)?.registers.fill(0);
    await clock.advance(10);
    line.connect();
    await clock.advance(3_000);
    expect(await outcome).toEqual({ samples: 1, trouble: 'answers 7 zeros: not a soil probe?' });
    expect(printed.at(-1)).toBe('  answers 7 zeros: not a soil probe?');
    expect(printed).toContain('  soil.ph           0 pH  (out of range)');
  });

  test('that refuses or is silent ends with the reason', async () => {
    const refusing = setUp({ withinMs: 4_000 });
    (refusing.probes.get(1) as { exception: number }).exception = 2;
    await refusing.clock.advance(10);
    refusing.line.connect();
    await refusing.clock.advance(5_000);
    expect(await refusing.outcome).toEqual({
      samples: 0,
      trouble: 'address 1 refuses: illegal register address',
    });
    expect(refusing.printed).toContain('  refused: address 1 refuses: illegal register address (DEVICE_EXCEPTION)');
    const silent = setUp({ address: '9', withinMs: 4_000 });
    await silent.clock.advance(10);
    silent.line.connect();
    await silent.clock.advance(5_000);
    expect(await silent.outcome).toEqual({ samples: 0, trouble: 'address 9 does not answer' });
  });

  test('behind a port that is not there is not waited for', async () => {
    const { clock, line, outcome } = setUp();
    line.lose('/dev/none is not there: is the device plugged in?');
    await clock.advance(200);
    expect(await outcome).toEqual({ samples: 0, trouble: '/dev/none is not there: is the device plugged in?' });
  });

  test('is left at Ctrl-C, and the line with it', async () => {
    const stop = Promise.withResolvers<void>();
    const { clock, line, printed, outcome } = setUp({ times: 100 }, stop.promise);
    await clock.advance(10);
    line.connect();
    await clock.advance(2_500);
    stop.resolve();
    expect((await outcome).samples).toBe(3);
    const shown = printed.length;
    await clock.advance(5_000);
    expect(printed.length).toBe(shown);
    expect(line.open).toBe(false);
  });

  test('by Modbus TCP is asked in its frames', async () => {
    const { clock, line, printed, outcome } = setUp({
      isTcp: true,
      port: { tcp: 'gw:502' },
      times: 1,
      withinMs: 2_000,
    });
    await clock.advance(10);
    line.connect();
    await clock.advance(2_500);
    expect((await outcome).samples).toBe(0);
    expect(printed[0]).toBe('→ 00 01 00 00 00 06 01 03 00 00 00 07');
  });
});

test('an SDI-12 sensor is shown with what it says of itself, and other addresses than letters and digits refused', async () => {
  const teros = profileOf('teros-12');
  const { clock, line, printed, outcome } = setUp({ profile: teros, address: 'b', times: 1 });
  attachSensors(line, clock, 'b');
  await clock.advance(10);
  line.connect();
  await clock.advance(3_000);
  expect(await outcome).toEqual({ samples: 1, trouble: null });
  expect(printed.slice(0, 8)).toEqual([
    ...['→ "bI!"', '← "b13METER   TER12 201T12-00082937\\r\\n"', '→ "bC!"', '← "b00003\\r\\n"', '→ "bD0!"'],
    ...['← "b+1807.82+21.0+1\\r\\n"', '  soil.raw           1807.82', '  soil.moisture      0.57 %'],
  ]);
  await expect(setUp({ profile: teros, address: '12' }).outcome).rejects.toThrow(
    'the address of a sdi12 device must be a digit or a letter',
  );
});

test('what comes by MQTT cannot be called', async () => {
  await expect(setUp({ profile: profileOf('wifi-soil-node') }).outcome).rejects.toThrow(
    'wifi-soil-node speaks mqtt-json: its devices come to the gateway',
  );
});

test('an address that is none is refused', async () => {
  await expect(setUp({ address: 'x' }).outcome).rejects.toThrow('the address of a modbus device must be a number');
});

test('a place on a board is named', async () => {
  const refused = (address?: string) => expect(setUp({ profile: profileOf('bme280'), address }).outcome).rejects;
  await refused().toThrow(
    'the address of a firmata device must be A0 for an analog pin, 2 for a digital one, 0x76 on I2C',
  );
  await refused('A0').toThrow('the address must be its address on I2C, 0x76 or 0x77, for a sensor "bme280"');
});

test('every trier makes a line of its own protocol with the device on it', () => {
  for (const [protocol, trier] of Object.entries(TRIERS)) {
    const on = { port: { tcp: 'a:1' }, address: trier.usualAddress ?? '', isTcp: false };
    const line = trier.line({ id: 'device', profile: 'p' }, on);
    expect(line.type).toBe(protocol);
    const ids = 'device' in line ? [line.device.id] : line.devices.map((d) => d.id);
    expect(ids).toEqual(['device']);
  }
});

test('bytes are shown as text where they are text', () => {
  expect(bytesInWords([0x4c, 0x4f, 0x0a])).toBe('"LO\\n"');
  expect(bytesInWords([1, 3, 0x4c])).toBe('01 03 4c');
});

/** A board in a farm: its sensors follow the world, its gauge tips as it rains, and each fault strikes what it sends. */
import { describe, expect, test } from 'vitest';
import type { SimConfig } from '../config.ts';
import { Farm } from '../farm.ts';
import { firmataLine } from './firmata-line.ts';

const START = Date.UTC(2026, 5, 10, 3);
const HOUR = 3_600_000;
const TIP_MM = 0.2;
const LINE = {
  ...({ type: 'firmata', device: 'board', port: { pty: 'board' } } as const),
  probes: [
    { device: 'bed', channel: 0, field: 'north', depthCm: 20 },
    { device: 'bed-2', channel: 1, field: 'north', depthCm: 40, dry: 800, wet: 300 },
  ],
  air: [{ device: 'hut', sensor: 'bme280' as const, address: 0x76 }],
  rain: [{ device: 'gauge', pin: 2, tipMm: TIP_MM }],
};

function start(...faults: object[]) {
  const heard: { atMs: number; bytes: Uint8Array }[] = [];
  const farm = new Farm(
    {
      ...{ seed: 7, start: 'now', site: { latitude: 44.3, longitude: 86.05, elevationM: 450 } },
      fields: [
        {
          id: 'north',
          soil: 'loam',
          outline: [
            [86.05, 44.302],
            [86.0541, 44.3021],
            [86.0543, 44.3041],
          ],
        },
      ],
      weather: [{ kind: 'storm', forS: 6 * 3_600 }] as SimConfig['weather'],
      lines: [LINE],
    },
    { seed: 7, startMs: START, firstCounter: 1 },
    { bytes: (_, bytes) => heard.push({ atMs: farm.nowMs, bytes }), message() {}, power() {} },
  );
  for (const fault of faults) farm.command(fault);
  const say = (text: string) => {
    const from = heard.length;
    farm.take(0, Uint8Array.from(Buffer.from(text.replace(/\s/g, ''), 'hex')));
    return heard.slice(from).map(({ bytes }) => Buffer.from(bytes).toString('hex'));
  };
  const pass = (ms: number) => farm.advance(farm.nowMs + ms);
  /** Steps of a channel as they were last sent. */
  const steps = (channel: number) => {
    const last = heard.findLast(({ bytes }) => bytes[0] === (0xe0 | channel))?.bytes;
    return last === undefined ? undefined : (last[1] as number) | ((last[2] as number) << 7);
  };
  return { farm, heard, say, pass, steps };
}

describe('sensors', () => {
  test('on analog pins follow the soil between their dry and their wet end', () => {
    const { farm, say, pass, steps } = start();
    say('F0 7A 7F 07 F7 C0 01 C1 01');
    pass(2_000);
    const soil = (device: string, depthCm: number) => farm.world.soilAt('north', depthCm, device).moisturePct;
    expect(Math.abs((steps(0) as number) - (520 - (260 * soil('bed', 20)) / 45))).toBeLessThanOrEqual(2);
    expect(Math.abs((steps(1) as number) - (800 - (500 * soil('bed-2', 40)) / 45))).toBeLessThanOrEqual(2);
  });

  test('that tip do so as often as the rain fills them', () => {
    const { farm, heard, say, pass } = start();
    say('F4 02 0B D0 01');
    pass(6 * HOUR);
    const levels = heard.filter(({ bytes }) => bytes[0] === 0x90);
    const falls = levels.filter(({ bytes }) => bytes[1] === 0);
    const { rainDayMm } = farm.world.weather();
    expect(rainDayMm).toBeGreaterThan(10);
    expect(Math.abs(falls.length * TIP_MM - rainDayMm)).toBeLessThan(2 * TIP_MM);
    // The contact opens again each time.
    for (const [i, { bytes }] of levels.entries()) expect(bytes[1]).toBe(i % 2 === 0 ? 4 : 0);
  });
});

describe('faults', () => {
  test('an absent sensor: a probe without power, an I2C address without an answer, a gauge that is stuck', () => {
    const absent = ['bed', 'hut', 'gauge'].map((device) => ({ fault: 'absent', device }));
    const { heard, say, pass, steps } = start(...absent);
    say('C0 01 C1 01 F4 02 0B D0 01 F0 78 00 00 F7');
    expect([steps(0), (steps(1) as number) > 300]).toEqual([0, true]);
    expect(say('F0 76 76 08 50 01 01 00 F7')).toHaveLength(2);
    pass(3 * HOUR);
    expect(heard.filter(({ bytes }) => bytes[0] === 0x90)).toHaveLength(1);
  });

  test('a brown-out of the board: it greets when its power is back, and reports nothing any more', () => {
    const { farm, heard, say, pass } = start();
    say('C0 01');
    pass(1_000);
    farm.command({ fault: 'brown-out', device: 'board', forS: 10 });
    pass(20_000);
    const names = heard.filter(({ bytes }) => bytes[1] === 0x79);
    expect(names).toHaveLength(1);
    const after = heard.filter(({ atMs, bytes }) => atMs > (names[0]?.atMs ?? 0) && bytes[0] === 0xe0);
    expect(after).toEqual([]);
  });

  test('a brown-out of the air sensor: it forgets what it was set to', () => {
    const { farm, say, pass } = start();
    say('F0 78 00 00 F7 F0 76 76 00 72 01 01 00 F7');
    expect(say('F0 76 76 08 72 01 01 00 F7')).toEqual(['f077760072010100f7']);
    farm.command({ fault: 'brown-out', device: 'hut', forS: 1 });
    pass(2_000);
    expect(say('F0 76 76 08 72 01 01 00 F7')).toEqual(['f077760072010000f7']);
  });

  test('lost bytes strike the messages of the device that is meant', () => {
    const { farm, say } = start({ fault: 'lose-bytes', device: 'bed' });
    expect(say('C0 01 C1 01').map((text) => text.length / 2)).toEqual([2, 3]);
    expect(farm.faults.fired.get('bed')).toBe(1);
  });
});

test.each([
  ['probes', { probes: [LINE.probes[0], { ...LINE.probes[1], channel: 0 }] }],
  ['air', { air: [...LINE.air, { device: 'b', sensor: 'dht-backpack', address: 0x76 }] }],
  ['rain', { rain: [...LINE.rain, { device: 'b', pin: 2 }] }],
  ['probes', { probes: [{ ...LINE.probes[0], channel: 4 }] }],
])('places that are used twice are told: %s', (key, change) => {
  expect(firmataLine.problem?.({ ...LINE, ...change } as typeof LINE)?.key).toBe(key);
  expect(firmataLine.problem?.(LINE)).toBeUndefined();
});

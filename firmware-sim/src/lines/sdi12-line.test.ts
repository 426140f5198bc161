/** An SDI-12 line in a farm: its sensors follow the world, and each fault strikes what they send. */
import { describe, expect, test } from 'vitest';
import { sdi12Crc } from '../codec/sdi12-bus.ts';
import type { SimConfig } from '../config.ts';
import { Farm } from '../farm.ts';

const START = Date.UTC(2026, 5, 10, 3);
const config: SimConfig = {
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
  lines: [
    {
      ...{ type: 'sdi12', port: { pty: 'sdi12' } },
      sensors: [
        { device: 'soil-1', sensor: 'teros-12', address: 1, field: 'north', depthCm: 10 },
        { device: 'soil-2', sensor: 'teros-21', address: 'b', field: 'north', depthCm: 40, seconds: 0 },
        { device: 'station', sensor: 'climavue50', address: 0 },
      ],
    },
  ],
};

function start(seed = 7) {
  const out: { atMs: number; text: string }[] = [];
  const farm = new Farm(
    config,
    { seed, startMs: START, firstCounter: 1 },
    {
      bytes: (_line, bytes) => out.push({ atMs: farm.nowMs - START, text: Buffer.from(bytes).toString('latin1') }),
      message: () => {},
      power: () => {},
    },
  );
  const say = (text: string): string[] => {
    const from = out.length;
    farm.take(0, new TextEncoder().encode(text));
    return out.slice(from).map((o) => o.text);
  };
  const pass = (ms: number) => farm.advance(farm.nowMs + ms);
  /** A measurement with a CRC: what D0 answers. */
  const read = (address = '1'): string | undefined => {
    say(`${address}CC!`);
    pass(1_000);
    return say(`${address}D0!`).at(-1);
  };
  const numbers = (line: string | undefined) =>
    [...(line ?? '').slice(1).matchAll(/[+-][\d.]+/g)].map(([v]) => Number(v));
  return { farm, out, say, pass, read, numbers };
}

const isSound = (line = '') => sdi12Crc(line.slice(0, -5)) === line.slice(-5, -2);

describe('sensors', () => {
  test('say what they are, and what the world is like around them', () => {
    const { say, read, numbers, farm } = start();
    expect(say('1I!bI!0I!')).toEqual([
      expect.stringMatching(/^113METER {3}TER12 303T12-\d{8}\r\n$/),
      expect.stringMatching(/^b13METER {3}TER21 389T21-\d{8}\r\n$/),
      expect.stringMatching(/^013CAMPBELLCLIM50529VUE-5\d{8}\r\n$/),
    ]);
    const [counts, temperature, ec] = numbers(read()) as [number, number, number];
    const soil = farm.world.soilAt('north', 10, 'soil-1');
    expect((3.879e-4 * counts - 0.6956) * 100).toBeCloseTo(soil.moisturePct, 0);
    expect([temperature, ec]).toEqual([expect.closeTo(soil.temperatureC, 0), expect.closeTo(soil.ecUsCm, -1)]);
    const station = say('0R0!').at(-1) as string;
    expect(numbers(station)).toHaveLength(18);
    expect(numbers(station)[9]).toBeCloseTo(farm.world.weather().pressureHpa / 10, 1);
  });

  test('rain is what fell since it was asked last, over midnight too', () => {
    const { farm, say, numbers, pass } = start(18);
    let sum = 0;
    let days = 0;
    let lastDay = farm.world.weather().rainDayMm;
    say('0R0!');
    for (let hour = 0; hour < 30; hour++) {
      pass(3_600_000);
      sum += numbers(say('0R0!').at(-1))[1] as number;
      const day = farm.world.weather().rainDayMm;
      days += day < lastDay ? day : day - lastDay;
      lastDay = day;
    }
    expect(days).toBeGreaterThan(1);
    expect(sum).toBeCloseTo(days, 0);
  });

  test('a service request comes when it is due', () => {
    const { out, say, pass } = start();
    say('1M!');
    pass(2_000);
    expect(out.at(-1)?.text).toBe('1\r\n');
    expect(out.at(-1)?.atMs).toBeGreaterThanOrEqual(600);
    expect(out.at(-1)?.atMs).toBeLessThanOrEqual(1_000);
  });

  test('one seed gives the same bytes', () => {
    const hear = (seed: number) => {
      const { read, pass } = start(seed);
      return Array.from({ length: 5 }, () => {
        pass(60_000);
        return read();
      });
    };
    expect(hear(7)).toEqual(hear(7));
    expect(hear(8)).not.toEqual(hear(7));
  });
});

describe('faults', () => {
  const order = (fault: object) => {
    const it = start();
    const before = it.read();
    it.farm.command({ device: 'soil-1', ...fault });
    return { ...it, before };
  };

  test('silence', () => {
    const { say, read } = order({ fault: 'silence' });
    expect(say('1!')).toEqual([]);
    expect(read('b')).toBeDefined();
  });
  test('bad-checksum, with a CRC and without', () => {
    const { read, say, pass } = order({ fault: 'bad-checksum' });
    expect(isSound(read())).toBe(false);
    say('1C!');
    pass(1_000);
    expect(say('1D0!')[0]).toMatch(/[\x80-\xff]/);
  });
  test('wrong-address: sound in itself', () => {
    const { read } = order({ fault: 'wrong-address' });
    const line = read();
    expect(line?.[0]).toBe('9');
    expect(isSound(line)).toBe(true);
  });
  test('lose-bytes and mid-frame', () => {
    const lost = order({ fault: 'lose-bytes', bytes: 2 });
    expect((lost.read() as string).length).toBe((lost.before as string).length - 2);
    const joined = order({ fault: 'mid-frame' });
    const end = joined.read() as string;
    expect((joined.before as string).length).toBeGreaterThan(end.length);
  });
  test('brown-out: a measurement that ran is gone', () => {
    const { farm, say, pass } = start();
    say('1C!');
    farm.command({ fault: 'brown-out', device: 'soil-1', forS: 5 });
    pass(6_000);
    expect(say('1D0!')).toEqual(['1\r\n']);
  });
  test('drift, stuck and absent', () => {
    const drift = order({ fault: 'drift', value: 'temperatureC', perHour: 100 });
    drift.pass(3_600_000);
    expect(drift.numbers(drift.read())[1] as number).toBeGreaterThan((drift.numbers(drift.before)[1] as number) + 90);
    const stuck = order({ fault: 'stuck' });
    const held = stuck.read();
    stuck.pass(6 * 3_600_000);
    expect(stuck.read()).toBe(held);
    const absent = order({ fault: 'absent', value: 'moisturePct' });
    expect(absent.numbers(absent.read())[0]).toBe(-9999);
    expect(absent.numbers(absent.read())[1]).toBeGreaterThan(0);
  });
});

test('the echo of a half-duplex adapter', () => {
  const [line] = config.lines as [Extract<SimConfig['lines'], object>[number]];
  const out: string[] = [];
  const farm = new Farm(
    { ...config, lines: [{ ...line, echo: true } as typeof line] },
    { seed: 7, startMs: START, firstCounter: 1 },
    { bytes: (_, bytes) => out.push(Buffer.from(bytes).toString('latin1')), message: () => {}, power: () => {} },
  );
  farm.take(0, new TextEncoder().encode('1!'));
  expect(out).toEqual(['1!', '1\r\n']);
});

import { describe, expect, test } from 'vitest';
import type { StationWeather } from '../world/world.ts';
import { type BusSensor, Sdi12Bus, sdi12Crc } from './sdi12-bus.ts';
import { climavueValues, sent, teros12Values, teros21Values } from './sdi12-values.ts';

/** A bus and what it says to text. */
function setUp(...sensors: Partial<BusSensor>[]) {
  let nowMs = 0;
  const all = sensors.map((sensor, i) => ({
    ...{ device: `s${i}`, address: String(i), identity: '13METER   TER12 303T12-00000001', seconds: 0, takesMs: 0 },
    ...{ measure: () => ['+3.14', '+2.718', '+1.414'], ...sensor },
  }));
  const bus = new Sdi12Bus(all, () => nowMs);
  return {
    bus,
    say: (text: string) => bus.take(new TextEncoder().encode(text)).map((a) => a.text),
    due: () => bus.due().map((a) => a.text),
    pass: (ms: number) => {
      nowMs += ms;
    },
  };
}

// SDI-12 v1.4, sections 4.4.8.1 and 4.4.12.3.
test.each([
  ['0', 'AP@'],
  ['0+3.14', 'OqZ'],
  ['0+3.14+2.718+1.414', 'Ipz'],
  ['0+1.11+2.22+3.33+4.44+5.55+6.66', 'I]q'],
  ['0+7.77+8.88+9.99', 'IvW'],
  ['1+1.23+2.34+345+4.4678', 'KoO'],
])('the CRC of %s is %s', (text, crc) => expect(sdi12Crc(text)).toBe(crc));

describe('the examples of the specification, section 4.4', () => {
  test('acknowledge, identify, query, verify', () => {
    const { say } = setUp({});
    expect(say('0!')).toEqual(['0\r\n']);
    expect(say('0I!')).toEqual(['013METER   TER12 303T12-00000001\r\n']);
    expect(say('?!')).toEqual(['0\r\n']);
    expect(say('0V!')).toEqual(['00000\r\n']);
    expect(say('0M1!0C9!')).toEqual(['00000\r\n', '000000\r\n']);
    expect(say('7M!0Q!0!!')).toEqual(['0\r\n']);
  });

  test('values at once, by M, MC, C, CC and R', () => {
    const { say } = setUp({});
    expect(say('0M!0D0!0D1!')).toEqual(['00003\r\n', '0+3.14+2.718+1.414\r\n', '0\r\n']);
    expect(say('0MC!0D0!')).toEqual(['00003\r\n', '0+3.14+2.718+1.414Ipz\r\n']);
    expect(say('0C!0D0!')).toEqual(['000003\r\n', '0+3.14+2.718+1.414\r\n']);
    expect(say('0CC!\r\n0D0!\r\n')).toEqual(['000003\r\n', '0+3.14+2.718+1.414Ipz\r\n']);
    expect(say('0R0!0RC0!0R1!0RC1!')).toEqual([
      ...['0+3.14+2.718+1.414\r\n', '0+3.14+2.718+1.414Ipz\r\n', '0\r\n', '0AP@\r\n'],
    ]);
  });

  test('M announces its end once; data that was not asked for stays', () => {
    const { say, due, pass } = setUp({ seconds: 5, takesMs: 3_000 });
    expect(say('0M!')).toEqual(['00053\r\n']);
    pass(2_999);
    expect(due()).toEqual([]);
    pass(1);
    expect(due()).toEqual(['0\r\n']);
    expect(due()).toEqual([]);
    expect(say('0D0!0D0!')).toEqual(Array(2).fill('0+3.14+2.718+1.414\r\n'));
  });

  test('more values than an answer has room for go in several, none split', () => {
    const measure = () => Array.from({ length: 9 }, (_, i) => `+${i}${i}${i}.${i}${i}`);
    const { say } = setUp({ measure });
    const [timing, ...parts] = say('0M!0D0!0D1!0D2!');
    expect(timing).toBe('00009\r\n');
    expect(parts).toEqual(['0+000.00+111.11+222.22+333.33+444.44\r\n', '0+555.55+666.66+777.77+888.88\r\n', '0\r\n']);
    expect(say('0C!0D0!')[1]?.length).toBeGreaterThan(60);
  });

  test('by M nine at most, by C as many as there are', () => {
    const { say } = setUp({ measure: () => Array.from({ length: 17 }, (_, i) => `+${i}`) });
    expect(say('0M!0D0!')).toEqual(['00009\r\n', '0+0+1+2+3+4+5+6+7+8\r\n']);
    expect(say('0C!')).toEqual(['000017\r\n']);
  });
});

describe('a measurement is given up', () => {
  test('by M, where the recorder speaks to anybody before it is announced', () => {
    const { say, due, pass } = setUp({ seconds: 5, takesMs: 3_000 }, {});
    say('0M!');
    pass(1_000);
    expect(say('1!')).toEqual(['1\r\n']);
    pass(5_000);
    expect(due()).toEqual([]);
    expect(say('0D0!')).toEqual(['0\r\n']);
  });

  test('by C, only where it is spoken to itself', () => {
    const { say, pass } = setUp({ seconds: 5, takesMs: 3_000 }, {});
    say('0CC!');
    pass(1_000);
    expect(say('1M!1D0!')).toHaveLength(2);
    pass(3_000);
    expect(say('0D0!')).toEqual(['0+3.14+2.718+1.414Ipz\r\n']);
    say('0CC!');
    expect(say('0!0D0!')).toEqual(['0\r\n', '0AP@\r\n']);
  });

  test('where it starts anew', () => {
    const { bus, say, pass } = setUp({ seconds: 1, takesMs: 100 });
    say('0C!');
    bus.restart('s0');
    pass(2_000);
    expect(say('0D0!')).toEqual(['0\r\n']);
  });
});

test('an address changes, and the sensor is deaf while it writes it down', () => {
  const { say, pass } = setUp({});
  expect(say('0A7!')).toEqual(['7\r\n']);
  expect(say('7!')).toEqual([]);
  pass(1_000);
  expect(say('0!7!')).toEqual(['7\r\n']);
});

test('several sensors that answer at once cannot be read', () => {
  const { say } = setUp({ address: '1' }, { address: '6' });
  expect(say('?!')).toEqual(['0\r\n']);
});

describe('values as they are sent', () => {
  test.each([
    [1807.82, 2, '+1807.82'],
    [-0.04, 1, '+0.0'],
    [-0.7, 1, '-0.7'],
    [123_456.789, 3, '+123456.8'],
    [21, 1, '+21.0'],
    [0, 0, '+0'],
    [Number.NaN, 1, '-9999'],
  ])('%d with %d decimals is %s', (value, decimals, text) => expect(sent(value, decimals)).toBe(text));

  test('of the sensors', () => {
    const soil = {
      moisturePct: 25,
      temperatureC: 18.26,
      ecUsCm: 431.4,
      ph: 7,
      nitrogen: 1,
      phosphorus: 1,
      potassium: 1,
    };
    expect(teros12Values(soil)).toEqual(['+2437.74', '+18.3', '+431']);
    expect(teros12Values({ ...soil, moisturePct: Number.NaN, ecUsCm: Number.NaN })).toEqual([
      '-9999',
      '+18.3',
      '-9999',
    ]);
    expect(teros21Values(soil)).toEqual(['-56.7', '+18.3']);
    expect(Number(teros21Values({ ...soil, moisturePct: 44 })[0])).toBe(-5);
    const weather = {
      ...{
        temperatureC: 20,
        humidityPct: 50,
        pressureHpa: 1008.3,
        windMs: 2,
        windDeg: 270,
        gustMs: 3,
        solarWm2: 650.4,
      },
    } as StationWeather;
    expect(climavueValues(weather, 0.254).join('')).toBe(
      '+650+0.254+0+0+2.00+270.0+3.00+20.0+1.17+100.83+0.500+20.2+0.4-0.7+0+0.00-2.00+3.00',
    );
  });
});

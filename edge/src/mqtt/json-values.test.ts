import { type JsonProfile, profileOf, seededRandom } from '@karez/model';
import { describe, expect, test } from 'vitest';
import { readItem, readJson } from './json-values.ts';

const profile = profileOf('wifi-soil-node') as JsonProfile;
const GOOD = JSON.parse(profile.frames[0]?.json as string) as Record<string, unknown>;
const read = (payload: unknown, of = profile) =>
  readJson(of, Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload)));
const values = (payload: unknown, of = profile) => {
  const reading = read(payload, of);
  return Object.fromEntries(reading.channels.map((c, i) => [of.channels[c]?.path, reading.values[i]]));
};

describe('a payload', () => {
  test('is read by the paths of the profile, with its time and counter', () => {
    expect(read(GOOD)).toEqual({
      channels: [0, 1, 2, 3, 4, 5, 6, 7],
      values: [31.4, 18.62, 412, 34, 17.9, 455, 3.91, -67],
      timeMs: 1_767_225_600_123,
      counter: 1_234,
      unread: [],
    });
  });
  test('may be in any order and leave out what it likes', () =>
    expect(values({ bat: 0, soil: [{ vwc: 1, d: 30 }] })).toEqual({ 'soil[d=30].vwc': 1, bat: 0 }));
  test('says null for an absent sensor', () =>
    expect(values({ soil: [{ d: 10, vwc: null, temp: -3.5 }], rssi: null })).toEqual({
      'soil[d=10].vwc': Number.NaN,
      'soil[d=10].temp': -3.5,
      rssi: Number.NaN,
    }));
  test('without a list, time or counter has none', () =>
    expect(read({ soil: null, bat: 3, t: null, n: null })).toEqual({ channels: [6], values: [3], unread: [] }));
  test('may know more than the profile; an unknown depth is named, the rest is read', () =>
    expect(read({ fw: '1.2', soil: [{ d: 10, vwc: 3, extra: {} }, { d: 20, vwc: 4 }, { d: 60 }] })).toMatchObject({
      values: [3],
      unread: ['soil[d=20]', 'soil[d=60]'],
    }));
  test('has no values from the prototype', () =>
    expect(() => read({ soil: [{ d: 10, constructor: 1 }] })).toThrow(/has none of/));
  test('an element by its number is read as well', () => {
    const numbered = {
      ...profile,
      channels: [{ quantity: 'soil.ph', path: 'probes[1].ph', decimals: 1 }],
    } as JsonProfile;
    expect(values({ probes: [{ ph: 1 }, { ph: 6.44 }] }, numbered)).toEqual({ 'probes[1].ph': 6.4 });
    expect(() => read({ probes: { 1: { ph: 2 } } }, numbered)).toThrow('probes must be a list, not an object');
  });
});

describe('a profile may say', () => {
  const with_ = (channels: object[], more: object = {}) =>
    ({ ...profile, ...more, channels }) as unknown as JsonProfile;
  const one = (channel: object, more: object = {}) =>
    with_([{ quantity: 'air.temperature', path: 'v', decimals: 1, ...channel }], more);
  const only = (payload: unknown, of: JsonProfile) => read(payload, of).values[0];

  test('the unit: it becomes the quantity’s, exact to the last decimal', () => {
    expect(only({ v: 72.05 }, one({ unit: '[degF]' }))).toBe(22.3);
    expect(only({ v: 0.0068869 }, one({ quantity: 'soil.moisture', unit: 'm3/m3', decimals: 5 }))).toBe(0.68869);
    expect(only({ v: 725 }, one({ unit: '[degF]', divide: 1 }))).toBe(22.5);
    expect(only({ v: -999 }, one({ unit: '[degF]', absent: [-999] }))).toBeNaN();
  });
  test('that numbers are texts, and which texts mean that there is none', () => {
    const texts = one({}, { numbersAsText: true, absentTexts: ['NaN', ''] });
    expect(only({ v: '22.5' }, texts)).toBe(22.5);
    expect(only({ v: ' -1e1 ' }, texts)).toBe(-10);
    expect(only({ v: 3 }, texts)).toBe(3);
    expect(only({ v: 'NaN' }, texts)).toBeNaN();
    expect(only({ v: '' }, texts)).toBeNaN();
    for (const v of ['22,5', '0x10', 'Infinity', '1 2', '1e999', ' '])
      expect(() => read({ v }, texts), v).toThrow(/^v \(air.temperature\) must be a number/);
    expect(read({ v: '1', n: '7', t: '1767225600123' }, texts)).toMatchObject({
      counter: 7,
      timeMs: 1_767_225_600_123,
    });
  });
  test('numbers for states', () => {
    const contact = one({ states: { open: 1, closed: 0, true: 1 } });
    expect(only({ v: 'open' }, contact)).toBe(1);
    expect(only({ v: true }, contact)).toBe(1);
    expect(() => read({ v: 'ajar' }, contact)).toThrow(
      'v (air.temperature) must be a number, "open", "closed", "true", or null for an absent sensor, not "ajar"',
    );
    expect(() => read({ v: false }, contact)).toThrow(/not false$/);
  });
  test('how the time is written', () => {
    const time = (t: unknown, timeUnit: string, more: object = {}) =>
      read({ v: 1, t }, one({}, { timeUnit, ...more })).timeMs;
    expect(time(1_767_225_600.123, 's')).toBe(1_767_225_600_123);
    expect(time('1767225600', 's', { numbersAsText: true })).toBe(1_767_225_600_000);
    expect(time('2022-07-18T09:34:15.775023242+00:00', 'iso8601')).toBe(1_658_136_855_775);
    expect(() => time('2022-07-18T09:34:15', 'iso8601')).toThrow(
      't must be a time like 2026-01-01T08:00:00+08:00, with its offset, not "2022-07-18T09:34:15"',
    );
    expect(() => time(1_658_136_855, 'iso8601')).toThrow(/^t must be a time like/);
    expect(() => time('x', 's')).toThrow('t must be a time in seconds since 1970, not "x"');
  });
  test('paths into nested lists, by name, with any key', () => {
    const deep = with_([
      { quantity: 'soil.moisture', path: 'data[1].probes[name=p 2].v[0]', decimals: 1 },
      { quantity: 'soil.ph', path: '["pH.value"]["x y"]', decimals: 1 },
    ]);
    expect(
      read({ data: [0, { probes: [{ name: 'p 1' }, { name: 'p 2', v: [31.4] }] }], 'pH.value': { 'x y': 6.4 } }, deep),
    ).toMatchObject({ values: [31.4, 6.4], unread: ['data[1].probes[name=p 1]'] });
    expect(() => read({ data: [0, { probes: [{ name: 5 }] }] }, deep)).toThrow(
      'data[1].probes[0].name must be a text, not 5',
    );
  });
  test('that the message is a list', () => {
    const list = one({ path: '[d=10].v' }, { timePath: undefined, counterPath: undefined });
    expect(only([{ d: 10, v: 5 }], list)).toBe(5);
    expect(() => read({ d: 10 }, list)).toThrow('the payload must be a list, not an object');
  });
  test('what stands in the whole message, for one of several devices in it', () => {
    const hub = one({}, { timePath: '$.at', timeUnit: 's' });
    expect(readItem(hub, { v: 4 }, { at: 1_767_225_600 })).toMatchObject({ values: [4], timeMs: 1_767_225_600_000 });
  });
});

describe('refused, naming the place and what was expected there', () => {
  test.each([
    ['', /^the payload is not JSON/],
    ['{"bat":NaN}', /^the payload is not JSON/],
    ['{"bat":3.9', /^the payload is not JSON/],
    ['[1]', 'the payload must be an object, not a list'],
    ['null', 'the payload must be an object, not null'],
    ['"x"', 'the payload must be an object, not "x"'],
    ['{}', /^the payload has none of soil\[d=10\].vwc, /],
    ['{"bat":"3.9"}', 'bat (battery.voltage) must be a number, or null for an absent sensor, not "3.9"'],
    ['{"bat":true}', /^bat \(battery.voltage\) must be a number, .* not true$/],
    ['{"bat":{"v":3}}', /^bat .* not an object$/],
    ['{"bat":[3]}', /^bat .* not a list$/],
    ['{"bat":1e999}', /^bat \(battery.voltage\) must be a number that is not too large to hold$/],
    ['{"soil":{"d":10}}', 'soil must be a list, not an object'],
    ['{"soil":"dry","bat":3}', 'soil must be a list, not "dry"'],
    ['{"soil":[5]}', 'soil[0] must be an object, not 5'],
    ['{"soil":[{"d":10},null]}', 'soil[1] must be an object, not null'],
    ['{"soil":[{"vwc":3}]}', 'soil[0].d must be a number, not left out'],
    ['{"soil":[{"d":"10","vwc":3}]}', 'soil[0].d must be a number, not "10"'],
    ['{"soil":[{"d":10,"vwc":3},{"d":10,"vwc":4}]}', 'soil[1].d must differ from the others; 10 stands twice'],
    ['{"soil":[{"d":10,"vwc":"wet"}]}', /^soil\[d=10\].vwc \(soil.moisture@d10\) must be a number/],
    ['{"bat":3,"t":"2026-01-01"}', 't must be a time in milliseconds since 1970, not "2026-01-01"'],
    ['{"bat":3,"t":1e999}', /^t must be a time/],
    ['{"bat":3,"n":-1}', 'n must be a whole number from 0, not -1'],
    ['{"bat":3,"n":1.5}', /^n must be a whole number/],
    ['{"bat":3,"n":"7"}', 'n must be a whole number from 0, not "7"'],
    ['{"bat":3,"n":9007199254740993}', /^n must be a whole number/],
  ])('%s', (payload, message) => {
    expect(() => read(payload)).toThrow(
      expect.objectContaining({
        code: 'PAYLOAD_INVALID',
        message: typeof message === 'string' ? message : expect.stringMatching(message),
      }),
    );
  });

  test('bytes that are no UTF-8', () =>
    expect(() => readJson(profile, Uint8Array.of(0x7b, 0xff, 0x7d))).toThrow(/^the payload is not JSON/));

  test('nesting as deep as a payload can hold, with a short message', () => {
    const deep = `{"bat":${'['.repeat(8_000)}${']'.repeat(8_000)}}`;
    expect(() => read(deep)).toThrow(/^bat .* not a list$/);
    expect(() => read(`{"bat":"${'x'.repeat(10_000)}"}`)).toThrow(/^.{1,200}$/);
  });
});

test('20,000 damaged payloads: each is read or refused with PAYLOAD_INVALID, and nothing infinite is read', () => {
  const random = seededRandom(20_260_604);
  const below = (n: number) => Math.floor(random.next() * n);
  const text = JSON.stringify(GOOD);
  const scraps = ['"', '{', '}', '[', ']', ',', ':', 'null', 'true', '1e999', '-0', '"d"', '\\u0000', 'NaN', '0x10'];
  let refused = 0;
  for (let i = 0; i < 20_000; i++) {
    let damaged = text;
    for (let times = 1 + below(3); times > 0; times--) {
      const at = below(damaged.length);
      damaged = damaged.slice(0, at) + (scraps[below(scraps.length)] as string) + damaged.slice(at + below(5));
    }
    try {
      for (const value of read(damaged).values) expect(Math.abs(value)).not.toBe(Number.POSITIVE_INFINITY);
    } catch (error) {
      expect(error).toMatchObject({ name: 'KarezError', code: 'PAYLOAD_INVALID' });
      refused++;
    }
  }
  expect(refused).toBeGreaterThan(1_000);
});

import { type JsonProfile, profileOf, seededRandom } from '@karez/model';
import { describe, expect, test } from 'vitest';
import { readJson } from './json-values.ts';

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

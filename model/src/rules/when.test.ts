import { expect, test } from 'vitest';
import { FarmTime } from './when.ts';

const ms = (iso: string) => Date.parse(iso);
const night = { hours: { from: '20:00', to: '08:00' } };
const noon = { hours: { from: '11:30', to: '13:00' } };
const spring = { season: { from: '03-15', to: '05-20' } };
const winter = { season: { from: '11-01', to: '02-29' } };

test.each<[string, string | null, string, object, boolean]>([
  ['the start is inside', null, '2026-04-01T11:30:00Z', noon, true],
  ['a millisecond before is not', null, '2026-04-01T11:29:59.999Z', noon, false],
  ['the end is outside', null, '2026-04-01T13:00:00Z', noon, false],
  ['the last millisecond is not', null, '2026-04-01T12:59:59.999Z', noon, true],
  ['before midnight', null, '2026-04-01T23:59:59Z', night, true],
  ['after midnight', null, '2026-04-02T00:00:00Z', night, true],
  ['by day', null, '2026-04-02T08:00:00Z', night, false],
  ['in the farm’s own time: 20:00 in Urumqi is 14:00 UTC', 'Asia/Urumqi', '2026-04-01T14:00:00Z', night, true],
  ['and 19:59 is not', 'Asia/Urumqi', '2026-04-01T13:59:59Z', night, false],
  ['a zone of half hours', 'Asia/Kolkata', '2026-04-01T14:30:00Z', night, true],
  ['a zone of quarters of an hour', 'Asia/Kathmandu', '2026-04-01T14:14:59Z', night, false],
  ['and on it', 'Asia/Kathmandu', '2026-04-01T14:15:00Z', night, true],
  ['summer time: 11:30 in Berlin is 9:30 UTC', 'Europe/Berlin', '2026-07-01T09:30:00Z', noon, true],
  ['winter time: 11:30 in Berlin is 10:30 UTC', 'Europe/Berlin', '2026-01-01T10:29:00Z', noon, false],
  ['the first day of the season', null, '2026-03-15T00:00:00Z', spring, true],
  ['the last', null, '2026-05-20T23:59:59Z', spring, true],
  ['the day after', null, '2026-05-21T00:00:00Z', spring, false],
  ['a season by the farm’s own date', 'Asia/Shanghai', '2026-03-14T16:00:00Z', spring, true],
  ['over the new year, before', null, '2026-12-31T12:00:00Z', winter, true],
  ['over the new year, after', null, '2026-01-01T12:00:00Z', winter, true],
  ['a leap day', null, '2028-02-29T12:00:00Z', winter, true],
  ['the day after, in another year', null, '2027-03-01T12:00:00Z', winter, false],
  ['hours and season, both', null, '2026-04-01T21:00:00Z', { ...night, ...spring }, true],
  ['hours and season, one of them not', null, '2026-06-01T21:00:00Z', { ...night, ...spring }, false],
  ['before 1970', null, '1969-12-31T23:00:00Z', night, true],
])('%s', (_, zone, at, when, inside) => {
  expect(new FarmTime(zone).isWithin(when, ms(at))).toBe(inside);
});

test('without hours and season it always watches', () => {
  expect(new FarmTime(null).isWithin(undefined, 0)).toBe(true);
  expect(new FarmTime(null).isWithin({}, 0)).toBe(true);
});

test('a zone that does not exist is refused', () => {
  expect(() => new FarmTime('Mars/Olympus')).toThrow(RangeError);
});

test('moments of long ago and now, to and fro, are told alike', () => {
  const time = new FarmTime('Asia/Urumqi');
  const moments = Array.from({ length: 300 }, (_, i) => ms('2026-01-01T00:00:00Z') + i * 86_400_000 + i * 60_000);
  const once = moments.map((m) => time.at(m));
  expect(moments.map((m) => new FarmTime('Asia/Urumqi').at(m))).toEqual(once);
  expect(moments.toReversed().map((m) => time.at(m))).toEqual(once.toReversed());
});

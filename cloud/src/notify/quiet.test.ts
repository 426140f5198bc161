import { expect, test } from 'vitest';
import type { Grade } from './notice.ts';
import { tellAtMs } from './quiet.ts';

const night = { from: '22:00', to: '06:30', timeZone: 'Asia/Urumqi', passes: 'critical' } as const;
/** Urumqi is six hours ahead of UTC all the year. */
const at = (clock: string, day = '2026-06-01') => Date.parse(`${day}T${clock}:00+06:00`);

test.each<[string, string, Grade, string]>([
  ['by day at once', '12:00', 'warning', '12:00'],
  ['the first quiet minute waits', '22:00', 'warning', '06:30'],
  ['the last quiet minute waits', '06:29', 'warning', '06:30'],
  ['the first minute after does not', '06:30', 'warning', '06:30'],
  ['what is critical passes', '03:00', 'critical', '03:00'],
])('%s', (_, now, grade, told) => {
  const nowMs = at(now);
  const expected = at(told, now >= '22:00' ? '2026-06-02' : '2026-06-01');
  expect(tellAtMs(nowMs, grade, night)).toBe(expected);
});

test('without quiet hours, and with none that passes', () => {
  expect(tellAtMs(at('03:00'), 'info', null)).toBe(at('03:00'));
  expect(tellAtMs(at('03:00'), 'critical', { ...night, passes: 'nothing' })).toBe(at('06:30'));
});

test('quiet at noon, within a day', () => {
  expect(tellAtMs(at('13:15'), 'info', { ...night, from: '12:30', to: '14:00' })).toBe(at('14:00'));
});

test('the end is right in the night in which clocks change', () => {
  const berlin = { ...night, timeZone: 'Europe/Berlin', from: '22:00', to: '07:00' };
  expect(tellAtMs(Date.parse('2026-03-29T00:30:00+01:00'), 'info', berlin)).toBe(
    Date.parse('2026-03-29T07:00:00+02:00'),
  );
  expect(tellAtMs(Date.parse('2026-10-25T00:30:00+02:00'), 'info', berlin)).toBe(
    Date.parse('2026-10-25T07:00:00+01:00'),
  );
});

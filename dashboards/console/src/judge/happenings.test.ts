import type { Series } from '@karez/model';
import { QUALITY } from '@karez/model/reading';
import { expect, test } from 'vitest';
import { judgeFarm } from './areas.ts';
import { detail, gateways, NOW, OLD, valuesWith } from './farm.fixture.ts';
import { type Happening, happenings, pulseChannel } from './happenings.ts';

const STEP = 180_000;
const FROM = NOW - 6 * 3_600_000;

/** A pulse over the last six hours, without the steps between two ages in minutes; suspect within others. */
function pulse(without: [number, number][] = [], suspect: [number, number] = [0, 0]): Series {
  const times = Array.from({ length: 120 }, (_, i) => FROM + i * STEP).filter((t) => {
    const age = (NOW - t) / 60_000;
    return !without.some(([from, to]) => age <= from && age >= to);
  });
  const value = times.map(() => 1);
  const quality = times.map((t) => {
    const age = (NOW - t) / 60_000;
    return age <= suspect[0] && age >= suspect[1] ? QUALITY.STUCK : 0;
  });
  return { id: 'c', stepMs: STEP, timeMs: times, mean: value, lo: value, hi: value, n: value, quality };
}

function found(
  pulses: Record<string, Series>,
  others: Parameters<typeof valuesWith>[0] = {},
  away: string[] = [],
): string[] {
  const verdict = judgeFarm(detail, valuesWith(others), gateways(away), NOW);
  const byChannel = new Map(
    detail.devices.map((d) => [pulseChannel(d) as string, pulses[d.device] ?? pulse()] as const),
  );
  const minutes = (h: Happening) => Math.round((NOW - h.atMs) / 60_000);
  return happenings(detail, byChannel, verdict, gateways(away), FROM).map((h) => {
    const who = 'device' in h ? h.device.device : h.gateway;
    return `${h.what} ${who}${'n' in h ? ` ${h.n}` : ''} ${minutes(h)}`;
  });
}

test('nothing is nothing; the pulse is not the battery’s', () => {
  expect(found({})).toEqual([]);
  expect(detail.devices.slice(0, 1).map(pulseChannel)).toEqual(['gw/north-1/soil.moisture@d10']);
});

test('what was away and came back, newest first', () => {
  expect(found({ 'north-1': pulse([[100, 60]]), mast: pulse([[200, 180]]) })).toEqual([
    'back north-1 57',
    'back mast 177',
  ]);
});

test('what is silent now, once', () => {
  expect(found({ 'north-1': pulse([[9, 0]]) }, { 'gw/north-1': OLD })).toEqual(['silent north-1 9']);
});

test('a sprayer that is switched off is no news', () => {
  expect(found({ drone: pulse([[300, 0]]) }, { 'gw/drone': [OLD[0], 0, 0] })).toEqual([]);
});

test('many devices of one gateway at one time are one line; two are named', () => {
  const gap = pulse([[100, 60]]);
  expect(found({ 'south-1': gap, 'south-2': gap, 'south-3': gap })).toEqual(['back-many Gateway gw-2 3 57']);
  expect(found({ 'south-1': gap, 'south-2': gap })).toEqual(['back south-1 57', 'back south-2 57']);
});

test('a gateway that is away is one line, its devices none', () => {
  const silent = { 'gw-2/south-1': OLD, 'gw-2/south-2': OLD, 'gw-2/south-3': OLD };
  expect(found({}, silent, ['gw-2'])).toEqual(['gateway-away Gateway gw-2 1']);
});

test('spells of doubtful readings, the running one told by its newest value', () => {
  expect(found({ 'north-2': pulse([], [120, 90]) })).toEqual(['suspect north-2 120']);
  expect(
    found({ 'north-2': pulse([], [3, 0]) }, { 'gw/north-2/soil.moisture@d10': [NOW - 1_000, 1, QUALITY.STUCK] }),
  ).toEqual(['suspect north-2 0']);
});

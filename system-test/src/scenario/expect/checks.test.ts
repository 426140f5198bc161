/** Every kind of check on a run that is made up: when it holds, and when it does not. */
import type { ApiGateway, Latest, LatestValue } from '@karez/model';
import { describe, expect, test } from 'vitest';
import type { StoredReading } from '../stored.ts';
import type { CheckContext, Evidence, Look, Shown, Verdict, Watch } from './check.ts';
import { CHECKS, checkKindOf, type Expectation } from './check-table.ts';

/** Ten field seconds are one real one; the devices speak every 2 s of real time. */
const context: CheckContext = {
  scale: { speed: 10 },
  lastsMs: 600_000,
  intervalMs: () => 2_000,
  selected: (selector) => (selector === 'all' ? ['a', 'b'] : ['a', 'b'].filter((id) => id === selector)),
  realMs: (span) => (span.kind === 'intervals' ? span.n * 2_000 : span.kind === 'real' ? span.ms : span.ms / 10),
  lookEveryMs: 500,
  rules: ['frost'],
};
const look = (realMs: number, more: Partial<Look> = {}): Look => ({
  ...{
    realMs,
    wallMs: 1_000_000 + realMs,
    fieldMs: realMs * 10,
    latest: undefined,
    shown: undefined,
    gateway: undefined,
  },
  ...{ local: undefined, alerts: undefined, ...more },
});
const shown = (a: Shown, b: Shown = 'fresh') => new Map<string, Shown>(Object.entries({ a, b }));
const online = (is: boolean) => ({ online: is }) as ApiGateway;
const aged = (ageMs: number): Latest => ({
  nowMs: 100_000,
  values: { 'g/a/soil.ph': [100_000 - ageMs, 7, 0], 'g/a/soil.ec': [1, 7, 0], 'g/b/soil.ph': [99_999, 7, 0] } as {
    [id: string]: LatestValue;
  },
});

const readings: (StoredReading & { device: string })[] = [0, 10, 20, 30].map((s) => ({
  ...{ device: 'a', channel: 'air.temperature@h200', timeMs: 1_000_000 + s * 100 },
  ...{ value: s === 30 ? null : 5 - s / 5, quality: s === 30 ? 16 : 0 },
}));
const evidence: Evidence = {
  readings: (device, channel) =>
    readings.filter((r) => r.device === device && (channel === undefined || r.channel.startsWith(channel))),
  wallMs: (fieldMs) => 1_000_000 + fieldMs / 10,
  realWallMs: (fieldMs) => 1_000_000 + fieldMs / 10,
  counts: {
    rejected: ({ code, devices }) => (devices !== undefined ? devices.length : code === 'FRAME_CHECKSUM' ? 4 : 9),
    timeouts: (devices) => devices?.length ?? 7,
    repeats: () => 3,
  },
  books: { missing: [], doubled: [], accepted: 12, stored: 12, messages: 4 },
  peakMb: { gateway: 110 },
};

function judged(spec: Expectation, looks: Look[], found: Evidence): Verdict {
  const watch: Watch = checkKindOf(spec).watch(spec, context) as Watch;
  for (const one of looks) watch.see?.(one);
  const early = watch.soFar?.();
  const verdict = watch.judge(found);
  if (early !== undefined) expect(verdict).toEqual(early);
  return verdict;
}

/** What holds, and changes that make it not hold: to the expectation, to the looks, to the evidence. */
interface Case {
  spec: Expectation;
  looks?: Look[];
  otherwise: { spec?: object; looks?: Look[]; evidence?: Partial<Evidence>; says: RegExp }[];
}

const CASES: Record<keyof typeof CHECKS, Case> = {
  'nothing-lost': {
    spec: { check: 'nothing-lost' },
    otherwise: [{ evidence: { books: { ...evidence.books, missing: ['1 is gone', '2'] } }, says: /1 is gone; 2/ }],
  },
  'stored-once': {
    spec: { check: 'stored-once' },
    otherwise: [{ evidence: { books: { ...evidence.books, doubled: ['1 is there twice'] } }, says: /twice/ }],
  },
  panel: {
    spec: { check: 'panel', device: 'a', shows: 'silent', after: '100s', within: '3 intervals' },
    // After 10 s of real time, within 6 and the grace of 3.5.
    looks: [
      look(5_000, { shown: shown('silent') }),
      look(12_000, { shown: shown('late') }),
      look(19_000, { shown: shown('silent') }),
    ],
    otherwise: [
      { looks: [look(5_000, { shown: shown('silent') })], says: /the scenario ended before/ },
      {
        looks: [look(20_000, { shown: shown('late') }), look(21_000, { shown: shown('silent') })],
        says: /not within .*a is late/,
      },
      { spec: { device: 'all' }, says: /b is fresh/ },
      { looks: [look(20_000)], says: /the cloud did not answer/ },
    ],
  },
  gateway: {
    spec: { check: 'gateway', shows: 'away', after: '100s', within: '5s real' },
    looks: [look(11_000, { gateway: online(true) }), look(14_000, { gateway: online(false) })],
    otherwise: [
      { looks: [look(17_000, { gateway: online(true) })], says: /not within 6.0 s/ },
      { spec: { shows: 'connected' }, looks: [look(17_000, { gateway: online(false) })], says: /it shows it away/ },
    ],
  },
  drained: {
    spec: { check: 'drained', after: '100s', within: '5s real', atLeast: 100 },
    looks: [
      look(9_000, { local: { waiting: 200, oldestAgeMs: 9_000 } }),
      look(12_000, { local: { waiting: 20, oldestAgeMs: 900 } }),
    ],
    otherwise: [
      { spec: { atLeast: 1_000 }, says: /only 200 readings waited/ },
      { looks: [look(17_000, { local: { waiting: 20, oldestAgeMs: 9_000 } })], says: /older readings still wait/ },
    ],
  },
  'live-age': {
    spec: { check: 'live-age', device: 'a', below: '3s real', from: '10s' },
    looks: [look(500, { latest: aged(90_000) }), look(2_000, { latest: aged(4_900) })],
    otherwise: [
      { looks: [look(2_000, { latest: aged(5_100) })], says: /a 3.1 s beyond/ },
      { looks: [look(500, { latest: aged(100) })], says: /no look/ },
    ],
  },
  value: {
    spec: { check: 'value', device: 'a', channel: 'air.temperature', min: 1, max: 5 },
    otherwise: [
      { spec: { min: 2 }, says: /3 readings from 1 to 5; 1 of a/ },
      { spec: { max: 2, min: undefined, how: 'once', to: '15s' }, says: /2 readings from 3 to 5/ },
      { spec: { channel: 'soil.ph' }, says: /no such reading/ },
      { spec: { from: '25s' }, says: /no such reading/ },
    ],
  },
  quality: {
    spec: { check: 'quality', device: 'a', has: 'ABSENT', from: '25s' },
    otherwise: [
      { spec: { from: undefined, to: '25s' }, says: /0 of 3 readings \(at least 1 expected\)/ },
      { spec: { atMost: 0 }, says: /1 of 1 readings \(at most 0 expected\)/ },
      { spec: { has: 'RATE' }, says: /0 of 1/ },
    ],
  },
  stored: {
    spec: { check: 'stored', device: 'a', atLeast: 4, atMost: 4 },
    otherwise: [
      { spec: { atLeast: 5, atMost: undefined }, says: /4 readings \(at least 5/ },
      { spec: { to: '15s' }, says: /2 readings/ },
    ],
  },
  counted: {
    spec: { check: 'counted', what: 'rejected', code: 'FRAME_CHECKSUM', atLeast: 4 },
    otherwise: [
      { spec: { atLeast: 5 }, says: /^4 / },
      { spec: { what: 'timeouts', code: undefined, device: 'all', atLeast: 3 }, says: /^2 / },
      { spec: { what: 'repeats', code: undefined }, says: /^3 / },
    ],
  },
  memory: {
    spec: { check: 'memory', process: 'gateway', belowMb: 111 },
    otherwise: [
      { spec: { belowMb: 110 }, says: /110 MB at most/ },
      { spec: { process: 'cloud' }, says: /could not be measured/ },
    ],
  },
  alert: {
    spec: { check: 'alert', rule: 'frost', device: 'a', after: '100s', within: '50s' },
    looks: [look(11_000, { alerts: [] }), look(12_000, { alerts: [{ rule: 'frost', device: 'a' }] })],
    otherwise: [
      {
        looks: [look(17_000, { alerts: [{ rule: 'frost', device: 'a' }] })],
        says: /shown after 7.0 s \(5.0 s allowed\)/,
      },
      { spec: { device: 'all' }, says: /never shown of b/ },
      { spec: { rule: 'heat' }, says: /never shown/ },
      // The first reading below 2 was taken at 20 s of the field, two seconds after the beginning.
      {
        spec: { after: undefined, since: { device: 'a', channel: 'air.temperature', below: 2 } },
        says: /shown after 10 s \(5.0 s allowed\)/,
      },
      {
        spec: { after: undefined, since: { device: 'a', channel: 'air.temperature', below: -2 } },
        says: /no such reading/,
      },
      { looks: [look(17_000)], says: /this cloud has no alerts/ },
    ],
  },
  'no-alert': {
    spec: { check: 'no-alert', rule: 'frost', device: 'a' },
    looks: [look(1_000, { alerts: [{ rule: 'frost', device: 'b' }] })],
    otherwise: [
      { spec: { device: undefined }, says: /of b/ },
      { looks: [look(1_000)], says: /this cloud has no alerts/ },
    ],
  },
};

describe('a check', () => {
  test.each(Object.entries(CASES))('%s holds, and does not', (_, { spec, looks = [], otherwise }) => {
    expect(judged(spec, looks, evidence)).toMatchObject({ ok: true });
    for (const other of otherwise) {
      const changed = { ...spec, ...other.spec } as Expectation;
      const verdict = judged(changed, other.looks ?? looks, { ...evidence, ...other.evidence });
      expect(verdict.ok, `${JSON.stringify(changed)}: ${verdict.detail}`).toBe(false);
      expect(verdict.detail).toMatch(other.says);
    }
  });

  test.each(Object.entries(CHECKS))('%s says what it is', (_, { what }) => expect(what.length).toBeGreaterThan(20));
});

/** What only the cloud can judge: gateways that are silent, and differences across gateways. */
import { type Rule, silentLogger, type Transition, toColumns } from '@karez/model';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AlertRow } from '../alerts/alert-row.ts';
import { CLOUD, CLOUD_EPOCH, NEW_LIFE } from '../alerts/alert-row.ts';
import { EPOCH, FARM, FROST, GATEWAY_SILENT, MAST, openTestAlerts, type TestAlerts } from '../testing/test-alerts.ts';
import { CloudRules } from './cloud-rules.ts';

const S = 1_000;
/** The mast of one gateway against that of the other. */
const COLDER: Rule = {
  ...FROST,
  id: 'colder',
  scope: { channels: [MAST] },
  condition: {
    ...{
      type: 'difference',
      input: { quantity: 'air.temperature' },
      minus: { channel: 'gw-2/mast/air.temperature@h200' },
    },
    ...{ unit: 'Cel', is: 'below', value: -5, recover: -4 },
  },
};

let at: TestAlerts;
let cloud: CloudRules;
let rules: { revision: number; rule: Rule }[];
let judged: Transition[];
let late: [rule: string, fromMs: number, toMs: number][];
const now = () => at.clock.wallMs();

beforeEach(async () => {
  at = await openTestAlerts();
  await at.describe('gw-2');
  rules = [FROST, GATEWAY_SILENT, COLDER].map((rule, i) => ({ revision: i + 1, rule }));
  [judged, late] = [[], []];
  cloud = new CloudRules({
    ...{ clock: at.clock, logger: silentLogger, registry: at.registry },
    rules: () => ({ rules, timeZone: null }),
    judged: (_farm, transitions) => judged.push(...transitions),
    late: (_farm, rule, fromMs, toMs) => late.push([rule, fromMs, toMs]),
  });
});
afterEach(async () => {
  cloud.stop();
  await at.close();
});

const hear = (gateway: string) => at.registry.heard(FARM, gateway, now());
/** Readings of a mast as the store has committed them, in one batch. */
const committed = (gateway: string, rows: [timeMs: number, value: number][]) =>
  cloud.committed(
    [
      {
        ...{ farm: FARM, gateway, epoch: EPOCH, channels: at.registry.channels(FARM, gateway, EPOCH) ?? new Map() },
        readings: toColumns(rows.map(([timeMs, value], i) => ({ seq: i + 1, timeMs, channel: 1, value, quality: 0 }))),
      },
    ],
    now(),
  );
const said = () => judged.map(({ rule, subject, state }) => `${rule} ${subject} ${state}`);
const openRow = (rule: string, subject: string, firedMs: number): AlertRow => ({
  ...{ id: 1, farm: FARM, rule, subject, by: CLOUD, epoch: CLOUD_EPOCH, seq: 1, revision: 2, firedMs, endedMs: null },
  ...{ reason: null, state: 'firing', noData: false, raisedMs: firedMs, late: false, value: 180, life: NEW_LIFE },
});

describe('a gateway', () => {
  test('that is not heard for so long is silent, from then on, until it is heard', async () => {
    cloud.start([]);
    await at.clock.advance(60 * S);
    hear('gw-1');
    hear('gw-2');
    const heardMs = now();
    for (let i = 0; i < 18; i++) {
      await at.clock.advance(10 * S);
      hear('gw-2');
    }
    expect(said()).toEqual([]);
    await at.clock.advance(2 * S);
    expect(judged).toMatchObject([
      { rule: 'gateway-silent', subject: 'gw-1', state: 'firing', raised: true, timeMs: heardMs + 180 * S },
    ]);
    await at.clock.advance(100 * S);
    hear('gw-1');
    hear('gw-2');
    await at.clock.advance(2 * S);
    expect(said()).toEqual(['gateway-silent gw-1 firing', 'gateway-silent gw-1 ok']);
  });

  test('is not blamed for the time in which the cloud itself was away', async () => {
    hear('gw-1');
    hear('gw-2');
    await at.clock.advance(3_600 * S);
    cloud.start([]);
    await at.clock.advance(179 * S);
    expect(said()).toEqual([]);
    await at.clock.advance(3 * S);
    expect(said()).toEqual(['gateway-silent gw-1 firing', 'gateway-silent gw-2 firing']);
  });

  test('that was silent before a restart goes on being so, without a second alert', async () => {
    cloud.start([openRow('gateway-silent', 'gw-1', now() - 600 * S)]);
    hear('gw-2');
    await at.clock.advance(170 * S);
    expect(said()).toEqual([]);
    hear('gw-1');
    await at.clock.advance(2 * S);
    expect(judged).toMatchObject([{ subject: 'gw-1', state: 'ok', firedMs: now() - 772 * S }]);
  });
});

describe('a difference across gateways', () => {
  test('is judged here, with the times of the readings; what one gateway can judge is not', () => {
    cloud.start([]);
    committed('gw-2', [[now() - 10 * S, 3]]);
    committed('gw-1', [
      [now() - 10 * S, -1],
      [now() - 5 * S, -3],
    ]);
    expect(judged).toMatchObject([
      { rule: 'colder', subject: MAST, state: 'firing', raised: true, timeMs: now() - 5 * S, value: -6 },
    ]);
  });

  test('in late readings is looked for once they have come, and changes nothing now', () => {
    cloud.start([]);
    committed('gw-2', [[now() - 10 * S, 3]]);
    committed('gw-1', [[now() - 5 * S, 3]]);
    committed('gw-1', [
      [now() - 3_600 * S, -9],
      [now() - 3_000 * S, -9],
    ]);
    expect(said()).toEqual([]);
    expect(late).toEqual([['colder', now() - 3_600 * S, now() - 3_000 * S]]);
  });

  test('is over when the rule is changed, switched off, or its device leaves', () => {
    cloud.start([]);
    committed('gw-2', [[now() - 10 * S, 3]]);
    committed('gw-1', [[now() - 5 * S, -9]]);
    rules = rules.map(({ rule, revision }) => ({
      revision: revision + 3,
      rule: { ...rule, enabled: rule.id !== 'colder' },
    }));
    cloud.use(FARM);
    expect(judged.slice(1)).toMatchObject([{ rule: 'colder', state: 'ok', reason: 'rule' }]);
    committed('gw-1', [[now() - 4 * S, -9]]);
    expect(judged).toHaveLength(2);
  });
});

test('farms that are not known here are passed over', () => {
  cloud.start([]);
  cloud.committed(
    [{ farm: 'elsewhere', gateway: 'gw', epoch: EPOCH, channels: new Map(), readings: toColumns([]) }],
    now(),
  );
  expect(judged).toEqual([]);
});

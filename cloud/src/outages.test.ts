/**
 * The cloud with a real InfluxDB that fails in every way it can: slow, answering 500, storing and answering 500, cut in
 * mid-answer, killed and started again. Nothing is acknowledged that is not there, and everything is there in the end, once.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Between, type InfluxBetween, startBetween } from './testing/between.ts';
import { type Influxd, startInfluxd } from './testing/influxd.ts';
import { startTestCloud, type TestCloud, until } from './testing/test-cloud.ts';
import type { TestGateway } from './testing/test-gateway.ts';

let influxd: Influxd;
let between: InfluxBetween;
let cloud: TestCloud;
let gateway: TestGateway;
let other: TestGateway;
let next = 1;

beforeAll(async () => {
  influxd = await startInfluxd();
  between = await startBetween(influxd.port);
  cloud = await startTestCloud({ store: between.url, gateways: ['gw-1', 'gw-2'] });
  gateway = await cloud.connect('gw-1');
  other = await cloud.connect('gw-2');
  await gateway.describe();
  await other.describe();
});
afterAll(async () => {
  await cloud?.close();
  await between?.close();
  await influxd?.stop();
});

const beganMs = Date.now() - 3_600_000;
/** The next readings, each of a time of its own. */
const rows = (count: number) =>
  Array.from({ length: count }, () => ({ seq: next, timeMs: beganMs + next, value: next++ % 50 }));

/** Readings that InfluxDB holds, asked at InfluxDB itself. */
async function held(): Promise<number> {
  const q = encodeURIComponent('SELECT count("soil.moisture") FROM soil GROUP BY gateway');
  const response = await fetch(`http://127.0.0.1:${influxd.port}/query?db=karez&q=${q}`);
  const answer = (await response.json()) as { results: { series?: { values: [unknown, number][] }[] }[] };
  return (answer.results[0]?.series ?? []).reduce((sum, series) => sum + (series.values[0]?.[1] ?? 0), 0);
}

test.each<Between>(['fail', 'fail after', 'cut'])(
  '"%s": nothing is acknowledged, and all of it arrives once',
  async (mode) => {
    const fired = between.counts[mode];
    const before = gateway.stored.size;
    between.set(mode);
    const delivering = Promise.all([gateway.deliver(rows(500)), gateway.deliver(rows(500))]);
    await until('the fault to fire twice', () => (between.counts[mode] >= fired + 2 ? true : undefined));
    expect(gateway.stored.size).toBe(before);
    between.set('pass');
    await delivering;
    expect(gateway.stored.size).toBe(before + 1000);
    expect(gateway.retries.get('STORE_UNAVAILABLE')).toBeGreaterThan(0);
  },
);

test('slow: nothing is acknowledged too early, nothing is asked for twice', async () => {
  between.set('slow');
  const retries = gateway.retries.get('STORE_UNAVAILABLE');
  await gateway.deliver(rows(200));
  between.set('pass');
  expect(between.counts.slow).toBe(1);
  expect(gateway.retries.get('STORE_UNAVAILABLE')).toBe(retries);
});

test('killed while readings flow, and started again', async () => {
  const kills: number[] = [];
  for (let round = 0; round < 3; round++) {
    const delivering = Promise.all([
      ...Array.from({ length: 6 }, () => gateway.deliver(rows(2_000))),
      other.deliver([{ seq: round + 1, timeMs: beganMs + round, value: 1 }]),
    ]);
    const stored = gateway.stored.size;
    await until('readings to flow', () => (gateway.stored.size > stored ? true : undefined));
    await influxd.kill();
    kills.push(round);
    await influxd.start();
    await delivering;
  }
  expect(kills).toHaveLength(3);
}, 120_000);

test('in the end InfluxDB and the ledger hold every reading, once', async () => {
  const total = next - 1;
  expect(gateway.stored.size).toBe(total);
  expect(await held()).toBe(total + 3);
  await gateway.say({ accepted: total, segments: [[1, total]] });
  const seen = await until('the proof', async () => {
    const found = await cloud.gateway();
    return found.ledger[0]?.proof?.given === total ? found : undefined;
  });
  expect(seen.ledger).toMatchObject([
    { ranges: [[1, total]], stored: total, quarantined: 0, conflicts: 0, proof: { complete: true, unexplained: 0 } },
  ]);
});

test('the cloud starts while InfluxDB is away, and takes readings once it is there', async () => {
  await influxd.kill();
  await cloud.restart();
  gateway = await cloud.connect('gw-1');
  await gateway.describe();
  const delivering = gateway.deliver(rows(10));
  await until('a refusal', () => gateway.retries.get('STORE_UNAVAILABLE'));
  await influxd.start();
  await delivering;
  expect(await held()).toBe(next - 1 + 3);
});

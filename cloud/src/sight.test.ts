/** What the cloud shows of its gateways, over its real protocols: time, state, proof, quarantine, through restarts. */
import { type ApiGateway, firstOf } from '@karez/model';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EPOCH, FARM, startTestCloud, type TestCloud, until } from './testing/test-cloud.ts';
import type { TestGateway } from './testing/test-gateway.ts';

let cloud: TestCloud;
let gateway: TestGateway;
const now = Date.now();

beforeAll(async () => {
  cloud = await startTestCloud({ gateways: ['gw-1', 'gw-2'] });
  gateway = await cloud.connect();
  await gateway.describe();
});
afterAll(async () => {
  await cloud?.close();
});

const row = (seq: number, timeMs = now - 1_000) => ({ seq, timeMs, value: 20 });
const seen = (what: string, is: (found: ApiGateway) => boolean) =>
  until(what, async () => {
    const found = await cloud.gateway();
    return is(found) ? found : undefined;
  });

test('a status is answered with the cloud’s time and the moment that it belongs to', async () => {
  const before = Date.now();
  await gateway.say({ monoMs: 123_456 });
  const ack = await until('the answer', () => gateway.acks.find((a) => a.echoMs !== undefined));
  expect(ack).toMatchObject({ v: 1, epoch: EPOCH, acked: [], refused: [], retry: [], echoMs: 123_456 });
  expect(ack.timeMs).toBeGreaterThanOrEqual(before);
  expect(ack.timeMs).toBeLessThanOrEqual(Date.now());
});

test('the proof: what was given and is not there is named, and explained by what waits and what is lost', async () => {
  // A segment of ten numbers, of which two wait, one is lost and one was refused; after an unclean end another of five.
  const second = firstOf(1);
  await gateway.deliver([1, 2, 3, 6, 8, 9, 10].map((seq) => row(seq)));
  await gateway.deliver([row(7, now + 5 * 3_600_000)]);
  await gateway.deliver([0, 1, 2, 3, 4].map((i) => row(second + i)));
  const segments: [number, number][] = [
    [1, 10],
    [second, second + 4],
  ];
  await gateway.say({ accepted: 15, segments, waiting: 1, lost: [{ reason: 'journal full', readings: 1 }] });
  const found = await seen('the proof', (g) => g.ledger[0]?.proof?.given === 15);
  expect(found).toMatchObject({
    online: true,
    status: { accepted: 15, waiting: 1, clock: { state: 'known' }, link: { state: 'up' } },
    ledger: [
      {
        epoch: EPOCH,
        ranges: [
          [1, 3],
          [6, 6],
          [8, 10],
          [second, second + 4],
        ],
        ...{ stored: 12, quarantined: 1, conflicts: 0 },
        proof: {
          ...{ complete: false, given: 15, missing: [[4, 5]], missingReadings: 2, waiting: 1, lost: 1, unexplained: 0 },
        },
      },
    ],
  });
  // A gateway that says less than the truth is caught.
  await gateway.say({ accepted: 15, segments, waiting: 0 });
  const caught = await seen('the gap', (g) => g.ledger[0]?.proof?.waiting === 0);
  expect(caught.ledger[0]?.proof).toMatchObject({ unexplained: 2 });
  await gateway.deliver([row(4), row(5)]);
  const whole = await seen('the end', (g) => g.ledger[0]?.proof?.complete === true);
  expect(whole.ledger[0]).toMatchObject({ stored: 14, proof: { missing: [], unexplained: 0 } });
});

test('what was refused can be looked at', async () => {
  const path = `api/v1/gateways/${FARM}/gw-1/quarantine`;
  const [entry] = (await (await cloud.get(path)).json()) as { id: number }[];
  expect(entry).toMatchObject({ code: 'TIME_IN_FUTURE', first: 7, last: 7, readings: 1 });
  const whole = await (await cloud.get(`${path}/${entry?.id}`)).json();
  expect(whole).toMatchObject({ rows: [[7, 'gw-1/soil-1/soil.moisture@d20', now + 5 * 3_600_000, 20, 0]] });
  expect(await (await cloud.get(`${path}/999`)).json()).toMatchObject({ code: 'NOT_FOUND', where: 'params.entry' });
  expect(await (await cloud.get('api/v1/gateways/farm/none/quarantine')).json()).toMatchObject({
    ...{ code: 'NOT_FOUND', where: 'params.gateway' },
  });
  await gateway.client.publishAsync(`karez/v1/${FARM}/gw-1/batch`, Buffer.from('rubbish'), { qos: 1 });
  const rubbish = await until('the rubbish', async () => {
    const [newest] = (await (await cloud.get(path)).json()) as { id: number; code: string; epoch: string | null }[];
    return newest?.epoch === null ? newest : undefined;
  });
  const kept = await (await cloud.get(`${path}/${rubbish.id}`)).json();
  expect(kept).toMatchObject({ hex: Buffer.from('rubbish').toString('hex') });
});

test('a gateway restored from a copy of its disk is seen, and loses nothing', async () => {
  await gateway.deliver([row(9, now - 500), row(10, now - 400), row(11, now - 300)]);
  const found = await seen('the conflicts', (g) => (g.ledger[0]?.conflicts ?? 0) > 0);
  expect(found.ledger[0]?.conflicts).toBe(2);
  const channel = encodeURIComponent('gw-1/soil-1/soil.moisture@d20');
  const history = await cloud.get(
    `api/v1/farms/${FARM}/history?channel=${channel}&from=${now - 60_000}&to=${now + 60_000}`,
  );
  expect(((await history.json()) as { series: { n: number[] }[] }).series[0]?.n).toHaveLength(14 + 3);
  const metrics = await (await cloud.get('metrics')).text();
  expect(metrics).toMatch(/^karez_cloud_readings_conflicting_total 2$/m);
});

test('gateways go with their connection, whatever their last will says, and come back with it', async () => {
  expect((await cloud.gateway()).online).toBe(true);
  // As a last will that comes late, after the gateway is back.
  await gateway.client.publishAsync(
    `karez/v1/${FARM}/gw-1/status`,
    JSON.stringify({ v: 1, online: false, epoch: EPOCH }),
    { qos: 1, retain: true },
  );
  await gateway.deliver([row(12)]);
  expect((await cloud.gateway()).online).toBe(true);
  gateway.client.stream.destroy();
  expect(await seen('it to be gone', (g) => !g.online)).toMatchObject({ status: { accepted: 15 } });
  gateway = await cloud.connect();
  await seen('it to be back', (g) => g.online);
});

test('a restart forgets no status, shows nobody as connected, and a new epoch stands beside the old', async () => {
  const before = await seen('the last of it', (g) => g.ledger[0]?.stored === 16);
  await cloud.restart();
  const after = await cloud.gateway();
  expect(after.online).toBe(false);
  expect(after.status).toEqual(before.status);
  expect(after.heardMs).toBe(before.heardMs);
  expect(after.ledger).toEqual(before.ledger);
  gateway = await cloud.connect('gw-1', '89abcdef');
  await gateway.describe();
  await gateway.say({ accepted: 1, segments: [[1, 1]] });
  await gateway.deliver([row(1)]);
  const both = await seen('both epochs', (g) => g.ledger[1]?.proof?.complete === true);
  expect(both.status?.epoch).toBe('89abcdef');
  expect(both.ledger.map((l) => [l.epoch, l.proof?.given, l.proof?.complete])).toEqual([
    [EPOCH, 15, true],
    ['89abcdef', 1, true],
  ]);
});

test('a gateway that never said anything has no proof', async () => {
  const other = await cloud.connect('gw-2');
  await other.describe();
  await other.deliver([row(1)]);
  const ledger = await until('its reading', async () => {
    const found = await cloud.gateway('gw-2');
    return found.ledger.length > 0 ? found.ledger : undefined;
  });
  expect(ledger).toMatchObject([{ stored: 1, proof: null }]);
});

/**
 * The whole way with real processes, real ttys and real sockets, broken in between: the gateway is killed with SIGKILL
 * twice, the network to the cloud goes silent, and the cloud is killed. Afterwards the checker, which shares no code with what it checks, proves by
 * sequence numbers and by the devices' own counters that everything accepted is stored, once.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { untilEmptied } from './emptied.ts';
import { FARM, GATEWAY, makeFarm, type TestFarm } from './farm.ts';
import { type Service, waitFor } from './process.ts';

let farm: TestFarm;
let gateway: Service;
let sim: Service;
const faults: string[] = [];
const beganMs = Date.now();

/** Readings that the store holds, summed over the ledger's epochs. */
const stored = async () => (await farm.api.gateway())?.ledger.reduce((sum, epoch) => sum + epoch.stored, 0) ?? 0;

/** Waits until the cloud holds `more` readings above what it holds now: the system is alive, whatever the machine's speed. */
async function flowOn(more: number, what: string): Promise<void> {
  const before = await stored();
  await waitFor(what, async () => (await stored()) >= before + more);
}

/** Waits until nodes have had `more` messages acknowledged by the gateway. */
async function acceptOn(more: number, what: string): Promise<void> {
  const before = farm.acked().length;
  await waitFor(what, () => farm.acked().length >= before + more);
}

beforeAll(async () => {
  farm = await makeFarm();
  await farm.startCloud();
  sim = await farm.startSim();
  gateway = await farm.startGateway();
});

afterAll(async () => {
  await farm?.close();
});

test('values of all four families reach the API', async () => {
  const kinds = await waitFor('all four families', async () => {
    const detail = await farm.api.farm().catch(() => undefined);
    if (detail === undefined) return undefined;
    const heard = new Set(
      Object.keys((await farm.api.latest()).values).map((id) => id.split('/').slice(0, 2).join('/')),
    );
    const profiles = new Set(detail.devices.filter((d) => heard.has(d.id)).map((d) => d.profile));
    return profiles.size === 4 && profiles;
  });
  expect([...kinds].sort()).toEqual(['cwt-soil-7in1', 'davis-vantage-pro2', 'mavlink-sprayer', 'wifi-soil-node']);
});

test('readings flow on through SIGKILL, a silent link and a dead cloud', async () => {
  await flowOn(200, 'readings before the first fault');

  await gateway.kill();
  faults.push('gateway killed');
  gateway = await farm.startGateway();
  await flowOn(200, 'readings after the first kill');

  farm.link.goSilent();
  faults.push('link silent');
  await acceptOn(30, 'nodes to be served while the link is silent');
  await gateway.kill();
  faults.push('gateway killed while the link was silent');
  gateway = await farm.startGateway();
  await acceptOn(30, 'nodes to be served after a start without a link');
  farm.link.heal();
  await flowOn(200, 'the backlog to arrive');

  await farm.cloud().kill();
  faults.push('cloud killed');
  await acceptOn(20, 'nodes to be served while the cloud is dead');
  await farm.startCloud();
  await flowOn(200, 'the backlog after the cloud came back');
  expect(farm.link.counts.silenced).toBeGreaterThan(0);
  expect(faults).toHaveLength(4);
});

test('everything accepted is stored, once', async () => {
  // No new readings: the farm goes quiet, the gateway empties its journal.
  expect(await sim.stop()).toBe(0);
  const accepted = await untilEmptied(farm);
  const last = await waitFor('the cloud to hear of it', async () => {
    const view = await farm.api.gateway();
    return view?.status?.accepted === accepted && view.status.waiting === 0 && view.online ? view : undefined;
  });

  // By sequence numbers: one epoch, one range without a gap for each segment (each hard start begins one), together as
  // long as the gateway's own count.
  expect(last.ledger).toHaveLength(1);
  const ledger = last.ledger[0] as (typeof last.ledger)[number];
  expect(accepted).toBeGreaterThan(1000);
  expect(ledger.ranges.map(([first]) => first)).toEqual([0, 1, 2].map((segment) => segment * 2 ** 36 + 1));
  expect(ledger.ranges).toEqual(last.status?.segments);
  expect(ledger.ranges.reduce((sum, [first, end]) => sum + end - first + 1, 0)).toBe(accepted);
  expect(ledger.stored).toBe(accepted);
  expect(ledger.quarantined).toBe(0);
  expect(last.status?.lost).toEqual([]);

  // By the devices' counters: each acknowledged message is there with its own time, and nothing is there twice.
  const now = Date.now();
  let compared = 0;
  for (const node of farm.nodes) {
    const history = await farm.api.history([`${GATEWAY}/${node}/soil.moisture@d10`], beganMs - 60_000, now + 60_000);
    const series = history.series[0];
    expect(series?.stepMs, 'raw readings, not averages').toBe(0);
    const times = series?.timeMs ?? [];
    expect(new Set(times).size, `${node}: no time twice`).toBe(times.length);
    const there = new Set(times);
    const missing = farm.acked().filter((m) => m.device === node && !there.has(m.t));
    expect(missing).toEqual([]);
    compared += times.length;
  }
  expect(compared).toBeGreaterThanOrEqual(farm.acked().length);

  // The rows themselves: as many as sequence numbers.
  const detail = await farm.api.farm();
  let rows = 0;
  for (const device of detail.devices) {
    const history = await farm.api.history(
      device.channels.map((c) => c.id),
      beganMs - 60_000,
      now + 60_000,
    );
    for (const series of history.series) rows += series.n.reduce((sum, n) => sum + n, 0);
  }
  expect(rows).toBe(accepted);
});

test('late readings drew into the past and a stopped farm turns silent, not wrong', async () => {
  const latest = await farm.api.latest();
  const silentFrom = latest.nowMs;
  await pause(1);
  const again = await farm.api.latest();
  expect(again.nowMs).toBeGreaterThanOrEqual(silentFrom);
  expect(again.values).toEqual(latest.values);
  for (const [timeMs] of Object.values(again.values)) expect(timeMs).toBeLessThanOrEqual(again.nowMs);
});

test('processes stop when asked, with status 0', async () => {
  expect(await gateway.stop()).toBe(0);
  expect(await farm.cloud().stop()).toBe(0);
  expect(FARM).not.toBe('');
});

/**
 * Gateway and cloud with a kernel-made network between them (road.ts): packets lost at random, all packets lost for longer
 * than the keepalive with no word to anybody, and a day's worth of backlog to be drained over 64 kbit/s.
 */
import { LIMITS } from '@karez/model';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { GATEWAY, makeFarm, type TestFarm } from '../farm.ts';
import { type Service, waitFor } from '../process.ts';
import { sendMany } from './eager-node.ts';
import { endAndProve } from './evidence.ts';
import { type LiveTail, listenLive } from './live-tail.ts';
import type { AckedMessage } from './proof.ts';
import { buildRoad, type Road } from './road.ts';

// Longer than any wait in it, so that a wait in vain can say what for.
vi.setConfig({ testTimeout: 150_000 });

const KBIT_PER_S = 64;
const EAGER = ['eager-1', 'eager-2', 'eager-3', 'eager-4'];
const MESSAGES_EACH = 1_500;
const HOUR = 3_600_000;

let road: Road | undefined;
let farm: TestFarm;
let sim: Service;
let gateway: Service;
let cloud: Service;
let live: LiveTail | undefined;
let past: AckedMessage[] = [];

const stored = async () => (await farm.api.gateway())?.ledger.reduce((sum, { stored }) => sum + stored, 0) ?? 0;
const linkOf = async () => (await farm.local())?.status.link;

async function storedOn(more: number, what: string): Promise<void> {
  const before = await stored();
  await waitFor(what, async () => (await stored()) >= before + more);
}

beforeAll(async () => {
  road = buildRoad();
  farm = await makeFarm({ nodes: 6, probes: 2, played: EAGER, inFront: road.inFront, cloudHost: road.cloudHost });
  sim = await farm.startSim();
  [cloud, gateway] = await Promise.all([farm.startCloud(), farm.startGateway()]);
  await storedOn(100, 'readings before the first fault');
});

afterAll(async () => {
  live?.close();
  await farm?.close();
  road?.remove();
});

test('a road that loses every tenth packet delays readings and stops none', async () => {
  road?.narrow(KBIT_PER_S);
  road?.lose(10);
  await storedOn(500, 'readings over a road that loses packets');
  expect(road?.lost()).toBeGreaterThan(0);
  road?.lose(0);
});

test('a cut without a word is noticed within two keepalives, and nodes are served meanwhile', async () => {
  await waitFor('the link to be up', async () => (await linkOf())?.state === 'up');
  const cutMs = Date.now();
  road?.lose(100);
  const before = farm.acked().length;
  const fromMs = cutMs - 6 * HOUR;
  past = (await Promise.all(EAGER.map((id, i) => sendMany(farm, id, MESSAGES_EACH, fromMs, i)))).flat();
  expect(past.length).toBe(EAGER.length * MESSAGES_EACH);
  expect(farm.acked().length).toBeGreaterThan(before);
  const noticed = await waitFor('the gateway to notice', async () => {
    const link = await linkOf();
    return link !== undefined && link.state !== 'up' && link;
  });
  // By the gateway's own clock, which is this machine's.
  expect(noticed.sinceMs - cutMs).toBeGreaterThan(0);
  expect(noticed.sinceMs - cutMs).toBeLessThanOrEqual(2 * LIMITS.keepaliveS * 1_000);
  expect(road?.lost()).toBeGreaterThan(0);
  expect((await farm.local())?.status.waiting).toBeGreaterThan(past.length * 8);
});

test('healed, it connects by itself, and fresh readings overtake the backlog on the narrow road', async () => {
  live = await listenLive(farm);
  road?.lose(0);
  const { sinceMs: began } = await waitFor('the backlog to be drained', async () => {
    const { status } = (await farm.local()) ?? {};
    return status?.link.state === 'up' && status.waiting < 1_000 && status.link;
  });
  const isPast = (channel: string) => channel.startsWith(`${GATEWAY}/eager-`);
  const last = live.rows.findLastIndex((row) => isPast(row.channel));
  const ended = live.rows[last]?.nowMs as number;
  const drainMs = ended - began;
  expect(road?.queued(), 'the road was the narrow place').toBeGreaterThan(100);

  // Every sample that a node took since the link was up, but for the last moment, was there before the backlog was. What came
  // before that came over the old connection, out of the kernel's own buffers.
  const seen = new Set(live.rows.slice(0, last).map((row) => `${row.channel} ${row.timeMs}`));
  const taken = farm.acked().filter(({ t }) => t > began && t < began + drainMs * 0.75);
  const overtook = taken.filter(({ device, t }) => seen.has(`${GATEWAY}/${device}/soil.moisture@d10 ${t}`));
  const ages = live.rows
    .slice(0, last)
    .filter(({ channel, timeMs }) => !isPast(channel) && timeMs > began)
    .map(({ nowMs, timeMs }) => nowMs - timeMs)
    .sort((a, b) => a - b);
  const ageAt = (share: number) => ages[Math.floor((ages.length - 1) * share)] as number;
  const seenAs = `drained in ${drainMs} ms, ages of what was live: median ${ageAt(0.5)}, 95 % ${ageAt(0.95)}, at most ${ageAt(1)} ms; ${overtook.length} of ${taken.length} samples overtook`;
  expect(taken.length, seenAs).toBeGreaterThan(20);
  expect(overtook.length / taken.length, seenAs).toBeGreaterThan(0.95);
  expect(ageAt(0.5), seenAs).toBeLessThan(drainMs / 4);
});

test('nothing is lost, nothing is double', async () => {
  const proof = await endAndProve(farm, { sim, gateway, cloud }, { acked: past });
  expect(proof.problems).toEqual([]);
  expect(proof.lostAsSaid).toBe(0);
});

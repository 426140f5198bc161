/**
 * Disks that are full to the last byte, and disks that the kernel makes read-only after an error, under the gateway's and the
 * cloud's data. Nobody ends; what is not on a disk is not acknowledged; when there is room again everything goes on by itself.
 */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { makeFarm, type TestFarm } from '../farm.ts';
import { type Service, waitFor } from '../process.ts';
import { endAndProve } from './evidence.ts';
import { makeSmallDisk, type SmallDisk } from './small-disk.ts';

// Longer than any wait in it, so that a wait in vain can say what for.
vi.setConfig({ testTimeout: 150_000 });

let farm: TestFarm;
let disks: { gateway: SmallDisk; cloud: SmallDisk } | undefined;
let sim: Service;
let gateway: Service;
let cloud: Service;

const accepted = async () => (await farm.local())?.status.accepted ?? 0;
const stored = async () => (await farm.api.gateway())?.ledger.reduce((sum, { stored }) => sum + stored, 0) ?? 0;

/** Waits until nodes got `more` PUBACKs. */
async function acknowledgedOn(more: number, what: string): Promise<void> {
  const before = farm.acked().length;
  await waitFor(what, () => farm.acked().length >= before + more);
}

/** Waits until so many more readings have reached the store. */
async function storedOn(more: number, what: string): Promise<void> {
  const before = await stored();
  await waitFor(what, async () => (await stored()) >= before + more);
}

/** Sampling time of the newest value of a probe on the gateway's page. */
async function shownMs(): Promise<number> {
  const page = await farm.local();
  return Math.max(...(page?.values ?? []).filter((v) => v.device === 'soil-1').map((v) => v.timeMs ?? 0));
}

/**
 * Waits until the gateway's page says that the disk refuses, then watches it for three more values of a probe: it goes on
 * serving what is measured, accepts nothing, and no node gets a PUBACK.
 */
async function expectRefusing(words: RegExp): Promise<void> {
  const page = await waitFor('the page to say what is wrong', async () => {
    const now = await farm.local();
    return now?.status.journal.writable === false && now;
  });
  expect(page.trouble).toMatch(words);
  let before: { acked: number; accepted: number } | undefined;
  let calm = 0;
  while (calm < 3) {
    const was = await shownMs();
    await waitFor('a newer value on the page', async () => (await shownMs()) > was);
    const now = { acked: farm.acked().length, accepted: await accepted() };
    // A last group may have found room that was left; from some moment on none does.
    calm = before !== undefined && before.acked === now.acked && before.accepted === now.accepted ? calm + 1 : 0;
    before = now;
  }
  expect((await farm.local())?.status.journal.writable).toBe(false);
}

beforeAll(async () => {
  disks = { gateway: makeSmallDisk('ext4', 8), cloud: makeSmallDisk('ext4', 20) };
  farm = await makeFarm({ nodes: 4, probes: 2, disks: { gateway: disks.gateway.path, cloud: disks.cloud.path } });
  sim = await farm.startSim();
  [cloud, gateway] = await Promise.all([farm.startCloud(), farm.startGateway()]);
  await storedOn(100, 'readings before the first fault');
});

afterAll(async () => {
  await farm?.close();
  disks?.gateway.remove();
  disks?.cloud.remove();
});

test('the gateway’s disk is full: it serves live values even after a start, acknowledges nothing, and goes on when there is room', async () => {
  expect(disks?.gateway.fill()).toBeGreaterThan(100_000);
  await expectRefusing(/disk is full/);
  await gateway.kill();
  gateway = await farm.startGateway();
  await expectRefusing(/no space left|disk is full/i);
  disks?.gateway.free();
  await acknowledgedOn(20, 'PUBACKs after room was made');
  await storedOn(100, 'readings to arrive after room was made');
  expect((await farm.local())?.trouble).toBeNull();
});

test('the gateway’s disk becomes read-only: the same, until it is repaired and the gateway started again', async () => {
  disks?.gateway.fail();
  await expectRefusing(/the disk refuses the journal/);
  await gateway.kill();
  disks?.gateway.repair();
  gateway = await farm.startGateway();
  await acknowledgedOn(20, 'PUBACKs after the repair');
  await storedOn(100, 'readings to arrive after the repair');
});

test('the cloud’s disk is full: the gateway keeps what the cloud cannot, and the cloud goes on when there is room', async () => {
  expect(disks?.cloud.fill()).toBeGreaterThan(100_000);
  await waitFor('the cloud to say so', () => cloud.log.some((line) => /did not commit.*disk is full/.test(line)));
  // A commit or two may still find room in the log that was made before; from some moment on none does.
  let then = -1;
  for (let calm = 0; calm < 3; ) {
    await acknowledgedOn(8, 'nodes to be served meanwhile');
    const now = await stored();
    calm = now === then ? calm + 1 : 0;
    then = now;
  }
  const waiting = (await farm.local())?.status.waiting as number;
  expect(waiting).toBeGreaterThan(0);
  disks?.cloud.free();
  await storedOn(waiting, 'the backlog after room was made');
});

test('the cloud’s disk becomes read-only: the same, until it is repaired and the cloud started again', async () => {
  disks?.cloud.fail();
  await waitFor('the cloud to say so', () => cloud.log.some((line) => /did not commit.*I\/O error/.test(line)));
  await acknowledgedOn(12, 'nodes to be served meanwhile');
  await cloud.kill();
  disks?.cloud.repair();
  cloud = await farm.startCloud();
  await storedOn(100, 'the backlog after the repair');
});

test('nothing that was acknowledged is lost, nothing is double', async () => {
  const proof = await endAndProve(farm, { sim, gateway, cloud });
  expect(proof.problems).toEqual([]);
  expect(proof.lostAsSaid).toBe(0);
  expect(proof.segments).toBe(3);
});

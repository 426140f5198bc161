/** What the cloud remembers of gateways is bounded, and the newest of it stays. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { LIMITS } from '@karez/model';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { inventoryOf, statusOf } from '../testing/test-gateway.ts';
import { type OpenVault, openVault } from '../vault/open-vault.ts';
import { Registry } from './registry.ts';

let folder: string;
let vault: OpenVault;
let registry: Registry;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'karez-registry-'));
  vault = await openVault({ path: join(folder, 'cloud.db'), keepReadings: true });
  registry = new Registry(vault);
});
afterEach(async () => {
  await vault.close();
  rmSync(folder, { recursive: true });
});

const epochOf = (n: number) => n.toString(16).padStart(8, '0');
const inventory = (n: number) => inventoryOf({ farm: 'farm', gateway: 'gw', epoch: epochOf(n) });

test('a gateway that invents epochs fills neither memory nor disk', async () => {
  const count = LIMITS.epochsPerGateway + 8;
  for (let n = 1; n <= count; n++) {
    await registry.setInventory('farm', 'gw', inventory(n), n);
    registry.said('farm', 'gw', statusOf(epochOf(n), { accepted: n }), n);
  }
  expect(registry.words()).toHaveLength(LIMITS.epochsPerGateway);
  expect(registry.state('farm', 'gw').status).toMatchObject({ accepted: count });
  expect(registry.channels('farm', 'gw', epochOf(1))).toBeUndefined();
  expect(registry.channels('farm', 'gw', epochOf(count))?.size).toBe(2);
  expect(await vault.inventories()).toHaveLength(LIMITS.epochsPerGateway);
  await registry.write();
  expect(await vault.words()).toHaveLength(LIMITS.epochsPerGateway);
  registry.said('farm', 'gw', statusOf(epochOf(count + 1)), count + 1);
  await registry.write();
  expect(await vault.words()).toHaveLength(LIMITS.epochsPerGateway);
  // One that comes back is known again.
  expect(await registry.setInventory('farm', 'gw', inventory(1), count + 1)).toBe(true);
  expect(registry.channels('farm', 'gw', epochOf(1))?.size).toBe(2);
});

test('after a restart the same is known, the newest epoch last', async () => {
  await registry.setInventory('farm', 'gw', inventory(1), 1);
  await registry.setInventory('farm', 'gw', inventory(2), 2);
  registry.said('farm', 'gw', statusOf(epochOf(2), { accepted: 7 }), 5);
  registry.said('farm', 'gw', statusOf(epochOf(1), { accepted: 9 }), 6);
  await registry.write();
  const again = new Registry(vault);
  await again.load();
  expect(again.state('farm', 'gw')).toMatchObject({ online: false, status: { accepted: 9 } });
  expect(again.farm('farm')?.devices).toHaveLength(1);
  expect(again.channels('farm', 'gw', epochOf(1))?.size).toBe(2);
});

test('words that could not be written are written the next time', async () => {
  let refuses = true;
  const failing = new Registry({
    ...vault,
    setWords: (...args) => (refuses ? Promise.reject(new Error('disk full')) : vault.setWords(...args)),
  });
  failing.said('farm', 'gw', statusOf(epochOf(1), { accepted: 3 }), 4);
  await expect(failing.write()).rejects.toThrow('disk full');
  refuses = false;
  await failing.write();
  expect(await vault.words()).toMatchObject([{ status: { accepted: 3 }, heardMs: 4 }]);
});

test('readings of a channel are one series whatever they were calibrated with, and the farm says with what', async () => {
  const plain = inventory(1);
  const [device] = plain.devices;
  const [channel, ...others] = device?.channels ?? [];
  const calibrations = [
    { version: 1, fromMs: 1_000, number: 901, formula: { offset: 1 } },
    { version: 2, fromMs: 2_000, number: channel?.number as number, formula: null },
  ];
  const placements = [{ fromMs: 0 }, { fromMs: 5, depthCm: 30 }];
  const devices = [
    { ...device, placements, channels: [{ ...channel, calibrations }, ...others] },
  ] as typeof plain.devices;
  await registry.setInventory('farm', 'gw', { ...plain, revision: 2, devices }, 1);
  const channels = registry.channels('farm', 'gw', epochOf(1));
  expect(channels?.size).toBe(3);
  expect(channels?.get(901)).toEqual(channels?.get(channel?.number as number));
  expect(registry.farm('farm')?.devices[0]).toMatchObject({ placements, channels: [{ calibrations }, {}] });
  expect(registry.farm('farm')?.devices[0]?.channels[1]).not.toHaveProperty('calibrations');
});

test('a gateway has so many channels over all its epochs and no more; those that are known may come again', async () => {
  await registry.setInventory('farm', 'gw', inventory(1), 1);
  const db = new DatabaseSync(join(folder, 'cloud.db'));
  db.exec(`INSERT INTO series (path) WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < ${LIMITS.seriesPerGateway - 1})
    SELECT 'farm/gw/old-' || i || '/soil.moisture' FROM n`);
  db.exec("INSERT INTO series (path) VALUES ('farm/gw/soil-1/soil.moisture@d20')");
  db.close();
  await expect(registry.setInventory('farm', 'gw', inventory(2), 2)).rejects.toMatchObject({
    ...{ code: 'PAYLOAD_INVALID', message: expect.stringContaining(`may have ${LIMITS.seriesPerGateway}`) },
  });
  expect(registry.channels('farm', 'gw', epochOf(2))).toBeUndefined();
  const other = inventoryOf({ farm: 'farm', gateway: 'gw-2', epoch: epochOf(2) });
  expect(await registry.setInventory('farm', 'gw-2', other, 2)).toBe(true);
});

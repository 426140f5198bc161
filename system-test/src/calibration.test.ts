/**
 * A calibration is changed while readings wait for a link: what was accepted before keeps its values, what comes after has the
 * new ones, both are one series, and the API says which reading was calibrated with what.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeFarm, type TestFarm } from './farm.ts';
import { waitFor } from './process.ts';

const CHANNEL = 'gw-1/soil-1/soil.moisture@d10';
/** No soil of the simulated farm is so wet. */
const OFFSET = 50;
let farm: TestFarm;
const beganMs = Date.now();

beforeAll(async () => {
  farm = await makeFarm({ nodes: 1, probes: 2 });
  await farm.startCloud();
  await farm.startSim();
});
afterAll(async () => {
  await farm?.close();
});

const history = async () => (await farm.api.history([CHANNEL], beganMs - 60_000, Date.now() + 60_000)).series[0];
const accepted = async () => (await farm.local())?.status.devices.find((d) => d.id === 'soil-1')?.accepted ?? 0;

test('a change never touches what was measured before', async () => {
  const first = await farm.startGateway();
  await waitFor(
    'readings in the cloud',
    async () => ((await history().catch(() => undefined))?.timeMs.length ?? 0) >= 3,
  );
  farm.link.goSilent();
  const before = await accepted();
  await waitFor('readings to wait at the gateway', async () => (await accepted()) >= before + 20);
  await first.kill();

  const path = join(farm.folder, 'gateway.yaml');
  const calibration = `calibration: [{ channel: soil.moisture, offset: ${OFFSET}, note: test }]`;
  const text = readFileSync(path, 'utf8');
  expect(text).toContain('id: soil-1, profile: cwt-soil-7in1, address: 1,');
  writeFileSync(path, text.replace('address: 1,', `address: 1, ${calibration},`));
  await farm.startGateway();
  await waitFor('calibrated readings at the gateway', async () => (await accepted()) >= 20);
  farm.link.heal();

  const calibrations = await waitFor('the calibration in the API', async () => {
    const device = (await farm.api.farm()).devices.find((d) => d.id === 'gw-1/soil-1');
    return device?.channels.find((c) => c.id === CHANNEL)?.calibrations;
  });
  expect(calibrations).toMatchObject([{ version: 1, formula: { offset: OFFSET, note: 'test' } }]);
  const fromMs = calibrations[0]?.fromMs as number;
  const series = await waitFor('readings of both times in the cloud', async () => {
    const got = await history();
    const late = got?.timeMs.filter((t) => t >= fromMs).length ?? 0;
    const early = (got?.timeMs.length ?? 0) - late;
    return early >= 6 && late >= 3 && got;
  });
  for (const [i, t] of series.timeMs.entries()) {
    const value = series.mean[i] as number;
    if (t < fromMs) expect(value).toBeLessThan(OFFSET);
    else expect(value).toBeGreaterThan(OFFSET);
  }
  const device = (await farm.api.farm()).devices.filter((d) => d.id === 'gw-1/soil-1');
  expect(device).toHaveLength(1);
});

/** A history of more readings than are fetched: InfluxDB sums it up, and counts absent and marked readings as it should. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newReadings, QUALITY } from '@karez/model';
import { expect, test } from 'vitest';
import { startInfluxd } from '../testing/influxd.ts';
import { openVault } from '../vault/open-vault.ts';
import { openInfluxStore } from './influx.ts';
import { parseInfluxUrl } from './influx-address.ts';
import type { StoreChannel } from './store.ts';

const START = Date.UTC(2026, 5, 1);
const STEP_READINGS = 10_200;
const STEPS = 20;
const COUNT = STEP_READINGS * STEPS;
/** In every step one reading is absent and one is out of range. */
const ABSENT_AT = 7;
const WRONG_AT = 9;

test('the database counts every reading of a long history, and knows which were marked or absent', async () => {
  const influxd = await startInfluxd();
  const folder = mkdtempSync(join(tmpdir(), 'karez-history-'));
  const vault = await openVault({ path: join(folder, 'cloud.db'), keepReadings: false });
  const store = await openInfluxStore(parseInfluxUrl(influxd.url), vault);
  try {
    const channel: StoreChannel = {
      ...{ farm: 'farm', gateway: 'gw-1', device: 'probe', quantity: 'soil.moisture', place: 'd30', field: 'north' },
    };
    const readings = newReadings(COUNT);
    readings.count = COUNT;
    for (let i = 0; i < COUNT; i++) {
      readings.seq[i] = i + 1;
      readings.timeMs[i] = START + i * 1000;
      readings.channel[i] = 1;
      const at = i % STEP_READINGS;
      readings.value[i] = at === ABSENT_AT ? Number.NaN : 20 + (at % 2);
      readings.quality[i] = at === ABSENT_AT ? QUALITY.ABSENT : at === WRONG_AT ? QUALITY.STUCK : 0;
    }
    const batch = { farm: 'farm', gateway: 'gw-1', epoch: '00000001', readings, channels: new Map([[1, channel]]) };
    await store.commit([batch], START + COUNT * 1000);
    const series = await store.history({
      ...{
        channel,
        id: 'x',
        aggregate: 'mean',
        fromMs: START,
        toMs: START + COUNT * 1000,
        points: STEPS,
        most: STEP_READINGS,
      },
    });
    expect(series.stepMs).toBe(STEP_READINGS * 1000);
    expect(series.n).toEqual(Array.from({ length: STEPS }, () => STEP_READINGS));
    expect(series.lo).toEqual(Array.from({ length: STEPS }, () => 20));
    expect(series.hi).toEqual(Array.from({ length: STEPS }, () => 21));
    expect(series.quality).toEqual(Array.from({ length: STEPS }, () => QUALITY.ABSENT | QUALITY.STUCK));
    expect(series.mean.every((m) => m !== null && Math.abs(m - 20.5) < 0.001)).toBe(true);
  } finally {
    await store.close();
    await vault.close();
    await influxd.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});

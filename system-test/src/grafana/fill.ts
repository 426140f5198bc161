/**
 * An InfluxDB filled through Karez: a simulated farm that runs now, and a gateway that brings a day and a quarter of a
 * simulated world's past, in batches of the real wire format. Everything goes through the cloud's own ingest.
 */

import { startInfluxd } from '@karez/cloud/testing';
import { type ApiRule, type QuantityId, quantityOf, type Rule } from '@karez/model';
import { FARM, makeFarm, type TestFarm } from '../farm.ts';
import { addPastGateway, PAST_GATEWAY } from '../past.ts';
import { waitFor } from '../process.ts';
import { askInflux } from './ask-influx.ts';
import { KINDS_OF_PAST, type PastChannel, pastInventory, pastRows } from './past-world.ts';
import { connectPlayed } from './played-gateway.ts';

export interface Filled {
  url: string;
  farm: TestFarm;
  /** When it was filled, UTC milliseconds. */
  nowMs: number;
  close(): Promise<void>;
}

const HOUR_MS = 3_600_000;
export const PAST_HOURS = 30;

export async function fill(): Promise<Filled> {
  const influxd = await startInfluxd();
  const farm = await makeFarm({ nodes: 3, probes: 2, store: influxd.url });
  const password = addPastGateway(FARM, `${farm.folder}/cloud`);
  await Promise.all([farm.startCloud(), farm.startSim()]);
  await farm.startGateway();
  const nowMs = Date.now();
  const played = await connectPlayed({ port: farm.cloudMqttPort, farm: FARM, gateway: PAST_GATEWAY, password });
  await played.describe(pastInventory(FARM, PAST_GATEWAY, played.epoch));
  const channels: readonly PastChannel[] = KINDS_OF_PAST;
  await played.deliver(pastRows(channels, nowMs - PAST_HOURS * HOUR_MS, nowMs));
  await played.say(nowMs);
  const has = async (query: string) => (await askInflux(influxd.url, query)).length > 0;
  await waitFor(
    'the past to be rolled up',
    () => has('SELECT count("soil.moisture") FROM "rollup_1m"."soil"'),
    120_000,
    500,
  );
  await waitFor(
    'every hour to be rolled up',
    () => has(`SELECT "sprayer.flow" FROM "rollup_1d"."sprayer" LIMIT 1`),
    120_000,
    500,
  );
  await waitFor('a minute’s flow', () => has('SELECT "readings" FROM "flow"'), 120_000, 500);
  await waitFor(
    'the gateway’s own word',
    () => has(`SELECT "accepted" FROM "gateway" WHERE gateway = 'gw-1'`),
    60_000,
    500,
  );
  await makeAlerts(farm, has);
  await waitFor('the policies', () => has('SELECT "rp" FROM "rollup_policy"'), 60_000, 500);
  return {
    ...{ url: influxd.url, farm, nowMs },
    async close() {
      await played.close();
      await farm.close();
      await influxd.stop();
    },
  };
}

/** Thresholds near what the simulated fields show, one for each quantity that a board draws them for. */
const THRESHOLDS: Partial<Record<QuantityId, [side: 'above' | 'below', value: number, recover: number]>> = {
  'soil.moisture': ['below', 18, 20],
  'soil.temperature': ['below', 5, 6],
  'soil.ec': ['above', 1_500, 1_400],
  'soil.ph': ['above', 8.5, 8.4],
  'soil.nitrogen': ['below', 20, 25],
  'soil.phosphorus': ['below', 10, 12],
  'soil.potassium': ['below', 40, 45],
  'air.temperature': ['below', 2, 3],
  'wind.speed': ['above', 6, 5],
};
const everywhere = { enabled: true, scope: {}, severity: 'warning', tell: [] } as const;

/** Rules with thresholds, and one alert that is on and one that is over, by a rule that was made and changed again. */
async function makeAlerts(farm: TestFarm, has: (query: string) => Promise<boolean>): Promise<void> {
  const change = async (path: string, method: string, body?: object) => {
    const headers = { 'content-type': 'application/json' };
    const init = { method, ...(body && { headers, body: JSON.stringify(body) }) };
    const answer = await farm.api.get(`/farms/${FARM}/rules${path}`, init);
    if (!answer.ok) throw new Error(`${method} rules${path}: ${answer.status} ${await answer.text()}`);
    return answer.status === 204 ? undefined : ((await answer.json()) as ApiRule);
  };
  const ruleOf = (id: string, quantity: QuantityId, condition: object): Rule => ({
    ...{ ...everywhere, id, tell: [] },
    title: { en: `${id} ${quantity}`, zh: id },
    message: { en: '{value}', zh: '{value}' },
    condition: { input: { quantity }, unit: quantityOf(quantity)?.unit, ...condition } as Rule['condition'],
  });
  for (const [quantity, [type, value, recover]] of Object.entries(THRESHOLDS))
    await change('', 'POST', ruleOf(quantity.replace('.', '-'), quantity as QuantityId, { type, value, recover }));
  const wet = { type: 'below', value: 99, recover: 99.5 };
  await change('', 'POST', ruleOf('always', 'soil.moisture', wet));
  const passing = await change('', 'POST', ruleOf('passing', 'soil.moisture', wet));
  await waitFor(
    'two alerts',
    () => has(`SELECT "id" FROM "alert" WHERE "rule" = 'passing' AND "on" = true`),
    60_000,
    500,
  );
  await waitFor('one alert', () => has(`SELECT "id" FROM "alert" WHERE "rule" = 'always'`), 60_000, 500);
  await change(`/passing?revision=${passing?.revision}`, 'DELETE');
  await waitFor('its end', () => has(`SELECT "lasted" FROM "alert" WHERE "on" = false`), 60_000, 500);
  await waitFor('thresholds', () => has(`SELECT "value" FROM "threshold" WHERE "rule" = 'wind-speed'`), 60_000, 500);
  await waitFor('places', () => has(`SELECT "latitude" FROM "device"`), 60_000, 500);
}

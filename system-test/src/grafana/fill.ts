/**
 * An InfluxDB filled through Karez: a simulated farm that runs now, and a gateway that brings a day and a quarter of a
 * simulated world's past, in batches of the real wire format. Everything goes through the cloud's own ingest.
 */

import { startInfluxd } from '@karez/cloud/testing';
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

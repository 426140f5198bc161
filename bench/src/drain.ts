/**
 * How fast a backlog reaches the store: a gateway whose journal was filled beforehand connects to a cloud, both as
 * processes, over real MQTT. Counted from the start of connecting to the last acknowledgement; afterwards the cloud's
 * ledger must hold every reading and the gateway none. Beside it the raw speed of the store with the same readings in the same run.
 */

import { type StoreBatch, type StoreChannel, toLines } from '@karez/cloud';
import { startInfluxd } from '@karez/cloud/testing';
import { QUANTITIES, type Readings } from '@karez/model';
import { backlogReadings, fillJournal, GROUP } from './backlog.ts';
import type { BenchContext } from './context.ts';
import { type BenchFarm, FARM, GATEWAY, makeFarm } from './farm.ts';
import { type Figure, figure } from './figure.ts';
import { cpuSeconds } from './proc.ts';
import { rawInflux } from './raw-influx.ts';
import { rawSqlite } from './raw-sqlite.ts';
import { type Service, until } from './service.ts';

const BACKLOG = 1_000_000;
const LIMIT_MS = 120_000;
const STALLED_MS = 20_000;
const TELL_EVERY_MS = 3_000;
/** Readings in one commit of the cloud at most; what plain SQLite is given too. */
const PER_TRANSACTION = 100_000;

interface Drained {
  /** Readings per second. */
  rate: number;
  /** Processor time, microseconds for each reading. */
  gatewayUs: number;
  cloudUs: number;
}

async function drain(context: BenchContext, store: string, count: number): Promise<Drained & { readings: Readings }> {
  const farm = await makeFarm(context);
  const readings = backlogReadings(farm.configPath, count);
  context.say(`  filling a journal with ${count.toLocaleString('en')} readings in groups of ${GROUP} …`);
  fillJournal(farm.journalDir, readings);
  const cloud = await farm.startCloud(store);
  const cloudBefore = cpuSeconds(cloud.pid);
  const gateway = await farm.startGateway();
  const gatewayBefore = cpuSeconds(gateway.pid);
  const endMs = await emptied(context, farm, count, [cloud, gateway]);
  const result = {
    rate: (count / (endMs - gateway.readyMs)) * 1000,
    gatewayUs: ((cpuSeconds(gateway.pid) - gatewayBefore) / count) * 1e6,
    cloudUs: ((cpuSeconds(cloud.pid) - cloudBefore) / count) * 1e6,
    readings,
  };
  const ledger = (await farm.gateway())?.ledger[0];
  if (ledger?.stored !== count || ledger.ranges.length !== 1)
    throw new Error(`the ledger holds ${JSON.stringify(ledger)} instead of 1 to ${count}`);
  await gateway.stop();
  await cloud.stop();
  return result;
}

/**
 * When the store had committed the last reading, which is when its acknowledgement left; tells how far it is meanwhile.
 * The gateway's own count follows within a second, since it writes down in groups what was acknowledged.
 */
async function emptied(context: BenchContext, farm: BenchFarm, count: number, services: Service[]): Promise<number> {
  let left = count;
  let toldMs = performance.now();
  let movedMs = toldMs;
  const probe = async () => {
    const stored = (await farm.gateway())?.ledger[0]?.stored ?? 0;
    const now = performance.now();
    if (stored >= count) return now;
    if (count - stored < left) movedMs = now;
    else if (now - movedMs > STALLED_MS) throw new Error('no reading was committed for a long time');
    left = count - stored;
    if (now - toldMs < TELL_EVERY_MS) return undefined;
    toldMs = now;
    context.say(`  ${left.toLocaleString('en')} readings are left`);
    return undefined;
  };
  try {
    const endMs = await until('the backlog to be committed', probe, LIMIT_MS);
    const forgotten = async () => ((await farm.waiting()) === 0 ? true : undefined);
    await until('the gateway to know it', forgotten, STALLED_MS);
    return endMs;
  } catch (cause) {
    const words = services.flatMap(({ log }) => log.slice(-5)).join('\n');
    throw new Error(`${(cause as Error).message}; the last words of cloud and gateway:\n${words}`, { cause });
  }
}

const cost = ({ gatewayUs, cloudUs }: Drained) =>
  `processor time a reading: gateway ${gatewayUs.toFixed(1)} µs, cloud ${cloudUs.toFixed(1)} µs`;

export async function drainEmbedded(context: BenchContext): Promise<Figure[]> {
  const drained = await drain(context, 'embedded', BACKLOG);
  context.say(`  ${cost(drained)}`);
  context.say('  the same readings into plain SQLite …');
  const raw = rawSqlite(drained.readings, PER_TRANSACTION, context.folder);
  return [
    figure(
      'drain.embedded',
      drained.rate,
      'readings/s',
      `backlog of ${BACKLOG.toLocaleString('en')}, connect to last acknowledgement; limit: plain SQLite FULL, ${PER_TRANSACTION.toLocaleString('en')} rows a transaction`,
      raw,
    ),
  ];
}

export async function drainInflux(context: BenchContext): Promise<Figure[]> {
  const starting = startInfluxd(context.folder);
  context.atEnd(async () => (await starting).stop());
  let influxd: Awaited<typeof starting>;
  try {
    influxd = await starting;
  } catch (error) {
    context.say(`  left out: ${(error as Error).message}`);
    return [];
  }
  const drained = await drain(context, influxd.url, BACKLOG);
  context.say(`  ${cost(drained)}`);
  context.say('  the same readings as ready-made line protocol, four ways …');
  const raw = await rawInflux(influxd.url, toLines(asStored(drained.readings)));
  await influxd.stop();
  return [
    figure(
      'drain.influx',
      drained.rate,
      'readings/s',
      `backlog of ${BACKLOG.toLocaleString('en')}, connect to last acknowledgement; limit: line protocol, ${raw.way}, 10,000 lines a write`,
      raw.rate,
    ),
  ];
}

/** The readings as the store gets them, under names as long as real ones. */
function asStored(readings: Readings): StoreBatch {
  const quantities = Object.keys(QUANTITIES).slice(0, 8);
  const most = readings.channel.reduce((a, b) => Math.max(a, b), 0);
  const channels = new Map<number, StoreChannel>();
  for (let n = 1; n <= most; n++) {
    channels.set(n, {
      ...{ farm: FARM, gateway: GATEWAY, device: `node-${String(Math.ceil(n / 8)).padStart(2, '0')}` },
      ...{ quantity: quantities[n % 8] as string, place: 'd30', field: 'north' },
    });
  }
  return { farm: FARM, gateway: GATEWAY, epoch: '01234567', readings, channels };
}

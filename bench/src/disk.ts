/**
 * What a reading costs the memory card: bytes that the gateway's process sends to the disk at a hundred readings a second,
 * with the cloud connected, so that forgetting what is stored is part of it; while nobody looks, and while a page is open.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { BenchContext } from './context.ts';
import { FARM, makeFarm, NODES } from './farm.ts';
import { startField } from './field.ts';
import { type Figure, figure } from './figure.ts';
import { openLive } from './live-client.ts';
import { written } from './proc.ts';
import { until } from './service.ts';

const PER_SECOND = 100;
const READINGS_PER_MESSAGE = 8;
/** Commits that a gateway has in hand for a burst are used up by then, and an open page has been heard of. */
const WARM_UP_MS = 12_000;
const MEASURED_MS = 60_000;
const LIMIT_MS = 30_000;

export async function diskFigures(context: BenchContext): Promise<Figure[]> {
  return [await diskFigure(context, false), await diskFigure(context, true)];
}

async function diskFigure(context: BenchContext, isWatched: boolean): Promise<Figure> {
  const farm = await makeFarm(context);
  const cloud = await farm.startCloud('embedded');
  const gateway = await farm.startGateway();
  const nodeMs = (NODES.length * READINGS_PER_MESSAGE * 1000) / PER_SECOND;
  const field = await startField(context, farm.ports, { nodeMs, lines: false });
  const { api } = farm;
  const known = async () => ((await fetch(`${api.url}/farms/${FARM}`, { headers: api.headers })).ok ? true : undefined);
  await until('the cloud to know the farm', known, LIMIT_MS);
  const page = isWatched ? openLive(api, FARM, () => {}) : undefined;
  context.atEnd(() => page?.close());
  await pause(WARM_UP_MS);
  const how = isWatched ? 'a page is open' : 'nobody looks';
  context.say(`  ${PER_SECOND} readings a second for ${MEASURED_MS / 1000} s, ${how} …`);
  const before = { ...written(gateway.pid), readings: field.acknowledged };
  await pause(MEASURED_MS);
  const after = { ...written(gateway.pid), readings: field.acknowledged };
  page?.close();
  await field.stop();
  await gateway.stop();
  await cloud.stop();
  const readings = after.readings - before.readings;
  const disk = (after.disk - before.disk) / readings;
  const calls = (after.calls - before.calls) / readings;
  return figure(
    isWatched ? 'edge.diskPerReading.watched' : 'edge.diskPerReading',
    disk,
    'B/reading',
    `pages made dirty, ${(readings / (MEASURED_MS / 1000)).toFixed(0)} readings/s, cloud connected, ${how}; handed to write calls, sockets included: ${calls.toFixed(0)} B`,
  );
}

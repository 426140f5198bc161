/**
 * What a reading costs the memory card: bytes that the gateway's process sends to the disk at a hundred readings a second,
 * with the cloud connected, so that forgetting what is stored is part of it.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { BenchContext } from './context.ts';
import { makeFarm, NODES } from './farm.ts';
import { startField } from './field.ts';
import { type Figure, figure } from './figure.ts';
import { written } from './proc.ts';

const PER_SECOND = 100;
const READINGS_PER_MESSAGE = 8;
const WARM_UP_MS = 4_000;
const MEASURED_MS = 30_000;

/** Where every page counts; nodes that send every 1.6 s still keep their rhythm. */
const SPARING_MS = 1_500;

export async function diskFigures(context: BenchContext): Promise<Figure[]> {
  return [
    await diskFigure(context, 'edge.diskPerReading', 100),
    await diskFigure(context, 'edge.diskPerReading.spared', SPARING_MS),
  ];
}

async function diskFigure(context: BenchContext, id: string, commitEveryMs: number): Promise<Figure> {
  const farm = await makeFarm(context, { commitEveryMs });
  const cloud = await farm.startCloud('embedded');
  const gateway = await farm.startGateway();
  const nodeMs = (NODES.length * READINGS_PER_MESSAGE * 1000) / PER_SECOND;
  const field = await startField(context, farm.ports, { nodeMs, lines: false });
  await pause(WARM_UP_MS);
  context.say(
    `  ${PER_SECOND} readings a second for ${MEASURED_MS / 1000} s, a commit at least every ${commitEveryMs} ms …`,
  );
  const before = { ...written(gateway.pid), readings: field.acknowledged };
  await pause(MEASURED_MS);
  const after = { ...written(gateway.pid), readings: field.acknowledged };
  await field.stop();
  await gateway.stop();
  await cloud.stop();
  const readings = after.readings - before.readings;
  const disk = (after.disk - before.disk) / readings;
  const calls = (after.calls - before.calls) / readings;
  return figure(
    id,
    disk,
    'B/reading',
    `pages made dirty, ${(readings / (MEASURED_MS / 1000)).toFixed(0)} readings/s, commitEveryMs ${commitEveryMs}, cloud connected; handed to write calls, sockets included: ${calls.toFixed(0)} B`,
  );
}

/**
 * Durable intake: as many devices as a gateway may have, each handing over a sample of eight channels and waiting
 * until it is on disk before it brings the next, through the gateway's own journal with its thread. Beside it plain
 * SQLite with as many rows in a transaction as the journal's group commits reached.
 */
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { openJournal } from '@karez/edge';
import { LIMITS, silentLogger, systemClock } from '@karez/model';
import type { BenchContext } from './context.ts';
import { FARM, GATEWAY } from './farm.ts';
import { type Figure, figure } from './figure.ts';
import { madeReadings } from './made-readings.ts';
import { rawSqlite } from './raw-sqlite.ts';

const PRODUCERS = LIMITS.devicesPerGateway;
const CHANNELS = 8;
const READINGS = 1_600_000;

export async function intakeFigures(context: BenchContext): Promise<Figure[]> {
  const readings = madeReadings(READINGS, PRODUCERS * CHANNELS, Date.now() - 3_600_000, 1_000);
  context.say(`  ${PRODUCERS.toLocaleString('en')} devices, ${READINGS.toLocaleString('en')} readings …`);
  const { rate, group } = await throughJournal(context, readings.value);
  context.say(`  the same into plain SQLite, ${group.toLocaleString('en')} rows a transaction …`);
  const raw = rawSqlite(readings, group, context.folder);
  return [
    figure(
      'edge.intake',
      rate,
      'readings/s',
      `${PRODUCERS.toLocaleString('en')} devices, each waits for the disk; limit: plain SQLite FULL with the same ${group.toLocaleString('en')} rows a transaction`,
      raw,
    ),
  ];
}

async function throughJournal(
  { folder, atEnd }: BenchContext,
  values: Float64Array,
): Promise<{ rate: number; group: number }> {
  const clock = systemClock();
  const journal = await openJournal(
    {
      ...{ path: join(mkdtempSync(join(folder, 'intake-')), 'journal.db'), farm: FARM, gateway: GATEWAY },
      ...{
        limitBytes: 10_000_000_000,
        policy: 'keep-oldest' as const,
        boot: { uuid: 'bench', wallMs: clock.wallMs(), monoMs: clock.monoMs() },
      },
    },
    { clock, logger: silentLogger },
  );
  let stopped = false;
  atEnd(async () => {
    stopped = true;
    await journal.close();
  });
  const rounds = READINGS / (PRODUCERS * CHANNELS);
  const qualities = new Array<number>(CHANNELS).fill(0);
  const producer = async (device: number) => {
    const channels = Array.from({ length: CHANNELS }, (_, c) => device * CHANNELS + c + 1);
    for (let round = 0; round < rounds && !stopped; round++) {
      const at = (round * PRODUCERS + device) * CHANNELS;
      const sample = Array.from(values.subarray(at, at + CHANNELS));
      await journal.append(Math.round(clock.wallMs()), channels, sample, qualities);
    }
  };
  const began = performance.now();
  await Promise.all(Array.from({ length: PRODUCERS }, (_, device) => producer(device)));
  const ms = performance.now() - began;
  const group = Math.round(READINGS / journal.state.commits);
  await journal.close();
  return { rate: (READINGS / ms) * 1000, group };
}

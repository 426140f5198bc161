/**
 * A week without a link: two hundred channels every ten seconds wait in the journal. How long a gateway that was killed
 * takes to start with it, how long the week takes to reach the cloud, and how old live values are meanwhile.
 */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { backlogReadings, fillJournal } from './backlog.ts';
import type { BenchContext } from './context.ts';
import { Delays } from './delays.ts';
import { type BenchFarm, FARM, makeFarm } from './farm.ts';
import { startField } from './field.ts';
import { type Figure, figure, quantile } from './figure.ts';
import { openLive } from './live-client.ts';
import { cpuSeconds, memoryMb } from './proc.ts';
import { type Service, until } from './service.ts';

const CHANNELS = 200;
const WEEK = (CHANNELS * 7 * 86_400) / 10;
/** Readings in a group commit: a week in smaller ones takes minutes to write and is merged to the same blocks. */
const GROUP = 64;
const NODE_MS = 1_000;
const POLL_MS = 250;
/** Kills before the cloud is there; one more follows once it is. */
const KILLS = 4;
/** Devices write to the journal for so long before each kill. */
const BETWEEN_KILLS_MS = 2_000;
const AFTER_MS = 2_000;
const TELL_EVERY_MS = 5_000;
const LIMIT_MS = 600_000;

export async function weekFigures(context: BenchContext): Promise<Figure[]> {
  const farm = await makeFarm(context, { pollMs: POLL_MS });
  context.say(`  filling a journal with ${WEEK.toLocaleString('en')} readings …`);
  fillJournal(farm.journalDir, backlogReadings(farm.configPath, WEEK, CHANNELS), GROUP);
  const journalMb = statSync(join(farm.journalDir, 'journal.db')).size / 1e6;

  const delays = new Delays();
  let gateway = await farm.startGateway();
  const field = await startField(context, farm.ports, {
    ...{ nodeMs: NODE_MS, lines: true },
    sent: (channel, count) => delays.sent(channel, count),
  });
  const restarts: number[] = [];
  for (let kill = 0; kill < KILLS; kill++) {
    await pause(BETWEEN_KILLS_MS);
    gateway = await killed(farm, gateway, restarts);
  }
  context.say(
    `  a journal of ${journalMb.toFixed(0)} MB; ready after SIGKILL in ${restarts.map((ms) => ms.toFixed(0)).join(', ')} ms`,
  );

  const cloud = await farm.startCloud('embedded');
  gateway = await killed(farm, gateway, restarts);
  const began = gateway.readyMs;
  // What was said before waits in the journal like the week itself; only from here on it is live.
  delays.forget();
  const { api } = farm;
  const known = async () => ((await fetch(`${api.url}/farms/${FARM}`, { headers: api.headers })).ok ? true : undefined);
  await until('the cloud to know the farm', known, LIMIT_MS);
  const page = openLive(api, FARM, (channel, value) => delays.seen(channel, value));
  context.atEnd(() => page.close());
  await weekStored(context, farm);
  const drainS = (performance.now() - began) / 1000;
  const gatewayUs = (cpuSeconds(gateway.pid) / WEEK) * 1e6;
  const cloudUs = (cpuSeconds(cloud.pid) / WEEK) * 1e6;
  const memory = memoryMb(gateway.pid);
  const cuts = page.opened - 1;
  await field.stop();
  await pause(AFTER_MS);
  const live = delays.take();
  if (delays.waiting > 0) throw new Error(`${delays.waiting} values never came to the page`);
  const week = `${WEEK.toLocaleString('en')} readings of a week, ${journalMb.toFixed(0)} MB`;
  return [
    figure(
      'week.drain',
      drainS,
      's',
      `${week}, start of the gateway to the last commit: ${Math.round(WEEK / drainS).toLocaleString('en')} readings/s; processor time a reading: gateway ${gatewayUs.toFixed(1)} µs, cloud ${cloudUs.toFixed(1)} µs`,
    ),
    figure(
      'week.liveAge',
      quantile(live, 0.99),
      'ms',
      `p99 of device byte to browser event meanwhile: ${live.length.toLocaleString('en')} values, p50 ${quantile(live, 0.5).toFixed(0)} ms, highest ${quantile(live, 1).toFixed(0)} ms, page cut ${cuts} times`,
    ),
    figure(
      'week.restart',
      quantile(restarts, 1),
      'ms',
      `start of the process to its ready line after SIGKILL with that journal, the slowest of ${restarts.length}: ${restarts.map((ms) => ms.toFixed(0)).join(', ')}`,
    ),
    figure('week.rss', memory.highest, 'MB', 'highest resident memory of the gateway while the week drains'),
  ];
}

/** Kills the gateway and starts it again. */
async function killed(farm: BenchFarm, gateway: Service, restarts: number[]): Promise<Service> {
  process.kill(gateway.pid, 'SIGKILL');
  await gateway.stop();
  const began = performance.now();
  const again = await farm.startGateway();
  restarts.push(again.readyMs - began);
  return again;
}

/** Resolves when the cloud's ledger has every reading of the week. */
async function weekStored(context: BenchContext, farm: BenchFarm): Promise<void> {
  let toldMs = performance.now();
  const stored = async () => {
    const ranges = (await farm.gateway())?.ledger[0]?.ranges ?? [];
    const week = ranges.map(([first, last]) => Math.max(0, Math.min(last, WEEK) - first + 1));
    const count = week.reduce((sum, n) => sum + n, 0);
    if (count >= WEEK) return true;
    if (performance.now() - toldMs > TELL_EVERY_MS) {
      toldMs = performance.now();
      context.say(`  ${(WEEK - count).toLocaleString('en')} readings are left`);
    }
    return undefined;
  };
  await until('the week to be committed', stored, LIMIT_MS, 250);
}

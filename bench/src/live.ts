/**
 * From the last byte of a device to the event in a browser: probes behind a serial server and MQTT nodes say a count, and
 * the page that listens knows when it left them. Once while a backlog drains, once in peace. Gateway and cloud are
 * processes; the gateway has the demonstration farm's devices, so its memory while draining is measured here too.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { backlogReadings, fillJournal } from './backlog.ts';
import type { BenchContext } from './context.ts';
import { Delays } from './delays.ts';
import { FARM, makeFarm } from './farm.ts';
import { startField } from './field.ts';
import { type Figure, figure, quantile } from './figure.ts';
import { openLive } from './live-client.ts';
import { memoryMb } from './proc.ts';
import { until } from './service.ts';

const BACKLOG = 1_000_000;
const POLL_MS = 250;
const NODE_MS = 1_000;
const PEACE_MS = 15_000;
/** For what is under way when the measuring ends. */
const AFTER_MS = 2_000;
const LIMIT_MS = 240_000;
/** Fewer readings than this wait where there is no backlog. */
const PEACEFUL = 2_000;

export async function liveFigures(context: BenchContext): Promise<Figure[]> {
  // The first start after a change compiles; what is measured is every other.
  const first = await makeFarm(context);
  await (await first.startGateway()).stop();
  const farm = await makeFarm(context, { pollMs: POLL_MS });
  context.say(`  filling a journal with ${BACKLOG.toLocaleString('en')} readings …`);
  fillJournal(farm.journalDir, backlogReadings(farm.configPath, BACKLOG));
  const delays = new Delays();
  await farm.startCloud('embedded');
  const gateway = await farm.startGateway();
  const field = await startField(context, farm.ports, {
    ...{ nodeMs: NODE_MS, lines: true },
    sent: (channel, count) => delays.sent(channel, count),
  });
  const { api } = farm;
  const known = async () => ((await fetch(`${api.url}/farms/${FARM}`, { headers: api.headers })).ok ? true : undefined);
  await until('the cloud to know the farm', known, LIMIT_MS);
  const page = openLive(api, FARM, (channel, value) => delays.seen(channel, value));
  context.atEnd(() => page.close());

  const began = performance.now();
  const drained = async () => ((await farm.waiting()) < PEACEFUL ? true : undefined);
  await until('the backlog to be acknowledged', drained, LIMIT_MS, 250);
  const drainS = (performance.now() - began) / 1000;
  const memory = memoryMb(gateway.pid);
  const cuts = page.opened - 1;
  context.say(`  drained in ${drainS.toFixed(1)} s beside live values; the page was cut ${cuts} times`);
  // What left its device while it drained counts as that, however late it is seen.
  await pause(AFTER_MS);
  const draining = delays.take();
  context.say(`  ${PEACE_MS / 1000} s in peace …`);
  await pause(PEACE_MS);
  await field.stop();
  await pause(AFTER_MS);
  const peace = delays.take();
  if (delays.waiting > 0) throw new Error(`${delays.waiting} values never came to the page`);
  return [
    figure('live.p50', quantile(peace, 0.5), 'ms', `device byte to browser event, ${peace.length} values`),
    figure('live.p99', quantile(peace, 0.99), 'ms', 'the same'),
    figure(
      'live.drainP99',
      quantile(draining, 0.99),
      'ms',
      `the same while ${BACKLOG.toLocaleString('en')} readings drain: ${draining.length} values, p50 ${quantile(draining, 0.5).toFixed(0)} ms, page cut ${cuts} times`,
    ),
    figure(
      'edge.rss',
      memory.highest,
      'MB',
      `highest resident memory of the gateway (not its first start) while draining, with probes, weather console, drone and 20 nodes; at the end ${memory.now.toFixed(0)} MB`,
    ),
  ];
}

/**
 * The long load: a month of the past is replayed through gateway and ingest into the store; then simulated nodes speak at a
 * steady pace for minutes, through real gateways, while history is rolled up and people look at the month. At the end
 * every reading that a node was told is safe must stand in the ledger and in the store, once.
 */
import { rmSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { startInfluxd } from '@karez/cloud/testing';
import { fillJournal } from '../backlog.ts';
import type { BenchContext } from '../context.ts';
import { READINGS_PER_NODE } from '../field.ts';
import { quantile } from '../figure.ts';
import { until } from '../service.ts';
import { countPoints } from './count-points.ts';
import { type LoadFarm, makeLoadFarm, PAST, PAST_NODES } from './load-farm.ts';
import { boardPanel, consoleChart, type PanelAnswer } from './panels.ts';
import { endOfPast, pastReadings } from './past.ts';
import { Watch } from './watch.ts';

export interface LoadOptions {
  /** Readings a second. */
  rate: number;
  minutes: number;
  /** Days of the past, and seconds between two readings of a channel there. */
  days: number;
  stepS: number;
}

const LIMIT_MS = 1_800_000;
const SAMPLE_MS = 5_000;
const PANEL_EVERY_MS = 2_000;
const PAST_GROUP = 200;
const ROWS_OF_TABLE = 20;
const PANELS_IN_PEACE = 60;

/** Runs it; the summary's lines. Throws where anything is missing. */
export async function runLoad(context: BenchContext, options: LoadOptions): Promise<string[]> {
  const { rate, minutes, days, stepS } = options;
  const influxd = await startInfluxd(context.folder);
  context.atEnd(() => influxd.stop());
  const farm = await makeLoadFarm(context, rate);
  const toMs = endOfPast(Date.now());
  const past = pastReadings(PAST_NODES, days, stepS * 1_000, toMs);
  context.say(`filling a journal with ${past.count.toLocaleString('en')} readings of ${days} days …`);
  fillJournal(farm.pastJournal, past, PAST_GROUP);
  const lines: string[] = [];
  const say = (line: string) => {
    lines.push(line);
    context.say(line);
  };

  const cloud = await farm.startCloud(influxd.url);
  const replayBegan = performance.now();
  const pastGateway = await farm.startGateway(PAST);
  await stored(farm, PAST, past.count);
  const replayS = (performance.now() - replayBegan) / 1_000;
  say(
    `past: ${past.count.toLocaleString('en')} readings of ${PAST_NODES * READINGS_PER_NODE} channels over ${days} days, replayed in ${replayS.toFixed(0)} s: ${Math.round(past.count / replayS).toLocaleString('en')} readings/s`,
  );
  await pastGateway.stop();
  rmSync(farm.pastJournal, { recursive: true });

  const pids = new Map([
    ['influxd', influxd.pid()],
    ['cloud', cloud.pid],
  ]);
  const gateways = await Promise.all(farm.live.map((name) => farm.startGateway(name)));
  for (const [i, gateway] of gateways.entries()) pids.set(farm.live[i] as string, gateway.pid);
  const seconds = minutes * 60;
  const simulators = await Promise.all(farm.live.map((name) => farm.startSimulator(name, seconds)));
  const began = performance.now();
  const watch = new Watch(pids);
  const panels: Record<'board' | 'console', PanelAnswer[]> = { board: [], console: [] };
  let rolledUpS: number | undefined;
  let nextSample = began + SAMPLE_MS;
  while (performance.now() - began < seconds * 1_000) {
    if (performance.now() > nextSample) {
      nextSample += SAMPLE_MS;
      watch.take();
      const left = await farm.metric('rollup_hours_waiting');
      if (left === 0) rolledUpS ??= (performance.now() - replayBegan) / 1_000;
      if (watch.samples.length % 6 === 0)
        context.say(
          `  ${((performance.now() - began) / 1_000).toFixed(0)} s: ${(await farm.metric('readings_stored_total')).toLocaleString('en')} stored, ${left} hours of channels to roll up`,
        );
    }
    if (rolledUpS !== undefined) {
      panels.board.push(await boardPanel(influxd.url, days, toMs));
      panels.console.push(await consoleChart(farm, days, toMs));
    }
    await pause(PANEL_EVERY_MS);
  }
  const loadS = (performance.now() - began) / 1_000;
  await emptied(farm);
  for (const simulator of simulators) await simulator.stop();
  say(`load: ${farm.nodes} nodes, ${READINGS_PER_NODE} readings a second each, ${loadS.toFixed(0)} s`);
  say(await books(context, farm, influxd.url, past.count, loadS));
  say(
    rolledUpS === undefined
      ? 'rollups: not done within the load'
      : `rollups: the past was rolled up ${rolledUpS.toFixed(0)} s after the replay began`,
  );
  for (const [name, answers] of Object.entries(panels)) say(`${name} panel under load: ${figures(answers, days)}`);
  const rolledUp = async () => ((await farm.metric('rollup_hours_waiting')) === 0 ? true : undefined);
  await until('history to be rolled up', rolledUp, LIMIT_MS, 2_000);
  const peace = { board: [] as PanelAnswer[], console: [] as PanelAnswer[] };
  for (let i = 0; i < PANELS_IN_PEACE; i++) {
    peace.board.push(await boardPanel(influxd.url, days, toMs));
    peace.console.push(await consoleChart(farm, days, toMs));
  }
  for (const [name, answers] of Object.entries(peace)) say(`${name} panel in peace: ${figures(answers, days)}`);
  say(`longest commit ${((await farm.metric('commit_slowest_seconds')) * 1_000).toFixed(0)} ms`);
  say(watch.table(ROWS_OF_TABLE));
  return lines;
}

function figures(answers: readonly PanelAnswer[], days: number): string {
  const ms = answers.map((answer) => answer.ms);
  const at = (q: number) => quantile(ms, q).toFixed(0);
  const { series = 0, points = 0 } = answers.at(-1) ?? {};
  return `${days} days × ${series} channels, ${points.toLocaleString('en')} points: p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, longest ${at(1)} ms, ${ms.length} times`;
}

/** Resolves once the ledger of a gateway holds so many readings. */
async function stored(farm: LoadFarm, name: string, count: number): Promise<void> {
  const probe = async () => ((await ledger(farm, name)).stored >= count ? true : undefined);
  await until(`${count} readings of ${name} in the ledger`, probe, LIMIT_MS, 500);
}

async function ledger(farm: LoadFarm, name: string): Promise<{ stored: number; ranges: number }> {
  const found = (await farm.gateways()).find(({ gateway }) => gateway === name);
  const epochs = found?.ledger ?? [];
  return {
    stored: epochs.reduce((sum, { stored }) => sum + stored, 0),
    ranges: epochs.reduce((sum, { ranges }) => sum + ranges.length, 0),
  };
}

/** Resolves once nodes and gateways hold nothing more: what they accepted is in the ledger, and no more comes. */
async function emptied(farm: LoadFarm): Promise<void> {
  for (const name of farm.live) {
    let before = -1;
    const probe = async () => {
      const { accepted, waiting } = await farm.accepted(name);
      const isStill = accepted === before && waiting === 0;
      before = accepted;
      return isStill && (await ledger(farm, name)).stored === accepted ? true : undefined;
    };
    await until(`${name} to be empty`, probe, LIMIT_MS, 3_000);
  }
}

/** Nodes, gateways, ledger and store must agree. */
async function books(
  context: BenchContext,
  farm: LoadFarm,
  influxUrl: string,
  pastCount: number,
  loadS: number,
): Promise<string> {
  let [heard, accepted, inLedger, ranges] = [0, 0, 0, 0];
  for (const name of farm.live) {
    heard += farm.heard(name);
    accepted += (await farm.accepted(name)).accepted;
    const of = await ledger(farm, name);
    inLedger += of.stored;
    ranges += of.ranges;
  }
  context.say('  counting the points in InfluxDB …');
  const points = await countPoints(influxUrl, farm.live);
  const before = await countPoints(influxUrl, [PAST]);
  const said = `no loss: nodes heard ${heard.toLocaleString('en')} acknowledged, gateways accepted ${accepted.toLocaleString('en')}, ledger ${inLedger.toLocaleString('en')} in ${ranges} ranges, InfluxDB ${points.toLocaleString('en')} points (and ${before.toLocaleString('en')} of the past): ${Math.round(inLedger / loadS).toLocaleString('en')} readings/s`;
  const isRight =
    heard === accepted &&
    accepted === inLedger &&
    inLedger === points &&
    ranges === farm.live.length &&
    before === pastCount;
  if (!isRight) throw new Error(`the books differ: ${said}`);
  return said;
}

/**
 * One scenario from start to verdict: cloud, gateway and simulator start; the script is played; checks look on; then the
 * field falls silent, everything drains and stops, and the books are read.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { FarmReport } from '@karez/firmware-sim';
import { waitFor } from '../process.ts';
import { contextOf } from './context.ts';
import type { Evidence, Verdict, Watch } from './expect/check.ts';
import { checkKindOf } from './expect/check-table.ts';
import { type Books, readBooks } from './ledger.ts';
import type { LoadedScenario } from './load.ts';
import { playScript, type Script } from './script.ts';
import { Stage } from './stage.ts';
import { openStored } from './stored.ts';
import type { Use } from './usage.ts';
import { Watcher } from './watcher.ts';

export interface Result extends Verdict {
  name: string;
  /** An expectation of the scenario, a planned fault that had to happen, or a program that had to live. */
  kind: 'expectation' | 'fault' | 'program';
}

export interface Outcome {
  title: string;
  path: string;
  seed: number;
  speed: number;
  results: Result[];
  books: Books | undefined;
  tookMs: number;
  devices: number;
  usage: { name: string; use: Use }[];
  /** Real time of the scenario itself, for shares of the processor. */
  playedMs: number;
  folder: string | undefined;
}

/** What an onlooker is told while it runs. */
export interface Progress {
  phase: string;
  /** Share of the scenario that is over. */
  share: number;
  fieldMs: number;
  lastsMs: number;
  stored: number;
  waiting: number;
  linkState: string;
  faults: string[];
  results: { ok: number; failed: number; open: number };
}

export interface RunOptions {
  seed: number;
  keep: boolean;
  /** Where to keep it; default a temporary folder. */
  data?: string | undefined;
  progress(progress: Progress): void;
}

const PROGRESS_EVERY_MS = 250;
const DRAIN_LIMIT_MS = 300_000;

/** @throws where the scenario could not be carried through; what it found stands in the results. */
export async function runScenario({ path, scenario, speed }: LoadedScenario, options: RunOptions): Promise<Outcome> {
  const began = performance.now();
  const folder = options.data === undefined ? mkdtempSync(join(tmpdir(), 'karez-scenario-')) : resolve(options.data);
  mkdirSync(folder, { recursive: true });
  const troubles: Result[] = [];
  const trouble = (name: string, detail: string) => void troubles.push({ kind: 'program', name, ok: false, detail });
  const stage = await Stage.make(scenario, {
    ...{ folder, seed: options.seed, speed },
    died: (part, words) => trouble(`the ${part} runs`, words),
  });
  const timers = new Set<NodeJS.Timeout>();
  let isFine = false;
  try {
    const { plan } = stage;
    const context = contextOf(plan);
    const checks = scenario.expect.map((spec) => {
      const kind = checkKindOf(spec);
      return { name: kind.name(spec), watch: kind.watch(spec, context) as Watch, sees: kind.sees ?? [] };
    });
    await stage.start('cloud');
    // The field is there before the gateway looks for it; its time begins when all are ready.
    await stage.start('simulator');
    await stage.start('gateway');
    await stage.setRules();
    const { beganMs } = (await stage.tellSim({ world: 'start' })) as unknown as { beganMs: number };
    const zero = performance.now() - (Date.now() - beganMs);
    const realMs = () => performance.now() - zero;
    const lastsMs = plan.lastsMs / speed;
    const at = (fieldMs: number, run: () => void) => {
      // What is due after the end does not happen.
      const delay = fieldMs / speed - realMs();
      if (fieldMs < plan.lastsMs) timers.add(setTimeout(run, Math.max(0, delay)));
    };
    const watcher = new Watcher({
      ...{ stage, realMs, watches: checks.map((c) => c.watch), everyMs: context.lookEveryMs },
      sees: new Set(checks.flatMap((c) => c.sees)),
    });
    const script = playScript(scenario, stage, at, (words) => trouble('processes go down and up', words));
    const tell = (phase: string) => options.progress(progressOf(phase, stage, watcher, script, checks, realMs()));
    watcher.start();
    while (realMs() < lastsMs && !troubles.some((t) => t.name === 'the simulator runs')) {
      tell('running');
      await pause(Math.min(PROGRESS_EVERY_MS, Math.max(1, lastsMs - realMs())));
    }
    for (const timer of timers) clearTimeout(timer);
    const telling = setInterval(() => tell('draining'), PROGRESS_EVERY_MS);
    timers.add(telling);
    const { report, drained } = await settle(stage, script);
    clearInterval(telling);
    await watcher.stop();
    const books = drained === undefined ? readBooks(folder) : undefined;
    const results = [
      ...judge(checks, drained, {
        ...{ folder, books, watcher },
        realWallMs: (ms) => beganMs + ms / speed,
        wallMs: (ms) => (plan.clocks === 'field' ? plan.startMs + ms : beganMs + ms / speed),
      }),
      ...struck(report),
      ...script.planned.map((planned) => {
        const words = planned.did();
        return {
          kind: 'fault' as const,
          name: planned.name,
          ok: words !== undefined,
          detail: words ?? 'it never took effect',
        };
      }),
      ...troubles,
    ];
    isFine = results.every((result) => result.ok);
    tell('done');
    return {
      ...{ title: scenario.title, path, seed: options.seed, speed, results, books },
      ...{ tookMs: performance.now() - began, playedMs: lastsMs, devices: plan.targets.size },
      usage: watcher.usage.names().map((name) => ({ name, use: watcher.usage.of(name) as Use })),
      folder: options.keep || !isFine ? folder : undefined,
    };
  } finally {
    for (const timer of timers) clearTimeout(timer);
    await stage.close();
    if (isFine && !options.keep) rmSync(folder, { recursive: true, force: true });
  }
}

/** Lets everything come home and stops the parts in order. `drained` says what did not, in words. */
async function settle(stage: Stage, script: Script) {
  let report: FarmReport | undefined;
  try {
    await script.end();
    report = await stage.report();
    await stage.tellSim({ world: 'rest' });
    await stage.tellSim({ fault: 'none', device: 'all' });
    await waitFor(
      'the nodes to send what they hold',
      async () => {
        const { nodes, publishers } = await stage.report();
        return nodes.waiting + publishers.waiting === 0;
      },
      DRAIN_LIMIT_MS,
      500,
    );
    must('the simulator', await stage.stop('simulator'));
    let before: number | undefined;
    await waitFor(
      'the journal to empty',
      async () => {
        const page = await stage.local();
        const accepted = page?.status.waiting === 0 && page.journal.queued === 0 ? page.status.accepted : undefined;
        const same = accepted !== undefined && accepted === before;
        before = accepted;
        return same;
      },
      DRAIN_LIMIT_MS,
      500,
    );
    must('the gateway', await stage.stop('gateway'));
    must('the cloud', await stage.stop('cloud'));
    return { report, drained: undefined };
  } catch (error) {
    return { report, drained: (error as Error).message };
  }
}

function must(name: string, status: number | null): void {
  if (status !== 0) throw new Error(`${name} ended with ${status ?? 'a signal'} when it was asked to stop`);
}

interface Remains {
  folder: string;
  books: Books | undefined;
  watcher: Watcher;
  wallMs: Evidence['wallMs'];
  realWallMs: Evidence['realWallMs'];
}

function judge(
  checks: readonly { name: string; watch: Watch }[],
  undrained: string | undefined,
  { folder, books, watcher, wallMs, realWallMs }: Remains,
): Result[] {
  if (books === undefined)
    return checks.map(({ name, watch }) => {
      const verdict = watch.soFar?.() ?? { ok: false, detail: `not to be judged: ${undrained}` };
      return { kind: 'expectation', name, ...verdict };
    });
  const stored = openStored(join(folder, 'cloud/cloud.db'));
  try {
    const evidence: Evidence = {
      ...{ books, counts: watcher.counts, wallMs, realWallMs },
      readings: (device, channel) => stored.of(device, channel),
      peakMb: Object.fromEntries(watcher.usage.names().map((name) => [name, watcher.usage.of(name)?.peakMb ?? 0])),
    };
    return checks.map(({ name, watch }) => ({ kind: 'expectation', name, ...watch.judge(evidence) }));
  } finally {
    stored.close();
  }
}

/** Faults of devices: each that was planned must have struck. */
function struck(report: FarmReport | undefined): Result[] {
  return (report?.faults ?? []).map(({ fault, device, strikes, struck: n, devices }) => ({
    ...{ kind: 'fault', name: `${fault} of ${device}`, ok: strikes > 0 },
    detail:
      strikes > 0
        ? `${strikes.toLocaleString('en')} times, on ${n} of ${devices} ${devices === 1 ? 'device' : 'devices'}`
        : 'it never took effect',
  }));
}

function progressOf(
  phase: string,
  stage: Stage,
  { last }: Watcher,
  script: Script,
  checks: readonly { watch: Watch }[],
  realMs: number,
): Progress {
  const verdicts = checks.map(({ watch }) => watch.soFar?.());
  const { lastsMs, speed } = stage.plan;
  const count = (is: boolean | undefined) => verdicts.filter((v) => v?.ok === is).length;
  return {
    ...{ phase, lastsMs, fieldMs: Math.min(lastsMs, realMs * speed), share: Math.min(1, (realMs * speed) / lastsMs) },
    stored: last?.gateway?.ledger.reduce((sum, epoch) => sum + epoch.stored, 0) ?? 0,
    waiting: last?.local?.waiting ?? 0,
    linkState: stage.link.road().state,
    faults: script.now(),
    results: { ok: count(true), failed: count(false), open: count(undefined) },
  };
}

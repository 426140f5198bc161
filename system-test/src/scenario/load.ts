/** Reads a scenario and checks all that can be checked before anything runs. Each error names file, line and key. */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { FaultPlan, Faults, openRecordings, SimConfig } from '@karez/firmware-sim';
import { KarezError } from '@karez/model';
import { checker } from '@karez/model/schemas';
import { checkYaml, parseYaml, unreadable, type YamlFile } from '@karez/model/yaml';
import { contextOf } from './context.ts';
import { checkKindOf } from './expect/check-table.ts';
import { deviceKindOf } from './kinds/kind-table.ts';
import { orderOf, type Plan, planOf } from './plan.ts';
import { type RuleEntry, ruleProblem } from './rules.ts';
import { Scenario } from './schema.ts';
import { fieldMs } from './times.ts';

const scenarioChecker = checker(Scenario, 'CONFIG_INVALID');
const orderChecker = checker(FaultPlan, 'CONFIG_INVALID');
const simChecker = checker(SimConfig, 'CONFIG_INVALID');
type Fail = (key: string, expected: string) => never;

export interface LoadedScenario {
  path: string;
  scenario: Scenario;
  seed: number | undefined;
  speed: number;
}

/**
 * @param options what the command line says instead of the file.
 * @throws KarezError FILE_UNREADABLE, CONFIG_INVALID.
 */
export function loadScenario(path: string, options: { seed?: number; speed?: number } = {}): LoadedScenario {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw unreadable(path, cause);
  }
  const file = parseYaml(text, path);
  const scenario = withPlaces(checkYaml(scenarioChecker, file), dirname(path));
  const speed = options.speed ?? scenario.speed ?? 1;
  const fail: Fail = (key, expected) => {
    throw new KarezError('CONFIG_INVALID', `${file.where(key)}: ${key} ${expected}`, { where: key });
  };
  checkDevices(scenario, fail);
  checkClocks(scenario, fail);
  checkRules(scenario, fail);
  const plan = planned(scenario, speed, fail);
  checkFaults(scenario, plan, fail);
  checkSim(plan, file, fail);
  checkRecordings(plan, file);
  checkTimes(scenario, fail);
  checkExpectations(scenario, plan, fail);
  return { path, scenario, seed: options.seed ?? scenario.seed, speed };
}

function planned(scenario: Scenario, speed: number, fail: Fail): Plan {
  try {
    // Ports that nobody opens, but which a schema takes.
    return planOf(scenario, { seed: 0, speed, nowMs: Date.now(), ports: { mqtt: 1, status: 1, uplink: 1, lines: [] } });
  } catch (error) {
    if (error instanceof KarezError && error.where !== undefined)
      return fail(error.where, error.message.slice(error.where.length + 1));
    throw error;
  }
}

function checkDevices({ fields, devices }: Scenario, fail: Fail): void {
  const known = new Set<string>();
  for (const [i, { id }] of fields.entries()) {
    if (known.has(id)) fail(`fields.${i}.id`, `must differ from the others; "${id}" stands there twice`);
    known.add(id);
  }
  for (const [i, entry] of devices.entries()) {
    const kind = deviceKindOf(entry);
    for (const { id, key } of kind.fields(entry))
      if (!known.has(id)) fail(`devices.${i}.${key}`, `must be the id of a field of this file, not "${id}"`);
    const problem = kind.problem?.(entry);
    if (problem !== undefined) fail(`devices.${i}.${problem.key}`, problem.expected);
  }
}

function checkClocks({ clocks, start, devices }: Scenario, fail: Fail): void {
  if (clocks !== 'field') return;
  if (start !== undefined) fail('start', 'must be left out with clocks: field, which end the scenario now');
  const polled = devices.findIndex(({ kind }) => kind !== 'soil-node');
  if (polled !== -1)
    fail(
      `devices.${polled}.kind`,
      'must be soil-node with clocks: field; what the gateway reads itself gets its own time',
    );
}

function checkRules({ rules = [] }: Scenario, fail: Fail): void {
  for (const [i, rule] of rules.entries()) {
    const problem = ruleProblem(rule as RuleEntry);
    if (problem !== undefined) fail(`rules.${i}.${problem.key}`, problem.expected);
    if (rules.findIndex(({ id }) => id === rule.id) < i) fail(`rules.${i}.id`, 'must differ from the others');
  }
}

/** What the simulator would say of its half. */
function checkSim(plan: Plan, file: YamlFile, fail: Fail): void {
  const problem = simChecker.problems(plan.sim)[0];
  if (problem !== undefined) {
    const [, line, rest] = /^lines\.(\d+)\.?(.*)$/.exec(problem.path) ?? [];
    const entry = line === undefined ? undefined : plan.entryOfLine[Number(line)];
    if (entry === undefined)
      throw new KarezError('CONFIG_INVALID', `${file.path}: ${problem.path} ${problem.expected}`);
    fail(`devices.${entry}`, `cannot be played: ${rest === '' ? 'the line' : rest} ${problem.expected}`);
  }
  // A board is none of the gateway's devices, but what hangs on it is.
  for (const id of plan.intervalsMs.keys())
    if (!plan.targets.has(id)) fail('devices', `must be the same for simulator and gateway; ${id} is not`);
}

/** Files of recordings are named from where the scenario stands, and played elsewhere. */
function withPlaces(scenario: Scenario, folder: string): Scenario {
  if (scenario.recordings === undefined) return scenario;
  const recordings = Object.entries(scenario.recordings).map(
    ([id, recording]) => [id, { ...recording, file: resolve(folder, recording.file) }] as const,
  );
  return { ...scenario, recordings: Object.fromEntries(recordings) };
}

/** Reads them all, and each column that a device plays. */
function checkRecordings({ sim, entryOfLine }: Plan, file: YamlFile): void {
  openRecordings(sim.recordings, sim.lines, '', {
    where: (key) => file.where(`devices.${entryOfLine[Number(key.split('.')[1])]}`),
  });
}

function checkFaults({ faults = [] }: Scenario, plan: Plan, fail: Fail): void {
  const table = new Faults(0, plan.targets, () => 0);
  for (const [i, fault] of faults.entries()) {
    const key = `faults.${i}`;
    const order = orderOf(fault);
    const problem = orderChecker.problems(order)[0];
    if (problem !== undefined) fail(`${key}.${problem.path}`, problem.expected);
    try {
      table.command(order, key);
    } catch (error) {
      const { where, message } = error as KarezError;
      const words = message.slice(message.indexOf(': ') + 2);
      fail(`${key}.${where ?? ''}`, words.startsWith(`${where} `) ? words.slice(`${where} `.length) : words);
    }
  }
}

/** What begins after the end would never happen. */
function checkTimes(scenario: Scenario, fail: Fail): void {
  const lastsMs = fieldMs(scenario.lasts);
  if (lastsMs === 0) fail('lasts', 'must be longer');
  for (const list of ['weather', 'link', 'faults', 'processes'] as const)
    for (const [i, { at }] of (scenario[list] ?? []).entries())
      if (at !== undefined && fieldMs(at) >= lastsMs)
        fail(`${list}.${i}.at`, `must be before the end, ${scenario.lasts}`);
  for (const [i, expectation] of scenario.expect.entries())
    for (const key of ['after', 'from'] as const) {
      const at = (expectation as { [key: string]: unknown })[key];
      if (typeof at === 'string' && fieldMs(at) >= lastsMs)
        fail(`expect.${i}.${key}`, `must be before the end, ${scenario.lasts}`);
    }
}

function checkExpectations({ expect }: Scenario, plan: Plan, fail: Fail): void {
  const context = contextOf(plan);
  for (const [i, expectation] of expect.entries()) {
    const problem = checkKindOf(expectation).problem?.(expectation, context);
    if (problem !== undefined) fail(`expect.${i}.${problem.key}`, problem.expected);
  }
}

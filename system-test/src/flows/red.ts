/** Node-RED for tests: the one that is installed beside our nodes, and a farm for it to look at. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { FARM, makeFarm, type TestFarm } from '../farm.ts';
import { ROOT } from '../process.ts';

export const CONTRIB = join(ROOT, 'edge/node-red');
/** Loads as our nodes do: from their own node_modules. */
export const requireRed = createRequire(join(CONTRIB, 'package.json'));

/** One message of a flow. */
export interface Message {
  topic?: string;
  payload?: unknown;
  [key: string]: unknown;
}

export interface FlowNode {
  id: string;
  type: string;
  [key: string]: unknown;
}

/** A flow that is shipped. */
export function example(name: string): FlowNode[] {
  return JSON.parse(readFileSync(join(CONTRIB, `examples/${name}.json`), 'utf8'));
}

export interface FlowFarm {
  farm: TestFarm;
  /** Addresses as the configuration nodes have them. */
  gateway: { url: string; mqtt: string; farm: string };
  cloud: { url: string; farm: string };
  token: string;
}

/** A farm with cloud and gateway, and one node that the test plays. */
export async function flowFarm(): Promise<FlowFarm> {
  const farm = await makeFarm({ nodes: 0, probes: 1, played: ['own-1'] });
  const cloud = await farm.startCloud();
  const { ready } = await farm.startGateway();
  const rights = ['token', 'add', 'flows', '--farm', FARM, '--rights', 'view,command,rules', '--json'];
  const program = ['--disable-warning=ExperimentalWarning', join(ROOT, 'cloud/src/people-main.ts')];
  const printed = execFileSync(process.execPath, [...program, ...rights, '--data', join(farm.folder, 'cloud')]);
  return {
    farm,
    gateway: { url: ready.status as string, mqtt: `mqtt://127.0.0.1:${ready.mqttPort}`, farm: FARM },
    cloud: { url: cloud.ready.http as string, farm: FARM },
    token: JSON.parse(printed.toString()).token,
  };
}

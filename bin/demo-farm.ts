/**
 * The folder of a demonstration farm: configuration copied from demo/, passwords made at the first start. Whatever is
 * there already is left as it is, so a second start finds its data and its owner's edits.
 */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';

export interface DemoFarm {
  gatewayConfig: string;
  simConfig: string;
  secrets: string;
  cloudData: string;
  /** Whether it was made just now. */
  isNew: boolean;
}

/** Changes a file of demo/ for another place. */
export type Edit = (file: 'gateway.yaml' | 'sim.yaml', text: string) => string;

/** Makes sure that everything the three processes read is in `folder`. */
export function prepareFarm(folder: string, root: string, edit: Edit = (_, text) => text): DemoFarm {
  for (const part of ['cloud', 'gateway', 'run', 'log', 'sim']) mkdirSync(join(folder, part), { recursive: true });
  const farm = {
    gatewayConfig: join(folder, 'gateway.yaml'),
    simConfig: join(folder, 'sim.yaml'),
    secrets: join(folder, 'secrets.yaml'),
    cloudData: join(folder, 'cloud'),
  };
  for (const [path, file] of [
    [farm.gatewayConfig, 'gateway.yaml'],
    [farm.simConfig, 'sim.yaml'],
  ] as const)
    if (!existsSync(path)) writeFileSync(path, edit(file, readFileSync(join(root, 'demo', file), 'utf8')));
  const isNew = !existsSync(farm.secrets);
  if (isNew) writeSecrets(farm, root);
  return { ...farm, isNew };
}

interface GatewayIds {
  farm: { id: string };
  gateway: { id: string };
  mqtt?: { devices: { id: string }[] };
}

function writeSecrets(farm: Omit<DemoFarm, 'isNew'>, root: string): void {
  const config = parse(readFileSync(farm.gatewayConfig, 'utf8')) as GatewayIds;
  const printed = execFileSync(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      join(root, 'cloud/src/main.ts'),
      ...['gateway', 'add', config.farm.id, config.gateway.id, '--data', farm.cloudData, '--new-password', '--json'],
    ],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const { password } = JSON.parse(printed) as { password: string };
  const devices = (config.mqtt?.devices ?? []).map((device) => [device.id, randomBytes(12).toString('base64url')]);
  const text = `# Made at the first start. Whoever can read this file can speak for the gateway and its devices.\n${stringify(
    {
      uplink: password,
      devices: Object.fromEntries(devices),
    },
  )}`;
  const temporary = `${farm.secrets}.new`;
  writeFileSync(temporary, text, { mode: 0o600, flush: true });
  renameSync(temporary, farm.secrets);
}

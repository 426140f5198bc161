/** A small farm for tests: configuration of gateway and simulator in a temporary folder, and the three processes. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ApiGateway, type FarmDetail, type GatewayStatus, type History, type Latest, RIGHTS } from '@karez/model';
import { freePorts } from '@karez/model/testing';
import { FARM, type FarmPlan, GATEWAY, gatewayYaml, passwordOf, simYaml } from './farm-files.ts';
import { type Link, startLink } from './link.ts';
import { launch, ROOT, type Running, type Service } from './process.ts';

export { FARM, GATEWAY, passwordOf } from './farm-files.ts';

export type Part = 'cloud' | 'gateway' | 'sim';

/** A message whose PUBACK a node got. */
export interface AckedMessage {
  device: string;
  n: number;
  t: number;
}

/** What the gateway's own page shows, as far as tests look at it. */
export interface LocalPage {
  status: GatewayStatus;
  /** Readings gathered for the next commit. */
  journal: { queued: number };
  values: { device: string; channel: string; timeMs: number | null; value: number | null }[];
  trouble: string | null;
  alerts: { rule: string; subject: string; state: string; raised: boolean; firedMs: number | null }[];
  alertCounts: { written: number };
}

export interface TestFarm {
  folder: string;
  /** The relay between gateway and cloud, where the farm has no other way. */
  link: Link;
  nodes: string[];
  probes: string[];
  /** Where a node finds the gateway's broker: a port of this machine, or a socket file that leads there. */
  broker: { port: number } | { path: string };
  cloudMqttPort: number;
  /** What a request to the cloud has to bring. */
  authorization: string;
  /** Starts a part without waiting for it. */
  launch(part: Part): Running;
  cloud(): Service;
  startCloud(): Promise<Service>;
  startGateway(): Promise<Service>;
  startSim(): Promise<Service>;
  api: {
    farm(): Promise<FarmDetail>;
    latest(): Promise<Latest>;
    history(channels: string[], from: number, to: number): Promise<History>;
    gateway(): Promise<ApiGateway | undefined>;
    get(path: string, options?: RequestInit): Promise<Response>;
  };
  /** Address of the gateway's own page, where the gateway runs on this machine's network. */
  localUrl: string;
  /** What the gateway's own page shows; undefined while it does not answer. */
  local(): Promise<LocalPage | undefined>;
  /** The simulator's own record of every message whose PUBACK it got: the checker's outside witness. */
  acked(): AckedMessage[];
  /** Kills what still runs and removes the folder, unless it is to be looked at. */
  close(keepFolder?: boolean): Promise<void>;
}

export interface FarmOptions {
  nodes?: number;
  probes?: number;
  /** Nodes that the gateway knows and the test plays itself. */
  played?: string[];
  store?: string;
  /**
   * What stands in front of gateway and simulator on the command line and makes them run elsewhere on the network
   * (process.ts). What they serve on loopback is then reached through a window.
   */
  inFront?: readonly string[];
  /** Where the cloud's broker listens and the gateway finds it; default loopback, through the relay. */
  cloudHost?: string;
  /** Besides, on the cloud's command line. */
  cloudArgs?: readonly string[];
  /** Besides, on the simulator's command line. */
  simArgs?: readonly string[];
  /** Weather to order, as in the simulator's configuration; the world begins at `start` instead of now. */
  world?: { start: string; weather: string };
  /** Where data is kept, instead of in the farm's own folder. */
  disks?: { cloud?: string; gateway?: string };
}

const LOOPBACK = '127.0.0.1';
/** What was compiled before need not be again: services start in two thirds of the time. */
const COMPILED = { NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache') };
const FILES: Record<Part, string> = {
  cloud: 'cloud/src/main.ts',
  gateway: 'edge/src/main.ts',
  sim: 'firmware-sim/src/main.ts',
};

/** Makes the folder and the link; starts nothing yet. */
export async function makeFarm(options: FarmOptions = {}): Promise<TestFarm> {
  const folder = mkdtempSync(join(tmpdir(), 'karez-farm-'));
  for (const part of ['run', 'sim']) mkdirSync(join(folder, part));
  for (const part of ['cloud', 'gateway'] as const) {
    const disk = options.disks?.[part];
    if (disk === undefined) mkdirSync(join(folder, part));
    else symlinkSync(disk, join(folder, part));
  }
  const nodes = Array.from({ length: options.nodes ?? 5 }, (_, i) => `node-${i + 1}`);
  const probes = Array.from({ length: options.probes ?? 3 }, (_, i) => `soil-${i + 1}`);
  const played = options.played ?? [];
  const [mqtt, status, drone, cloudMqtt, cloudHttp] = await freePorts(5);
  const link = await startLink(cloudMqtt as number);
  const { cloudHost, inFront } = options;
  const plan: FarmPlan = {
    ...{ nodes, played, probes },
    uplink:
      cloudHost === undefined ? { host: LOOPBACK, port: link.port } : { host: cloudHost, port: cloudMqtt as number },
    ports: { mqtt: mqtt as number, status: status as number, drone: drone as number },
    ...(options.world === undefined ? {} : { world: options.world }),
  };
  writeFileSync(join(folder, 'gateway.yaml'), gatewayYaml(plan));
  writeFileSync(join(folder, 'sim.yaml'), simYaml(plan));
  writeFileSync(join(folder, 'secrets.yaml'), JSON.stringify(makeSecrets(folder, [...nodes, ...played])), {
    mode: 0o600,
  });

  const running = new Set<Running>();
  let cloud: Service | undefined;
  const args: Record<Part, string[]> = {
    cloud: [
      ...['--data', join(folder, 'cloud'), '--http-port', `${cloudHttp}`],
      ...['--mqtt-port', `${cloudMqtt}`, '--mqtt-host', cloudHost ?? LOOPBACK],
      ...(options.cloudArgs ?? []),
    ],
    gateway: ['--config', join(folder, 'gateway.yaml')],
    sim: [
      ...['--config', join(folder, 'sim.yaml'), '--secrets', join(folder, 'secrets.yaml')],
      ...['--record', join(folder, 'sim'), ...(options.simArgs ?? [])],
    ],
  };
  const start = (part: Part): Running => {
    const env = { ...COMPILED, ...(options.store === undefined ? {} : { KAREZ_STORE: options.store }) };
    const process = launch(FILES[part], args[part], { cwd: folder, env, ...(part !== 'cloud' && { inFront }) });
    running.add(process);
    void process.ended.then(() => running.delete(process));
    return process;
  };
  const startReady = async (part: Part): Promise<Service> => {
    const process = start(part);
    return { ...process, ready: await process.whenReady };
  };
  const at = (name: string, port: number) =>
    inFront === undefined ? { port } : { path: join(folder, `run/${name}.sock`) };
  if (inFront !== undefined) {
    const pairs = [`run/status.sock=${plan.ports.status}`, `run/mqtt.sock=${plan.ports.mqtt}`];
    const window = launch('system-test/src/torture/window-main.ts', pairs, { cwd: folder, inFront });
    running.add(window);
    await window.whenReady;
  }
  const base = `http://${LOOPBACK}:${cloudHttp}/api/v1`;
  const authorization = `Bearer ${ownersToken(folder)}`;
  const json = async <T>(path: string): Promise<T> => {
    const response = await fetch(`${base}${path}`, { headers: { authorization } });
    if (!response.ok) throw new Error(`GET ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  };
  return {
    ...{ folder, link, nodes, probes, broker: at('mqtt', plan.ports.mqtt), cloudMqttPort: cloudMqtt as number },
    authorization,
    launch: start,
    cloud: () => cloud as Service,
    async startCloud() {
      cloud = await startReady('cloud');
      return cloud;
    },
    startGateway: () => startReady('gateway'),
    startSim: () => startReady('sim'),
    api: {
      farm: () => json(`/farms/${FARM}`),
      latest: () => json(`/farms/${FARM}/latest`),
      history(channels, from, to) {
        const query = channels.map((c) => `channel=${encodeURIComponent(c)}`).join('&');
        return json(`/farms/${FARM}/history?${query}&from=${from}&to=${to}&points=4000`);
      },
      async gateway() {
        return (await json<ApiGateway[]>('/gateways')).find((g) => g.gateway === GATEWAY);
      },
      get: (path, init) => fetch(`${base}${path}`, { ...init, headers: { authorization, ...init?.headers } }),
    },
    localUrl: `http://${LOOPBACK}:${plan.ports.status}/`,
    local: () => localPage(at('status', plan.ports.status)),
    acked() {
      const lines = readFileSync(join(folder, 'sim/acked.ndjson'), 'utf8').split('\n');
      return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as AckedMessage);
    },
    async close(keepFolder = false) {
      await Promise.all([...running].map((process) => process.kill()));
      await link.close();
      if (!keepFolder) rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A token that may everything in every farm, made as an administrator makes one. */
function ownersToken(folder: string): string {
  const rights = Object.keys(RIGHTS).join(',');
  const args = ['token', 'add', 'test', '--farm', '*', '--rights', rights, '--data', join(folder, 'cloud'), '--json'];
  const flags = ['--disable-warning=ExperimentalWarning', `${ROOT}cloud/src/people-main.ts`];
  const printed = execFileSync(process.execPath, [...flags, ...args], { encoding: 'utf8' });
  return (JSON.parse(printed) as { token: string }).token;
}

/** Makes the gateway's password in the cloud's data, and one for each node. */
function makeSecrets(folder: string, nodes: string[]): { uplink: string; devices: Record<string, string> } {
  const added = execFileSync(
    process.execPath,
    [
      ...['--disable-warning=ExperimentalWarning', `${ROOT}${FILES.cloud}`, 'gateway', 'add', FARM, GATEWAY],
      ...['--data', join(folder, 'cloud'), '--json'],
    ],
    { encoding: 'utf8' },
  );
  return {
    uplink: (JSON.parse(added) as { password: string }).password,
    devices: Object.fromEntries(nodes.map((id) => [id, passwordOf(id)])),
  };
}

function localPage(at: { port: number } | { path: string }): Promise<LocalPage | undefined> {
  const where = 'port' in at ? { host: LOOPBACK, port: at.port } : { socketPath: at.path };
  return new Promise((resolve) => {
    const request = get({ ...where, path: '/status.json', headers: { host: LOOPBACK }, timeout: 5_000 }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('error', () => resolve(undefined));
      response.on('end', () => resolve(JSON.parse(Buffer.concat(parts).toString()) as LocalPage));
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(undefined));
  });
}

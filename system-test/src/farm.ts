/** A small farm for tests: configuration of gateway and simulator in a temporary folder, and the three processes. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ApiGateway, FarmDetail, History, Latest } from '@karez/model';
import { freePort, type Link, startLink } from './link.ts';
import { ROOT, type Service, startService } from './process.ts';

const OUTLINE = '[[86.05, 44.302], [86.0541, 44.3021], [86.0543, 44.3041], [86.0501, 44.304]]';
export const FARM = 'test-farm';
export const GATEWAY = 'gw-1';

export interface TestFarm {
  folder: string;
  link: Link;
  nodes: string[];
  probes: string[];
  cloud(): Service;
  startCloud(): Promise<Service>;
  startGateway(): Promise<Service>;
  startSim(): Promise<Service>;
  api: {
    farm(): Promise<FarmDetail>;
    latest(): Promise<Latest>;
    history(channels: string[], from: number, to: number): Promise<History>;
    gateway(): Promise<ApiGateway | undefined>;
    get(path: string): Promise<Response>;
  };
  /** The simulator's own record of every message whose PUBACK it got: the checker's outside witness. */
  acked(): { device: string; n: number; t: number }[];
  close(): Promise<void>;
}

export interface FarmOptions {
  nodes?: number;
  probes?: number;
  store?: string;
}

/** Makes the folder and the link; starts nothing yet. */
export async function makeFarm(options: FarmOptions = {}): Promise<TestFarm> {
  const folder = mkdtempSync(join(tmpdir(), 'karez-farm-'));
  for (const part of ['cloud', 'gateway', 'run', 'sim']) mkdirSync(join(folder, part));
  const nodes = Array.from({ length: options.nodes ?? 5 }, (_, i) => `node-${i + 1}`);
  const probes = Array.from({ length: options.probes ?? 3 }, (_, i) => `soil-${i + 1}`);
  const [mqttPort, statusPort, dronePort, cloudMqtt, cloudHttp] = await Promise.all([
    freePort(),
    freePort(),
    freePort(),
    freePort(),
    freePort(),
  ]);
  const link = await startLink(cloudMqtt);
  const running = new Set<Service>();
  let cloud: Service | undefined;

  writeFileSync(join(folder, 'gateway.yaml'), gatewayYaml(link.port, mqttPort, statusPort, dronePort, nodes, probes));
  writeFileSync(join(folder, 'sim.yaml'), simYaml(mqttPort, dronePort, nodes, probes));
  const added = execFileSync(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      `${ROOT}cloud/src/main.ts`,
      'gateway',
      'add',
      FARM,
      GATEWAY,
      '--data',
      join(folder, 'cloud'),
      '--json',
    ],
    { encoding: 'utf8' },
  );
  const secrets = {
    uplink: (JSON.parse(added) as { password: string }).password,
    devices: Object.fromEntries(nodes.map((id) => [id, `password-of-${id}`])),
  };
  writeFileSync(join(folder, 'secrets.yaml'), JSON.stringify(secrets), { mode: 0o600 });

  const start = async (file: string, args: string[]) => {
    const service = await startService(
      file,
      args,
      folder,
      options.store === undefined ? {} : { KAREZ_STORE: options.store },
    );
    running.add(service);
    return service;
  };
  const base = `http://127.0.0.1:${cloudHttp}/api/v1`;
  const json = async <T>(path: string): Promise<T> => {
    const response = await fetch(`${base}${path}`);
    if (!response.ok) throw new Error(`GET ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  };
  return {
    folder,
    link,
    nodes,
    probes,
    cloud: () => cloud as Service,
    async startCloud() {
      cloud = await start('cloud/src/main.ts', [
        '--data',
        join(folder, 'cloud'),
        '--http-port',
        `${cloudHttp}`,
        '--mqtt-port',
        `${cloudMqtt}`,
      ]);
      return cloud;
    },
    startGateway: () => start('edge/src/main.ts', ['--config', join(folder, 'gateway.yaml')]),
    startSim: () =>
      start('firmware-sim/src/main.ts', [
        '--config',
        join(folder, 'sim.yaml'),
        '--secrets',
        join(folder, 'secrets.yaml'),
        '--record',
        join(folder, 'sim'),
      ]),
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
      get: (path) => fetch(`${base}${path}`),
    },
    acked() {
      const lines = readFileSync(join(folder, 'sim/acked.ndjson'), 'utf8').split('\n');
      return lines
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as { device: string; n: number; t: number });
    },
    async close() {
      for (const service of running) await service.kill();
      await link.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function gatewayYaml(
  uplink: number,
  mqtt: number,
  status: number,
  drone: number,
  nodes: string[],
  probes: string[],
): string {
  return `
farm: { id: ${FARM}, title: Test farm }
gateway: { id: ${GATEWAY}, title: Test gateway }
data: gateway
secrets: secrets.yaml
uplink: { url: "mqtt://127.0.0.1:${uplink}" }
status: { port: ${status} }
fields:
  - { id: north, title: North, crop: cotton, outline: ${OUTLINE} }
lines:
  - type: modbus
    port: { serial: run/tty-soil, baudRate: 9600 }
    devices:
${probes.map((id, i) => `      - { id: ${id}, profile: cwt-soil-7in1, address: ${i + 1}, field: north, depthCm: ${(i + 1) * 10}, intervalMs: 1000 }`).join('\n')}
  - { type: davis, port: { serial: run/tty-weather, baudRate: 19200 }, device: { id: weather, profile: davis-vantage-pro2 } }
  - { type: mavlink, port: { tcp: "127.0.0.1:${drone}" }, devices: [{ id: drone, profile: mavlink-sprayer, systemId: 1 }] }
mqtt:
  port: ${mqtt}
  devices:
${nodes.map((id) => `    - { id: ${id}, profile: wifi-soil-node, field: north, intervalMs: 1000 }`).join('\n')}
`;
}

function simYaml(mqtt: number, drone: number, nodes: string[], probes: string[]): string {
  return `
seed: 7
start: now
site: { latitude: 44.3, longitude: 86.05, elevationM: 450 }
fields:
  - { id: north, soil: loam, outline: ${OUTLINE} }
lines:
  - type: modbus
    port: { pty: run/tty-soil }
    probes:
${probes.map((id, i) => `      - { device: ${id}, address: ${i + 1}, field: north, depthCm: ${(i + 1) * 10} }`).join('\n')}
  - { type: davis, device: weather, port: { pty: run/tty-weather } }
  - { type: mavlink, device: drone, port: { tcp: ${drone}, host: 127.0.0.1 }, fields: [north], base: [86.0546, 44.3016] }
nodes:
  broker: mqtt://127.0.0.1:${mqtt}
  intervalS: 1
  devices:
${nodes.map((id) => `    - { device: ${id}, field: north, depthsCm: [10, 30] }`).join('\n')}
`;
}

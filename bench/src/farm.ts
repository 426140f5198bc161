/**
 * A farm like the demonstration's for measuring: a folder with the gateway's configuration and passwords, gateway and
 * cloud as processes, and what their pages say. Soil probes, weather console and drone hang on TCP lines, nodes on the
 * gateway's broker; whether anybody answers there is the part's own choice (field.ts).
 */

import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeCredential, openVault, ownersToken } from '@karez/cloud';
import type { ApiGateway } from '@karez/model';
import { freePorts } from '@karez/model/testing';
import type { BenchContext } from './context.ts';
import { type Service, startService } from './service.ts';

export const FARM = 'bench';
export const GATEWAY = 'gw-1';
export const PROBES = Array.from({ length: 8 }, (_, i) => `probe-${i + 1}`);
export const NODES = Array.from({ length: 20 }, (_, i) => `node-${String(i + 1).padStart(2, '0')}`);

export interface Ports {
  cloudMqtt: number;
  cloudHttp: number;
  gatewayMqtt: number;
  status: number;
  modbus: number;
  davis: number;
  mavlink: number;
}

export interface BenchFarm {
  ports: Ports;
  /** The cloud's API, and what every request to it carries. */
  api: ApiAccess;
  configPath: string;
  /** Folder of the gateway's journal. */
  journalDir: string;
  startCloud(store: string): Promise<Service>;
  startGateway(): Promise<Service>;
  /** What the cloud says of the gateway; undefined while it does not know it. */
  gateway(): Promise<ApiGateway | undefined>;
  /** Readings that the gateway holds and the cloud has not acknowledged. */
  waiting(): Promise<number>;
}

export interface ApiAccess {
  url: string;
  headers: Record<string, string>;
}

export interface FarmChoices {
  /** How often a soil probe is asked, ms. */
  pollMs?: number;
}

export const passwordOf = (node: string) => `password-of-${node}`;

/** Makes the folder and the passwords; starts nothing yet. */
export async function makeFarm(context: BenchContext, choices: FarmChoices = {}): Promise<BenchFarm> {
  const folder = mkdtempSync(join(context.folder, 'farm-'));
  const cloudDir = join(folder, 'cloud');
  const journalDir = join(folder, 'gateway');
  for (const dir of [cloudDir, journalDir]) mkdirSync(dir);
  const ports = await chosenPorts();
  const configPath = join(folder, 'gateway.yaml');
  writeFileSync(configPath, configText(ports, choices));

  const { password, credential } = await makeCredential();
  const vault = await openVault({ path: join(cloudDir, 'cloud.db'), keepReadings: true });
  await vault.setCredential(FARM, GATEWAY, credential, Date.now());
  await vault.close();
  const headers = { authorization: `Bearer ${await ownersToken(cloudDir)}` };
  const api = { url: `http://127.0.0.1:${ports.cloudHttp}/api/v1`, headers };
  const secrets = { uplink: password, devices: Object.fromEntries(NODES.map((id) => [id, passwordOf(id)])) };
  writeFileSync(join(folder, 'secrets.yaml'), JSON.stringify(secrets), { mode: 0o600 });

  const start = async (file: string, args: string[]) => {
    const { ready, stop } = startService({ file, args, cwd: folder, profileDir: context.profileDir });
    context.atEnd(stop);
    return await ready;
  };
  const json = async <T>(url: string) => (await (await fetch(url, { headers })).json()) as T;
  return {
    ports,
    api,
    configPath,
    journalDir,
    startCloud: (store) =>
      start('cloud/src/main.ts', [
        ...['--data', cloudDir, '--store', store],
        ...['--http-port', `${ports.cloudHttp}`, '--mqtt-port', `${ports.cloudMqtt}`],
      ]),
    startGateway: () => start('edge/src/main.ts', ['--config', configPath]),
    async gateway() {
      const all = await json<ApiGateway[]>(`${api.url}/gateways`);
      return all.find((g) => g.gateway === GATEWAY);
    },
    async waiting() {
      const view = await json<{ status: { waiting: number } }>(`http://127.0.0.1:${ports.status}/status.json`);
      return view.status.waiting;
    },
  };
}

/** A port for each that listens. */
async function chosenPorts(): Promise<Ports> {
  const names = ['cloudMqtt', 'cloudHttp', 'gatewayMqtt', 'status', 'modbus', 'davis', 'mavlink'] as const;
  const ports = await freePorts(names.length);
  return Object.fromEntries(names.map((name, i) => [name, ports[i]])) as unknown as Ports;
}

function configText(ports: Ports, { pollMs = 5_000 }: FarmChoices): string {
  const probes = PROBES.map(
    (id, i) =>
      `      - { id: ${id}, profile: cwt-soil-7in1, address: ${i + 1}, field: north, depthCm: ${(i + 1) * 10}, intervalMs: ${pollMs} }`,
  );
  const nodes = NODES.map((id) => `    - { id: ${id}, profile: wifi-soil-node, field: north }`);
  return `
farm: { id: ${FARM}, title: Farm for measuring }
gateway: { id: ${GATEWAY}, title: Gateway for measuring }
data: gateway
secrets: secrets.yaml
uplink: { url: "mqtt://127.0.0.1:${ports.cloudMqtt}" }
status: { port: ${ports.status} }
fields:
  - { id: north, title: North, crop: cotton, outline: [[86.05, 44.302], [86.054, 44.302], [86.054, 44.304], [86.05, 44.304]] }
lines:
  - type: modbus
    port: { tcp: "127.0.0.1:${ports.modbus}" }
    devices:
${probes.join('\n')}
  - { type: davis, port: { tcp: "127.0.0.1:${ports.davis}" }, device: { id: weather, profile: davis-vantage-pro2, heightCm: 200 } }
  - { type: mavlink, port: { tcp: "127.0.0.1:${ports.mavlink}" }, devices: [{ id: drone, profile: mavlink-sprayer, systemId: 1 }] }
mqtt:
  port: ${ports.gatewayMqtt}
  devices:
${nodes.join('\n')}
`;
}

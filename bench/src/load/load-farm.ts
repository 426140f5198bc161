/**
 * The farm of the long load: gateways full of Wi-Fi soil nodes that the simulator plays, one more whose journal holds the
 * past, and one cloud for all of them; each a process of its own, as in the field.
 */

import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeCredential, openVault, ownersToken } from '@karez/cloud';
import type { ApiGateway } from '@karez/model';
import { freePorts } from '@karez/model/testing';
import type { BenchContext } from '../context.ts';
import { FARM, GATEWAY } from '../farm.ts';
import { READINGS_PER_NODE } from '../field.ts';
import { type Service, startService } from '../service.ts';

/** The gateway whose journal is filled beforehand. */
export const PAST = GATEWAY;
/** Its nodes: fifty channels of each quantity that a node measures at two depths. */
export const PAST_NODES = 25;
/** Nodes of one gateway: well below LIMITS.deviceConnections. */
const NODES_PER_GATEWAY = 400;

export interface LoadFarm {
  api: { url: string; headers: Record<string, string> };
  /** Folder of the journal of the past. */
  pastJournal: string;
  /** Names of the gateways whose nodes speak now. */
  live: string[];
  /** Nodes of all of them. */
  nodes: number;
  startCloud(store: string): Promise<Service>;
  startGateway(name: string): Promise<Service>;
  /** Plays the nodes of a gateway for so many seconds. */
  startSimulator(name: string, seconds: number): Promise<Service>;
  /** What the cloud says of its gateways. */
  gateways(): Promise<ApiGateway[]>;
  /** Readings that a gateway accepted, and how many of them wait there. */
  accepted(name: string): Promise<{ accepted: number; waiting: number }>;
  /** Readings whose PUBACK a gateway's nodes heard. */
  heard(name: string): number;
  /** A figure of the cloud's /metrics. */
  metric(name: string): Promise<number>;
}

/** Makes folders, passwords and configurations for `rate` readings a second; starts nothing. */
export async function makeLoadFarm(context: BenchContext, rate: number): Promise<LoadFarm> {
  const folder = mkdtempSync(join(context.folder, 'load-'));
  const nodes = Math.max(1, Math.round(rate / READINGS_PER_NODE));
  const live = Array.from({ length: Math.ceil(nodes / NODES_PER_GATEWAY) }, (_, i) => `live-${i + 1}`);
  const names = [PAST, ...live];
  const ports = await freePorts(2 + names.length * 2);
  const [cloudMqtt, cloudHttp] = ports.splice(0, 2) as [number, number];
  const places = new Map(
    names.map((name) => [name, { mqtt: ports.shift() as number, status: ports.shift() as number }]),
  );
  const nodesOf = (name: string) =>
    name === PAST
      ? nodeNames(PAST, PAST_NODES)
      : nodeNames(name, Math.ceil((nodes - live.indexOf(name)) / live.length));

  const cloudDir = join(folder, 'cloud');
  mkdirSync(cloudDir);
  const vault = await openVault({ path: join(cloudDir, 'cloud.db'), keepReadings: true });
  for (const name of names) {
    const { password, credential } = await makeCredential();
    await vault.setCredential(FARM, name, credential, Date.now());
    const { mqtt, status } = places.get(name) as { mqtt: number; status: number };
    mkdirSync(join(folder, name));
    const devices = Object.fromEntries(nodesOf(name).map((id) => [id, `password-of-${id}`]));
    writeFileSync(join(folder, `${name}.secrets.yaml`), JSON.stringify({ uplink: password, devices }), { mode: 0o600 });
    writeFileSync(join(folder, `${name}.yaml`), gatewayText(name, nodesOf(name), { cloudMqtt, mqtt, status }));
    writeFileSync(join(folder, `${name}.sim.yaml`), simText(nodesOf(name), mqtt));
  }
  await vault.close();
  const headers = { authorization: `Bearer ${await ownersToken(cloudDir)}` };
  const base = `http://127.0.0.1:${cloudHttp}`;
  const start = async (file: string, args: string[]) => {
    const { ready, stop } = startService({ file, args, cwd: folder, profileDir: context.profileDir });
    context.atEnd(stop);
    return await ready;
  };
  return {
    api: { url: `${base}/api/v1`, headers },
    pastJournal: join(folder, PAST),
    ...{ live, nodes },
    startCloud: (store) =>
      start('cloud/src/main.ts', [
        ...['--data', cloudDir, '--store', store],
        ...['--http-port', `${cloudHttp}`, '--mqtt-port', `${cloudMqtt}`],
      ]),
    startGateway: (name) => start('edge/src/main.ts', ['--config', join(folder, `${name}.yaml`)]),
    startSimulator: (name, seconds) =>
      start('firmware-sim/src/main.ts', [
        ...['--config', join(folder, `${name}.sim.yaml`), '--secrets', join(folder, `${name}.secrets.yaml`)],
        ...['--record', join(folder, `${name}.record`), '--for', `${seconds}`],
      ]),
    gateways: async () => (await (await fetch(`${base}/api/v1/gateways`, { headers })).json()) as ApiGateway[],
    async accepted(name) {
      const { status } = places.get(name) as { status: number };
      const page = (await (await fetch(`http://127.0.0.1:${status}/status.json`)).json()) as {
        status: { accepted: number; waiting: number };
      };
      return page.status;
    },
    heard(name) {
      const lines = readFileSync(join(folder, `${name}.record`, 'acked.ndjson'), 'utf8')
        .trim()
        .split('\n');
      // A message whose PUBACK was lost is sent again under its number.
      return new Set(lines.map((line) => line.slice(0, line.indexOf(',"t"')))).size * READINGS_PER_NODE;
    },
    async metric(name) {
      const text = await (await fetch(`${base}/metrics`, { headers })).text();
      return Number(new RegExp(`^karez_cloud_${name} (\\S+)$`, 'm').exec(text)?.[1] ?? Number.NaN);
    },
  };
}

const nodeNames = (gateway: string, count: number) =>
  Array.from({ length: count }, (_, i) => `${gateway}-n${String(i + 1).padStart(3, '0')}`);

const OUTLINE = '[[86.05, 44.302], [86.054, 44.302], [86.054, 44.304], [86.05, 44.304]]';

function gatewayText(
  name: string,
  nodes: readonly string[],
  ports: { cloudMqtt: number; mqtt: number; status: number },
): string {
  return `
farm: { id: ${FARM}, title: Farm under load }
gateway: { id: ${name}, title: Gateway ${name} }
data: ${name}
secrets: ${name}.secrets.yaml
uplink: { url: "mqtt://127.0.0.1:${ports.cloudMqtt}" }
status: { port: ${ports.status} }
fields:
  - { id: north, title: North, crop: cotton, outline: ${OUTLINE} }
mqtt:
  port: ${ports.mqtt}
  devices:
${nodes.map((id) => `    - { id: ${id}, profile: wifi-soil-node, field: north, intervalMs: 1000 }`).join('\n')}
`;
}

function simText(nodes: readonly string[], mqtt: number): string {
  return `
seed: 7
start: now
site: { latitude: 44.3, longitude: 86.05, elevationM: 450 }
fields:
  - { id: north, soil: loam, outline: ${OUTLINE} }
nodes:
  broker: mqtt://127.0.0.1:${mqtt}
  intervalS: 1
  devices:
${nodes.map((id) => `    - { device: ${id}, field: north, depthsCm: [10, 30] }`).join('\n')}
`;
}

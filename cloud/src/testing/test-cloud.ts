/** A cloud for tests, in this process, with credentials for some gateways; it can be stopped and started on its data. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ApiGateway, type Clock, type Logger, silentLogger, systemClock } from '@karez/model';
import { type Cloud, startCloud } from '../cloud.ts';
import { makeCredential } from '../registry/credentials.ts';
import { openVault } from '../vault/open-vault.ts';
import { ownersToken } from './owners-token.ts';
import { connectGateway, type TestGateway } from './test-gateway.ts';

export const FARM = 'farm';
export const EPOCH = '01234567';

export interface TestCloud {
  cloud: Cloud;
  folder: string;
  password: string;
  /** An owner's token for every farm. */
  token: string;
  connect(gateway?: string, epoch?: string): Promise<TestGateway>;
  /** Asks with the token, or with what `init` says. */
  get(path: string, init?: RequestInit): Promise<Response>;
  gateway(name?: string): Promise<ApiGateway>;
  restart(): Promise<void>;
  close(): Promise<void>;
}

export interface TestCloudOptions {
  store?: string;
  gateways?: string[];
  clock?: Clock;
  logger?: Logger;
}

/** Starts it. All gateways have the same password, which only a test may do. */
export async function startTestCloud(options: TestCloudOptions = {}): Promise<TestCloud> {
  const folder = mkdtempSync(join(tmpdir(), 'karez-cloud-'));
  const { password, credential } = await makeCredential();
  const vault = await openVault({ path: join(folder, 'cloud.db'), keepReadings: true });
  for (const gateway of options.gateways ?? ['gw-1']) await vault.setCredential(FARM, gateway, credential, 0);
  await vault.close();
  const token = await ownersToken(folder);
  const open = (httpPort = 0, mqttPort = 0) =>
    startCloud(
      {
        ...{
          dataDir: folder,
          httpHost: '127.0.0.1',
          httpPort,
          mqttPort,
          mqttHost: '127.0.0.1',
          store: options.store ?? 'embedded',
        },
        ...{ consoleDir: join(folder, 'none'), version: '0' },
      },
      { clock: options.clock ?? systemClock(), logger: options.logger ?? silentLogger },
    );
  const running = new Set<TestGateway>();
  const test: TestCloud = {
    cloud: await open(),
    ...{ folder, password, token },
    async connect(gateway = 'gw-1', epoch = EPOCH) {
      const connected = await connectGateway({ url: test.cloud.mqtt, farm: FARM, gateway, password, epoch });
      running.add(connected);
      return connected;
    },
    get: (path, init = { headers: { authorization: `Bearer ${token}` } }) => fetch(`${test.cloud.http}${path}`, init),
    async gateway(name = 'gw-1') {
      const all = (await (await test.get('api/v1/gateways')).json()) as ApiGateway[];
      return all.find(({ gateway }) => gateway === name) as ApiGateway;
    },
    async restart() {
      await test.cloud.stop();
      test.cloud = await open();
    },
    async close() {
      for (const gateway of running) await gateway.close().catch(() => {});
      await test.cloud.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return test;
}

/** Asks again until there is an answer. */
export async function until<T>(what: string, probe: () => Promise<T | undefined> | T | undefined): Promise<T> {
  for (let tries = 0; tries < 2_000; tries++) {
    const value = await probe();
    if (value !== undefined) return value;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`waited in vain: ${what}`);
}

/**
 * A whole farm in this process in virtual time, with real bytes between its parts: the simulator's pseudo-terminal, the
 * gateway's serial port, its journal in a file, MQTT over loopback, and the cloud with its embedded store. Time goes on only
 * when everything that was under way has arrived, so that months pass in minutes and nothing is late because a test is fast.
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeCredential, openVault, ownersToken, startCloud } from '@karez/cloud';
import { type Gateway, loadConfig, startGateway } from '@karez/edge';
import { loadSim, noRecord, startSimulator } from '@karez/firmware-sim';
import { type ApiGateway, type Clock, type History, LIMITS, seededRandom, silentLogger } from '@karez/model';
import { type VirtualClock, virtualClock } from '@karez/model/testing';

export interface PlayedFarmOptions {
  /** When the simulated farm and the gateway start, ms since 1970: the first row of the recording is then. */
  startMs: number;
  /** The recording that the simulator plays, as `recordings` in its configuration has it. */
  recordings: Record<string, object>;
  /** A line of the simulator and one of the gateway that reads it, without their ports. */
  simLine: object;
  gatewayLine: object;
}

export interface PlayedFarm {
  readonly clock: VirtualClock;
  readonly gateway: Gateway;
  /** Lets time go on until `ms` after the start. */
  advanceTo(ms: number): Promise<void>;
  /** Waits, while time stands still, until the gateway has taken so many readings in all. */
  untilTaken(readings: number): Promise<void>;
  /** Waits until the cloud has acknowledged all that was taken; some seconds pass. */
  untilStored(): Promise<void>;
  /** Every reading of the channels from `fromMs` to `toMs`. */
  history(channels: string[], fromMs: number, toMs: number): Promise<History>;
  /** What the cloud says of the gateway. */
  seen(): Promise<ApiGateway>;
  end(): Promise<void>;
}

export const GATEWAY = 'gw-1';
const FARM = 'farm';
const HOST = '127.0.0.1';
const TTY = 'tty';
/** What comes round every few seconds in the field comes round so often here, so that months are not spent on it. */
const HOUSEKEEPING_MS = 300_000;
/** Probes are read within two seconds; by then the gateway has written all their readings. */
const COMMIT_EVERY_MS = 2_500;
/** Acknowledgements are written down every thirty seconds (edge/src/uplink/uplink.ts). */
const SETTLED_MS = 31_000;
/** Real time that an acknowledgement usually takes over loopback, and after which something has gone wrong. */
const USUAL_MS = 3;
const PATIENCE_MS = 60_000;

/** Starts all three. */
export async function startPlayedFarm(options: PlayedFarmOptions): Promise<PlayedFarm> {
  // In memory where that is possible: what an fsync costs a disk is nothing that is looked at here.
  const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'karez-played-'));
  const started = new AsyncDisposableStack();
  started.defer(() => rmSync(folder, { recursive: true, force: true }));
  try {
    return await startParts(folder, options, started);
  } catch (error) {
    await started.disposeAsync();
    throw error;
  }
}

async function startParts(
  folder: string,
  options: PlayedFarmOptions,
  started: AsyncDisposableStack,
): Promise<PlayedFarm> {
  const clock = virtualClock(options.startMs, 1);
  const unhurried: Clock = { ...clock, every: (ms, run) => clock.every(Math.max(ms, HOUSEKEEPING_MS), run) };
  const deps = { clock: unhurried, logger: silentLogger };

  const { password, credential } = await makeCredential();
  const vault = await openVault({ path: join(folder, 'cloud.db'), keepReadings: true });
  await vault.setCredential(FARM, GATEWAY, credential, 0);
  await vault.close();
  const authorization = `Bearer ${await ownersToken(folder)}`;
  const cloud = await startCloud(
    {
      ...{ dataDir: folder, httpPort: 0, httpHost: HOST, mqttPort: 0, mqttHost: HOST },
      ...{ store: 'embedded', consoleDir: join(folder, 'none'), version: 'replay' },
    },
    deps,
  );
  started.defer(() => cloud.stop());

  writeFileSync(join(folder, 'sim.yaml'), simConfig(options));
  const sim = loadSim(join(folder, 'sim.yaml'));
  const simulator = await startSimulator(sim, { speed: 1 }, { ...deps, record: noRecord });
  started.defer(() => simulator.stop());

  writeFileSync(join(folder, 'gateway.yaml'), gatewayConfig(folder, cloud.mqtt, options));
  writeFileSync(join(folder, 'secrets.yaml'), JSON.stringify({ uplink: password }), { mode: 0o600 });
  const gateway = await startGateway(
    loadConfig(join(folder, 'gateway.yaml')),
    { ...deps, random: seededRandom(1), isSynchronised: async () => true },
    'replay',
  );
  started.defer(() => gateway.stop());

  const { journal } = gateway.view();
  const taken = () => gateway.pipeline.counts.accepted + journal.queued;
  const get = async <T>(path: string): Promise<T> => {
    const response = await fetch(`${cloud.http}api/v1${path}`, { headers: { authorization } });
    if (!response.ok) throw new Error(`GET ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  };
  return {
    ...{ clock, gateway },
    async advanceTo(ms) {
      await clock.advance(Math.max(0, ms - clock.monoMs()));
    },
    untilTaken: (readings) => until(`${readings} readings to be taken`, () => taken() >= readings),
    async untilStored() {
      await clock.advance(COMMIT_EVERY_MS);
      // What gathered beside one commit goes with the next.
      for (const endMs = performance.now() + PATIENCE_MS; !(await isSoon(() => journal.queued === 0, USUAL_MS)); ) {
        if (performance.now() > endMs) throw new Error('waited in vain for the journal to be written');
        await clock.advance(LIMITS.commitEveryMs);
      }
      await clock.advance(LIMITS.liveEveryMs);
      await until('the cloud to have it', () => cloud.ingest.counts.readings >= taken());
      // Only the acknowledgement is under way now. Should it take longer, the gateway sends again, as it must.
      const endMs = performance.now() + PATIENCE_MS;
      for (let waitMs = USUAL_MS; !(await isSoon(() => journal.waiting === 0, waitMs)); waitMs = USUAL_MS * 10) {
        if (performance.now() > endMs) throw new Error('waited in vain for the acknowledgement');
        await clock.advance(SETTLED_MS);
      }
    },
    history(channels, fromMs, toMs) {
      const query = channels.map((c) => `channel=${encodeURIComponent(c)}`).join('&');
      return get(`/farms/${FARM}/history?${query}&from=${fromMs}&to=${toMs}&points=${LIMITS.historyPoints}`);
    },
    seen: async () => (await get<ApiGateway[]>('/gateways'))[0] as ApiGateway,
    end: () => started.disposeAsync(),
  };
}

/** Waits for what needs no time of the farm to pass. */
async function until(what: string, isSo: () => boolean): Promise<void> {
  if (!(await isSoon(isSo, PATIENCE_MS))) throw new Error(`waited in vain for ${what}`);
}

/** Whether it becomes so within `forMs` of real time. */
async function isSoon(isSo: () => boolean, forMs: number): Promise<boolean> {
  const endMs = performance.now() + forMs;
  while (!isSo()) {
    if (performance.now() > endMs) return false;
    await new Promise((resolve) => setImmediate(resolve));
  }
  return true;
}

/** JSON is YAML too. */
function gatewayConfig(folder: string, mqttUrl: string, { gatewayLine }: PlayedFarmOptions): string {
  return JSON.stringify({
    ...{ farm: { id: FARM, title: 'Farm' }, gateway: { id: GATEWAY, title: 'Gateway' } },
    ...{ data: 'gateway', secrets: 'secrets.yaml', uplink: { url: mqttUrl } },
    journal: { commitEveryMs: COMMIT_EVERY_MS },
    fields: [{ id: 'north', title: 'North', outline: OUTLINE }],
    lines: [{ ...gatewayLine, port: { serial: join(folder, TTY) } }],
  });
}

function simConfig({ startMs, recordings, simLine }: PlayedFarmOptions): string {
  return JSON.stringify({
    ...{ seed: 7, start: new Date(startMs).toISOString() },
    site: { latitude: 44.3, longitude: 86.05, elevationM: 450 },
    fields: [{ id: 'north', soil: 'loam', outline: OUTLINE }],
    ...{ recordings, lines: [{ ...simLine, port: { pty: TTY } }] },
  });
}

const OUTLINE = [
  [86.05, 44.302],
  [86.0541, 44.3021],
  [86.0543, 44.3041],
];

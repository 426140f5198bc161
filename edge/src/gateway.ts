/** The gateway's parts in the order in which they start; what it stops, it stops in the opposite order. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { buildCatalog, type Catalog, numbersOf } from './catalog.ts';
import { createChecker } from './check/check.ts';
import { DeviceClocks } from './clock/device-clocks.ts';
import { GnssClocks } from './clock/gnss-clocks.ts';
import { bootId, watchNtp } from './clock/ntp.ts';
import { Timekeeper } from './clock/timekeeper.ts';
import type { GatewayConfig, LoadedConfig } from './config.ts';
import { DEFAULTS } from './defaults.ts';
import { type Journal, openJournal } from './journal/journal.ts';
import type { StartJournal } from './journal/journal-call.ts';
import { startDeviceBroker, startLine } from './lines.ts';
import { Pipeline } from './pipeline.ts';
import type { DeviceLine, EdgeDeps } from './ports.ts';
import { gatewayStatus, startRate } from './status/gateway-status.ts';
import { type StatusServer, startStatusServer } from './status/server.ts';
import { type GatewayView, localRows, shownRejections } from './status/view.ts';
import { Budget } from './uplink/budget.ts';
import type { ConnectCloud } from './uplink/link.ts';
import { mqttLink } from './uplink/mqtt-link.ts';
import { Uplink } from './uplink/uplink.ts';

export interface Gateway {
  statusUrl: string | undefined;
  mqttPort: number | undefined;
  pipeline: Pipeline;
  view(): GatewayView;
  stop(): Promise<void>;
}

/** What stands for a thread, a socket and the machine in virtual time; left out, the real ones are used. */
export interface GatewayPorts {
  startJournal?: StartJournal;
  connect?: ConnectCloud;
  bootUuid?: string;
  isSynchronised?: () => Promise<boolean>;
}

const MONTH_EVERY_MS = 600_000;
/** Settling is a commit too; nothing is lost when it comes late, some readings are only sent again. */
const SETTLE_COMMITS = 10;

/** Starts everything. Throws KarezError in words: PORT_TAKEN, JOURNAL_UNWRITABLE. */
export async function startGateway(
  loaded: LoadedConfig,
  deps: EdgeDeps & GatewayPorts,
  version: string,
): Promise<Gateway> {
  const { config, secrets, devices } = loaded;
  const { clock, logger } = deps;
  const startedMs = Math.round(clock.wallMs());

  const { journal, timekeeper } = await openBooks(loaded, deps);
  const catalog: Catalog = await buildCatalog(config, devices, journal, Math.round(timekeeper.now().timeMs));
  await journal.protect(sprayingChannels(catalog));
  const deviceClocks = new DeviceClocks(clock, timekeeper);
  const gnssClocks = new GnssClocks(clock, timekeeper, logger);
  const time = {
    now: () => timekeeper.now(),
    heard: (id: string, ms: number) => deviceClocks.heard(id, ms),
    satellite: (id: string, ms: number) => gnssClocks.heard(id, ms),
  };
  const pipeline = new Pipeline(time, catalog, createChecker(), journal);
  const budget = await openBudget(config, journal, deps);
  const rate = startRate(clock, () => pipeline.counts.accepted);
  const lines: DeviceLine[] = [];
  const status = () =>
    gatewayStatus({
      ...{ config, journal, catalog, pipeline, uplink, timekeeper, lines },
      clock,
      startedMs,
      version,
      rate,
    });
  const { epoch } = catalog.inventory;
  const ids = { farm: config.farm.id, gateway: config.gateway.id, epoch };
  const uplink = new Uplink({
    ...{ ...deps, journal, timekeeper, budget: budget.budget, inventory: catalog.inventory, status },
    settleEveryMs: (config.journal?.commitEveryMs ?? DEFAULTS.commitEveryMs) * SETTLE_COMMITS,
    connect: deps.connect ?? mqttLink({ url: config.uplink.url, password: secrets.uplink, ...ids }),
  });
  const view = (): GatewayView => ({
    ...{ status: status(), title: `${config.gateway.title}, ${config.farm.title}` },
    ...{ counts: pipeline.counts, journal: journal.state, bytesSent: uplink.bytesSent },
    trouble: journal.state.trouble ?? budget.budget.trouble ?? uplink.link.trouble,
    values: localRows(catalog, pipeline),
    rejections: shownRejections(pipeline.rejections),
    lineCounts: lines.flatMap((line) => line.counts?.() ?? []),
  });

  let server: StatusServer | undefined;
  let mqttPort: number | undefined;
  let stopNtp = () => {};
  const stop = async () => {
    for (const line of lines.toReversed()) await line.stop();
    rate.stop();
    stopNtp();
    await uplink.stop();
    await budget.stop();
    await server?.close();
    await journal.close();
  };
  const host = config.status?.host ?? DEFAULTS.loopback;
  try {
    if (config.status !== undefined) server = await startStatusServer(view, config.status.port, host, logger);
    if (config.mqtt !== undefined) {
      const broker = await startDeviceBroker(config.mqtt, devices, secrets.devices ?? {}, pipeline, deps);
      mqttPort = broker.port;
      lines.push(broker);
    }
    const lineDeps = { ...deps, time: timekeeper, memory: journal, secrets: secrets.devices ?? {} };
    for (const line of config.lines ?? []) lines.push(await startLine(line, devices, pipeline, lineDeps));
    stopNtp = watchNtp(clock, timekeeper, deps.isSynchronised);
    uplink.start();
  } catch (error) {
    await stop();
    throw error;
  }
  const statusUrl = server === undefined ? undefined : `http://${host}:${server.port}/`;
  return { statusUrl, mqttPort, pipeline, view, stop };
}

/** The journal, and the time by which it is kept. */
async function openBooks(
  { config, dataDir }: LoadedConfig,
  { clock, logger, startJournal, bootUuid }: EdgeDeps & GatewayPorts,
): Promise<{ journal: Journal; timekeeper: Timekeeper }> {
  const uuid = bootUuid ?? bootId(randomUUID());
  const boot = { uuid, wallMs: Math.round(clock.wallMs()), monoMs: Math.round(clock.monoMs()) };
  const journal = await openJournal(
    {
      ...{ path: join(dataDir, 'journal.db'), farm: config.farm.id, gateway: config.gateway.id, boot },
      limitBytes: (config.journal?.limitMb ?? DEFAULTS.journalLimitMb) * 1_000_000,
      policy: config.journal?.whenFull ?? DEFAULTS.whenFull,
      ...(config.journal?.commitEveryMs === undefined ? {} : { commitEveryMs: config.journal.commitEveryMs }),
      ...(config.journal?.maxAgeDays === undefined ? {} : { maxAgeDays: config.journal.maxAgeDays }),
    },
    { clock, logger },
    startJournal,
  );
  const { opened } = journal;
  const timekeeper = new Timekeeper({
    ...{ clock, logger, floorMs: opened.floorMs, undated: opened.undated },
    boot: { id: opened.boot, ...boot },
    date: (shifts) => journal.date(shifts),
  });
  return { journal, timekeeper };
}

/** Spraying records are what a full journal gives up last. */
function sprayingChannels({ inventory }: Catalog): number[] {
  return inventory.devices.filter((d) => d.kind === 'sprayer').flatMap((d) => d.channels.flatMap(numbersOf));
}

/** The budget of the link, with what this month has taken already; written down now and then. */
async function openBudget(
  { uplink }: GatewayConfig,
  journal: Journal,
  { clock, logger }: EdgeDeps,
): Promise<{ budget: Budget; stop(): Promise<void> }> {
  const earlier = JSON.parse((await journal.recall('sent')) ?? 'null') as { month: string; bytes: number } | null;
  const budget = new Budget(
    clock,
    {
      ...(uplink.maxBytesPerSecond === undefined ? {} : { bytesPerSecond: uplink.maxBytesPerSecond }),
      ...(uplink.maxMegabytesPerMonth === undefined ? {} : { bytesPerMonth: uplink.maxMegabytesPerMonth * 1e6 }),
    },
    earlier ?? undefined,
  );
  const keep = async () => {
    if (uplink.maxMegabytesPerMonth !== undefined) await journal.remember('sent', JSON.stringify(budget.month));
  };
  const stopTimer = clock.every(MONTH_EVERY_MS, () => {
    keep().catch((cause) => logger.log('info', 'the month’s bytes could not be written down', { cause }));
  });
  return {
    budget,
    async stop() {
      stopTimer();
      await keep().catch(() => {});
    },
  };
}

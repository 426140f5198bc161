/** The gateway's parts in the order in which they start; what it stops, it stops in the opposite order. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { ALERT_PROFILE, COMMAND_PROFILE } from '@karez/model';
import { buildCatalog, type Catalog, numbersOf } from './catalog.ts';
import { createChecker } from './check/check.ts';
import { DeviceClocks } from './clock/device-clocks.ts';
import { GnssClocks } from './clock/gnss-clocks.ts';
import { bootId, watchNtp } from './clock/ntp.ts';
import { Timekeeper } from './clock/timekeeper.ts';
import { openCommands } from './commands/open-commands.ts';
import type { GatewayConfig, LoadedConfig } from './config.ts';
import { DEFAULTS } from './defaults.ts';
import { type Journal, openJournal } from './journal/journal.ts';
import type { StartJournal } from './journal/journal-call.ts';
import { startDeviceBroker, startLine } from './lines.ts';
import { startMessages } from './message-lines.ts';
import { isMessageLine } from './mqtt/check-sources.ts';
import type { BrokerSource } from './mqtt/message-source.ts';
import { Pipeline } from './pipeline.ts';
import type { DeviceLine, EdgeDeps } from './ports.ts';
import { GatewayRules } from './rules/gateway-rules.ts';
import { type ReadRules, readRules } from './rules/read-rules.ts';
import { alertRows } from './status/alert-rows.ts';
import { gatewayStatus, startRate } from './status/gateway-status.ts';
import { type StatusServer, startStatusServer } from './status/server.ts';
import { type GatewayView, localRows, shownRejections } from './status/view.ts';
import type { OpenTransport } from './transport/transport.ts';
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
  openTransport?: OpenTransport;
  connect?: ConnectCloud;
  bootUuid?: string;
  isSynchronised?: () => Promise<boolean>;
  readRules?: ReadRules;
}

const MONTH_EVERY_MS = 600_000;
/** The gateway's own page asks every few seconds while it is open. */
const PAGE_WATCHED_MS = 10_000;

/** Starts everything. Throws KarezError in words: PORT_TAKEN, JOURNAL_UNWRITABLE, JOURNAL_NEWER. */
export async function startGateway(
  loaded: LoadedConfig,
  deps: EdgeDeps & GatewayPorts,
  version: string,
): Promise<Gateway> {
  const { config, secrets, devices } = loaded;
  const { clock, logger } = deps;
  const startedMs = Math.round(clock.wallMs());

  const hooks = { shifted: (_byMs: number) => {}, described: () => {} };
  const { journal, timekeeper } = await openBooks(loaded, deps, hooks);
  const takenUpMs = Math.round(timekeeper.now().timeMs);
  const catalog: Catalog = await buildCatalog(config, devices, journal, takenUpMs, false, loaded.actuators);
  await journal.protect(protectedChannels(catalog));
  const deviceClocks = new DeviceClocks(clock, timekeeper);
  const gnssClocks = new GnssClocks(clock, timekeeper, logger);
  const time = {
    now: () => timekeeper.now(),
    heard: (id: string, ms: number) => deviceClocks.heard(id, ms),
    satellite: (id: string, ms: number) => gnssClocks.heard(id, ms),
  };
  const pipeline = new Pipeline(time, catalog, createChecker(), journal);
  const rules = await GatewayRules.open({
    ...{
      clock,
      logger,
      journal,
      now: time.now,
      read: deps.readRules ?? readRules,
      path: join(loaded.dataDir, 'rules.json'),
    },
    inventory: () => catalog.inventory,
    async alertChannels() {
      if (catalog.alerts === undefined) {
        const { alerts, inventory } = await buildCatalog(
          ...([config, devices, journal, takenUpMs, true, loaded.actuators] as const),
        );
        Object.assign(catalog, { alerts, inventory });
        await journal.protect(protectedChannels(catalog));
        hooks.described();
      }
      return catalog.alerts ?? [];
    },
  });
  pipeline.rules = rules;
  hooks.shifted = (byMs) => rules.shifted(byMs);
  const commands = openCommands(loaded, catalog, { clock, logger, journal, now: time.now });
  const budget = await openBudget(config, journal, deps);
  const rate = startRate(clock, () => pipeline.counts.accepted);
  const lines: DeviceLine[] = [];
  const status = () =>
    gatewayStatus({
      ...{ config, journal, catalog, pipeline, uplink, timekeeper, lines, rules },
      clock,
      startedMs,
      version,
      rate,
    });
  const { epoch } = catalog.inventory;
  const ids = { farm: config.farm.id, gateway: config.gateway.id, epoch };
  const uplink = new Uplink({
    ...{ ...deps, journal, timekeeper, budget: budget.budget, inventory: () => catalog.inventory, status },
    rules: (payload) => void rules.received(payload),
    ...(commands === undefined ? {} : { commands }),
    connect:
      deps.connect ?? mqttLink({ url: config.uplink.url, ca: loaded.uplinkCa, password: secrets.uplink, ...ids }),
  });
  hooks.described = () => uplink.describeAgain();
  const look = (): GatewayView => ({
    ...{ status: status(), title: `${config.gateway.title}, ${config.farm.title}` },
    ...{ counts: pipeline.counts, journal: journal.state, bytesSent: uplink.bytesSent },
    trouble: journal.state.trouble ?? budget.budget.trouble ?? uplink.link.trouble,
    values: localRows(catalog, pipeline),
    alerts: alertRows(rules, catalog),
    alertCounts: rules.counts,
    rejections: shownRejections(pipeline.rejections),
    lineCounts: lines.flatMap((line) => line.counts?.() ?? []),
  });
  const view = (isPage = false) => {
    if (isPage) journal.watched(PAGE_WATCHED_MS);
    return look();
  };

  let server: StatusServer | undefined;
  let mqttPort: number | undefined;
  let stopNtp = () => {};
  const stop = async () => {
    await commands?.stop();
    for (const line of lines.toReversed()) await line.stop();
    await rules.stop();
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
    const lineDeps = { ...deps, time: timekeeper, memory: journal, secrets: secrets.devices ?? {} };
    const context = { gateway: config.gateway.id, passwords: secrets.sources ?? {} };
    const sources: BrokerSource[] = [];
    for (const line of config.lines ?? []) {
      if (!isMessageLine(line)) lines.push(await startLine(line, devices, pipeline, lineDeps, deps.openTransport));
      else {
        const started = await startMessages(line, devices, context, pipeline, deps);
        lines.push(started);
        if (started.source !== undefined) sources.push(started.source);
      }
    }
    if (config.mqtt !== undefined) {
      const broker = await startDeviceBroker(config.mqtt, devices, secrets.devices ?? {}, pipeline, deps, sources);
      mqttPort = broker.port;
      lines.push(broker);
    }
    commands?.start(lines.flatMap((line) => line.switches ?? []));
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
  hooks: { shifted(byMs: number): void },
): Promise<{ journal: Journal; timekeeper: Timekeeper }> {
  const uuid = bootUuid ?? bootId(randomUUID());
  const boot = { uuid, wallMs: Math.round(clock.wallMs()), monoMs: Math.round(clock.monoMs()) };
  const journal = await openJournal(
    {
      ...{ path: join(dataDir, 'journal.db'), farm: config.farm.id, gateway: config.gateway.id, boot },
      limitBytes: (config.journal?.limitMb ?? DEFAULTS.journalLimitMb) * 1_000_000,
      policy: config.journal?.whenFull ?? DEFAULTS.whenFull,
      commitEveryMs: config.journal?.commitEveryMs ?? DEFAULTS.commitEveryMs,
      ...(config.journal?.maxAgeDays === undefined ? {} : { maxAgeDays: config.journal.maxAgeDays }),
    },
    { clock, logger },
    startJournal,
  );
  const { opened } = journal;
  let isShifted = false;
  const timekeeper = new Timekeeper({
    ...{ clock, logger, floorMs: opened.floorMs, undated: opened.undated },
    boot: { id: opened.boot, ...boot },
    date(shifts) {
      const own = shifts.find(([id]) => id === opened.boot)?.[1] ?? 0;
      // What was taken before and is remembered moves with what was written; a second attempt moves nothing again.
      hooks.shifted(isShifted ? 0 : own);
      isShifted = true;
      return journal.date(shifts);
    },
  });
  return { journal, timekeeper };
}

/** Spraying records, alerts and commands are what a full journal gives up last. */
function protectedChannels({ inventory }: Catalog): number[] {
  return inventory.devices
    .filter((d) => d.kind === 'sprayer' || d.profile === ALERT_PROFILE || d.profile === COMMAND_PROFILE)
    .flatMap((d) => d.channels.flatMap(numbersOf));
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

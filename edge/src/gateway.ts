/** The gateway's parts in the order in which they start; what it stops, it stops in the opposite order. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { GatewayStatus } from '@karez/model';
import { buildCatalog, type Catalog } from './catalog.ts';
import { createChecker } from './check/check.ts';
import { DEFAULTS, type LoadedConfig } from './config.ts';
import { type Journal, openJournal } from './journal/journal.ts';
import { startDeviceBroker, startLine } from './lines.ts';
import { Pipeline } from './pipeline.ts';
import type { DeviceLine, EdgeDeps } from './ports.ts';
import { type StatusServer, startStatusServer } from './status/server.ts';
import { type GatewayView, localRows, shownRejections } from './status/view.ts';
import { Uplink } from './uplink/uplink.ts';

export interface Gateway {
  statusUrl: string | undefined;
  mqttPort: number | undefined;
  pipeline: Pipeline;
  view(): GatewayView;
  stop(): Promise<void>;
}

/** Starts everything. Throws KarezError in words: PORT_TAKEN, JOURNAL_UNWRITABLE. */
export async function startGateway(loaded: LoadedConfig, deps: EdgeDeps, version: string): Promise<Gateway> {
  const { config, secrets, dataDir, devices } = loaded;
  const { clock, logger } = deps;
  const startedMs = Math.round(clock.wallMs());

  const journal = await openJournal(
    {
      path: join(dataDir, 'journal.db'),
      ...{
        farm: config.farm.id,
        gateway: config.gateway.id,
        limitBytes: (config.journal?.limitMb ?? DEFAULTS.journalLimitMb) * 1_000_000,
      },
      boot: { uuid: randomUUID(), wallMs: startedMs, monoMs: clock.monoMs() },
    },
    deps,
  );
  const catalog: Catalog = await buildCatalog(config, devices, journal);
  const pipeline = new Pipeline(clock, catalog, createChecker(), journal);
  const rate = startRate(deps, pipeline);
  const lines: DeviceLine[] = [];
  const status = () =>
    gatewayStatus({ journal, catalog, pipeline, uplink, lines, clock, startedMs, version, perHour: rate.perHour });
  const uplink = new Uplink({
    ...deps,
    journal,
    inventory: catalog.inventory,
    url: config.uplink.url,
    password: secrets.uplink,
    status,
  });
  const view = (): GatewayView => ({
    ...{
      status: status(),
      title: `${config.gateway.title}, ${config.farm.title}`,
      counts: pipeline.counts,
      journal: journal.state,
    },
    ...{
      bytesSent: uplink.bytesSent,
      trouble: uplink.link.trouble,
      values: localRows(catalog, pipeline),
      rejections: shownRejections(pipeline.rejections),
    },
  });

  let server: StatusServer | undefined;
  let mqttPort: number | undefined;
  const stop = async () => {
    for (const line of lines.toReversed()) await line.stop();
    rate.stop();
    await uplink.stop();
    await server?.close();
    await journal.close();
  };
  try {
    const host = config.status?.host ?? DEFAULTS.loopback;
    if (config.status !== undefined) server = await startStatusServer(view, config.status.port, host, logger);
    if (config.mqtt !== undefined) {
      const broker = await startDeviceBroker(config.mqtt, devices, secrets.devices ?? {}, pipeline, deps);
      mqttPort = broker.port;
      lines.push(broker);
    }
    for (const line of config.lines ?? []) lines.push(await startLine(line, devices, pipeline, deps));
    uplink.start();
  } catch (error) {
    await stop();
    throw error;
  }
  const statusUrl =
    server === undefined ? undefined : `http://${config.status?.host ?? DEFAULTS.loopback}:${server.port}/`;
  return { statusUrl, mqttPort, pipeline, view, stop };
}

interface StatusParts {
  journal: Journal;
  catalog: Catalog;
  pipeline: Pipeline;
  uplink: Uplink;
  lines: DeviceLine[];
  clock: EdgeDeps['clock'];
  startedMs: number;
  version: string;
  perHour(): number;
}

function gatewayStatus({
  journal,
  catalog,
  pipeline,
  uplink,
  lines,
  clock,
  startedMs,
  version,
  perHour,
}: StatusParts): GatewayStatus {
  const { state } = journal;
  const { waiting } = uplink;
  const { stored, refused } = uplink.totals;
  const times = [...pipeline.values.values()].map((v) => v.timeMs);
  return {
    ...{
      v: 1,
      online: true,
      epoch: catalog.inventory.epoch,
      timeMs: Math.round(clock.wallMs()),
      monoMs: Math.round(clock.monoMs()),
      startedMs,
      version,
    },
    ...{ accepted: stored + refused + waiting, stored, waiting, refused, lost: [], segments: [] },
    clock: { state: 'unknown', source: null, offsetMs: null, uncertaintyMs: null, trouble: null },
    journal: {
      ...{ bytes: state.bytes, limitBytes: state.limitBytes, writable: state.writable, policy: 'keep-oldest' },
      oldestMs: waiting === 0 || times.length === 0 ? null : Math.min(...times),
      hoursLeft: hoursLeft(state, waiting, perHour()),
    },
    link: { state: uplink.link.state, sinceMs: Math.round(uplink.link.sinceMs), roundTripMs: uplink.roundTripMs },
    devices: lines.flatMap((line) => line.status()).map((device) => pipeline.deviceStatus(device)),
  };
}

/** Bytes that a waiting reading takes where too few wait to tell: what blocks of live readings take. */
const USUAL_BYTES = 8;

/** Hours until the journal is full at the present rate if nothing leaves; null while nothing comes in. */
function hoursLeft({ bytes, limitBytes }: Journal['state'], waiting: number, readingsPerHour: number): number | null {
  if (readingsPerHour <= 0) return null;
  const each = waiting > 10_000 ? bytes / waiting : USUAL_BYTES;
  return Math.max(0, limitBytes - bytes) / (each * readingsPerHour);
}

const RATE_EVERY_MS = 10_000;
const RATE_MEMORY = 30;

/** Readings per hour, from the last five minutes. */
function startRate({ clock }: EdgeDeps, pipeline: Pipeline): { perHour(): number; stop(): void } {
  const marks: [monoMs: number, accepted: number][] = [[clock.monoMs(), 0]];
  const stop = clock.every(RATE_EVERY_MS, () => {
    marks.push([clock.monoMs(), pipeline.counts.accepted]);
    if (marks.length > RATE_MEMORY) marks.shift();
  });
  return {
    stop,
    perHour() {
      const [thenMs, then] = marks[0] as [number, number];
      const elapsed = clock.monoMs() - thenMs;
      return elapsed < 1000 ? 0 : ((pipeline.counts.accepted - then) / elapsed) * 3_600_000;
    },
  };
}

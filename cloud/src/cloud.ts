/** The cloud's parts in the order in which they start; what it stops, it stops in the opposite order. */
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Clock, KarezError, type Logger } from '@karez/model';
import { startAlerts } from './alerts/start-alerts.ts';
import { buildApi } from './api/api.ts';
import { type Broker, openBroker } from './broker/broker.ts';
import { startCommands } from './commands/start-commands.ts';
import { Ingest } from './ingest/ingest.ts';
import { LiveBus } from './live/live.ts';
import { startFarmNotes } from './notes/farm-notes.ts';
import { startFlowNotes } from './notes/flow-notes.ts';
import { gatewayNotes } from './notes/gateway-note.ts';
import { Outbox } from './notify/outbox.ts';
import type { MailServer } from './notify/senders/email.ts';
import { makeSenders } from './notify/senders/senders.ts';
import { openPeopleDb } from './people/open-people-db.ts';
import { People } from './people/people.ts';
import { Receiver } from './receive.ts';
import { passwordChecker } from './registry/credentials.ts';
import { Registry } from './registry/registry.ts';
import { startRollups } from './rollup/rollup-job.ts';
import { embeddedStore } from './store/embedded.ts';
import { openInfluxStore } from './store/influx.ts';
import { parseInfluxUrl } from './store/influx-address.ts';
import type { TlsFiles } from './tls.ts';
import { openVault } from './vault/open-vault.ts';

export interface CloudOptions {
  dataDir: string;
  httpPort: number;
  /** Address to listen on; anything but loopback needs `publicUrl`. */
  httpHost: string;
  /** Where people reach the console, if not on loopback. */
  publicUrl?: string;
  /** Where mails go out, if they do. */
  mail?: MailServer;
  mqttPort: number;
  mqttHost: string;
  /** With these the broker, the API and the console speak TLS. */
  tls?: TlsFiles;
  /** `embedded`, or an InfluxDB like http://127.0.0.1:8086/karez. */
  store: string;
  /** The InfluxDB's password or token where it does not stand in `store`. */
  storeSecret?: string;
  consoleDir: string;
  version: string;
}

export interface Cloud {
  http: string;
  mqtt: string;
  /** While nobody exists: the link that makes the first owner. */
  welcome: string | undefined;
  ingest: Ingest;
  stop(): Promise<void>;
}

/** How often what gateways said of themselves is written down: one fsync for all of them. */
const WORDS_EVERY_MS = 5_000;

/** Starts everything, or nothing. Throws KarezError PORT_TAKEN, STORE_UNAVAILABLE, CONFIG_INVALID in words. */
export async function startCloud(options: CloudOptions, deps: { clock: Clock; logger: Logger }): Promise<Cloud> {
  // What was started is stopped in the opposite order, now or when the next part fails.
  const started = new AsyncDisposableStack();
  try {
    return await startParts(options, deps, started);
  } catch (error) {
    await started.disposeAsync();
    throw error;
  }
}

async function startParts(
  options: CloudOptions,
  { clock, logger }: { clock: Clock; logger: Logger },
  started: AsyncDisposableStack,
): Promise<Cloud> {
  mkdirSync(options.dataDir, { recursive: true, mode: 0o700 });
  const embedded = options.store === 'embedded';
  const influx = embedded ? undefined : parseInfluxUrl(options.store, options.storeSecret);
  const vault = await openVault({ path: join(options.dataDir, 'cloud.db'), keepReadings: embedded });
  started.defer(() => vault.close());
  const store =
    influx === undefined
      ? embeddedStore(vault)
      : await openInfluxStore(influx, vault, {
          clock,
          late: (cause) =>
            logger.log('warn', 'InfluxDB does not answer yet; readings wait at the gateways until it does', { cause }),
        });
  started.defer(() => store.close());
  const registry = new Registry(vault);
  await registry.load();
  const live = new LiveBus(logger);
  live.load(await vault.latest());
  const flow = startFlowNotes(clock, (note) => store.note(note));
  started.defer(() => flow.stop());
  const people = new People(await openPeopleDb(join(options.dataDir, 'people.db')), clock);
  started.defer(() => people.close());
  const outbox = await Outbox.open(join(options.dataDir, 'outbox.db'), {
    ...{ clock, logger, random: { next: secureRandom }, senders: makeSenders(clock, options.mail) },
    ...{ members: (farm) => people.members(farm), base: options.publicUrl ?? null },
  });
  started.defer(() => outbox.close());
  let broker: Broker | undefined;
  const alerts = await startAlerts({
    ...{ clock, logger, path: join(options.dataDir, 'alerts.db'), registry, vault, store, live },
    ...{ tell: (notice) => outbox.tell(notice), note: (note) => store.note(note) },
    send: (farm, gateway, message) => broker?.sendRules(farm, gateway, message),
  });
  started.defer(() => alerts.stop());
  started.defer(
    startFarmNotes({
      ...{ clock, registry, take: (note) => store.note(note) },
      rules: (farm) => alerts.rules.farm(farm).rules.map(({ rule }) => rule),
      alerts: (farm) =>
        alerts.alerts.open(farm).map(({ rule, subject }) => ({
          ...{ subject, severity: alerts.rules.find(farm, rule)?.rule.severity ?? 'warning' },
        })),
    }),
  );
  const commands = await startCommands({
    ...{ clock, logger, registry, vault, live, people, path: join(options.dataDir, 'commands.db') },
    send: (farm, gateway, message) => broker?.sendCommand(farm, gateway, message) ?? false,
    hears: (farm, gateway) => broker?.hears(farm, gateway) ?? false,
  });
  started.defer(() => commands.stop());
  const ingest = new Ingest({
    ...{ clock, logger, store, floorMs: registry.lastHeardMs },
    channels: (farm, gateway, epoch) => registry.channels(farm, gateway, epoch),
    quarantine: (entries) => vault.quarantine(entries),
    acknowledge: (farm, gateway, ack) =>
      broker?.acknowledge(farm, gateway, live.isWatched(farm, clock.wallMs()) ? { ...ack, watched: true } : ack),
    committed(batches, nowMs) {
      live.committed(batches, nowMs);
      flow.committed(batches, nowMs);
      alerts.committed(batches, nowMs);
      commands.committed(batches);
    },
  });
  started.defer(startRollups({ clock, logger, rollUp: (closedMs) => store.rollUp(closedMs) }));
  const noteOf = gatewayNotes(clock, (note) => store.note(note));
  const receiver = new Receiver({
    ...{ clock, logger, registry, ingest, live },
    said(farm, gateway, status) {
      noteOf(farm, gateway, status);
      alerts.said(farm, gateway, status);
    },
    described(farm) {
      alerts.described(farm);
      live.actuatorsChanged(farm);
    },
  });
  const writeWords = () =>
    registry.write().catch((cause) => logger.log('warn', 'what gateways said could not be written', { cause }));
  const stopWriting = clock.every(WORDS_EVERY_MS, writeWords);
  started.defer(async () => {
    await ingest.idle();
    stopWriting();
    await writeWords();
  });
  const opened = await openBroker(
    {
      ...{ clock, logger, check: passwordChecker(vault) },
      received: (farm, gateway, leaf, payload) => receiver.received(farm, gateway, leaf, payload),
      connected: (farm, gateway, isConnected) => receiver.connected(farm, gateway, isConnected),
      hearsRules: (farm, gateway) => alerts.hearsRules(farm, gateway),
      hearsCommands: (farm, gateway) => commands.desk.hears(farm, gateway),
    },
    { port: options.mqttPort, host: options.mqttHost, ...(options.tls === undefined ? {} : { tls: options.tls }) },
  );
  broker = opened;
  started.defer(() => opened.close());
  const api = await buildApi({
    ...{ clock, logger, registry, live, store, vault, ingest, broker, receiver, people, outbox },
    ...{ rules: alerts.rules, alerts: alerts.alerts, alertsDb: alerts.db },
    commands: commands.desk,
    ...(options.publicUrl === undefined ? {} : { publicUrl: options.publicUrl }),
    ...(options.tls === undefined ? {} : { tls: options.tls }),
    ...{ consoleDir: options.consoleDir, version: options.version },
  });
  started.defer(() => api.close());
  const http = await api.listen({ port: options.httpPort, host: options.httpHost }).catch((cause) => {
    throw cause.code === 'EADDRINUSE' ? portTaken(options, cause) : cause;
  });
  const code = await people.firstCode();
  const base = options.publicUrl ?? http;
  return {
    http: `${http}/`,
    welcome: code === undefined ? undefined : `${base}/#/welcome?code=${code}`,
    mqtt: `${options.tls === undefined ? 'mqtt' : 'mqtts'}://${options.mqttHost}:${opened.port}`,
    ingest,
    stop: () => started.disposeAsync(),
  };
}

/** From 0 up to 1, not to be guessed. */
function secureRandom(): number {
  return randomBytes(6).readUIntBE(0, 6) / 2 ** 48;
}

function portTaken({ httpPort, httpHost }: CloudOptions, cause: unknown): KarezError {
  return new KarezError(
    'PORT_TAKEN',
    `port ${httpPort} on ${httpHost} is taken by another program; stop it or choose another with --http-port`,
    { cause },
  );
}

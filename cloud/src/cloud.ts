/** The cloud's parts in the order in which they start; what it stops, it stops in the opposite order. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Clock,
  checker,
  GatewayGone,
  GatewayStatus,
  Inventory,
  KarezError,
  type Leaf,
  type Logger,
} from '@karez/model';
import Type from 'typebox';
import { buildApi } from './api/api.ts';
import { type Broker, openBroker } from './broker/broker.ts';
import { Ingest } from './ingest/ingest.ts';
import { LiveBus } from './live/live.ts';
import { passwordChecker } from './registry/credentials.ts';
import { Registry } from './registry/registry.ts';
import { embeddedStore } from './store/embedded.ts';
import { openInfluxStore, parseInfluxUrl } from './store/influx.ts';
import { openVault } from './vault/open-vault.ts';

export interface CloudOptions {
  dataDir: string;
  httpPort: number;
  mqttPort: number;
  mqttHost: string;
  /** `embedded`, or an InfluxDB like http://127.0.0.1:8086/karez. */
  store: string;
  consoleDir: string;
  version: string;
}

export interface Cloud {
  http: string;
  mqtt: string;
  ingest: Ingest;
  stop(): Promise<void>;
}

const HTTP_HOST = '127.0.0.1';
const statusChecker = checker(Type.Union([GatewayStatus, GatewayGone]), 'PAYLOAD_INVALID');
const inventoryChecker = checker(Inventory, 'PAYLOAD_INVALID');

/** Starts everything. Throws KarezError PORT_TAKEN, STORE_UNAVAILABLE, CONFIG_INVALID in words. */
export async function startCloud(
  options: CloudOptions,
  { clock, logger }: { clock: Clock; logger: Logger },
): Promise<Cloud> {
  mkdirSync(options.dataDir, { recursive: true, mode: 0o700 });
  const embedded = options.store === 'embedded';
  const influx = embedded ? undefined : parseInfluxUrl(options.store);
  const vault = await openVault({ path: join(options.dataDir, 'cloud.db'), keepReadings: embedded });
  const store = influx === undefined ? embeddedStore(vault) : await openInfluxStore(influx, vault);
  const registry = new Registry(vault);
  await registry.load();
  const live = new LiveBus();
  live.load(await vault.latest());
  const ingest = new Ingest({
    ...{ clock, logger, store },
    channels: (farm, gateway, epoch) => registry.channels(farm, gateway, epoch),
    quarantine: (entry) => vault.quarantine(entry),
    acknowledge: (farm, gateway, ack) => broker.acknowledge(farm, gateway, ack),
    committed: (batches) => live.committed(batches),
  });

  const gatewayChanged = (farm: string, gateway: string) =>
    live.gatewayChanged(farm, { gateway, ...registry.state(farm, gateway) });
  async function received(farm: string, gateway: string, leaf: Leaf, payload: Uint8Array): Promise<void> {
    if (leaf === 'batch') {
      registry.heard(farm, gateway, clock.wallMs());
      await ingest.receive(farm, gateway, payload);
    } else if (leaf === 'status') {
      const status = statusChecker.parse(parseJson(payload), `status of ${farm}/${gateway}`);
      if (status.online) registry.heard(farm, gateway, clock.wallMs(), status);
      else registry.gone(farm, gateway);
      gatewayChanged(farm, gateway);
    } else if (leaf === 'inventory') {
      const inventory = inventoryChecker.parse(parseJson(payload), `inventory of ${farm}/${gateway}`);
      if (inventory.farm.id !== farm || inventory.gateway.id !== gateway) {
        throw new KarezError(
          'PAYLOAD_INVALID',
          `inventory of ${farm}/${gateway}: speaks of ${inventory.farm.id}/${inventory.gateway.id}`,
          { where: 'gateway.id' },
        );
      }
      if (await registry.setInventory(farm, gateway, inventory, clock.wallMs())) live.farmChanged(farm);
    }
  }
  const broker: Broker = await openBroker(
    {
      logger,
      check: passwordChecker(vault),
      received: (farm, gateway, leaf, payload) => {
        received(farm, gateway, leaf, payload).catch((error) =>
          logger.log('warn', 'a message was refused', { farm, gateway, leaf, cause: error }),
        );
      },
      disconnected(farm, gateway) {
        registry.gone(farm, gateway);
        gatewayChanged(farm, gateway);
      },
    },
    options.mqttPort,
    options.mqttHost,
  );
  const api = await buildApi({
    clock,
    logger,
    registry,
    live,
    store,
    vault,
    consoleDir: options.consoleDir,
    version: options.version,
  });
  let http: string;
  try {
    http = await api.listen({ port: options.httpPort, host: HTTP_HOST });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw cause;
    throw new KarezError(
      'PORT_TAKEN',
      `port ${options.httpPort} on ${HTTP_HOST} is taken by another program; stop it or choose another with --http-port`,
      { cause },
    );
  }
  return {
    http: `${http}/`,
    mqtt: `mqtt://${options.mqttHost}:${broker.port}`,
    ingest,
    async stop() {
      await api.close();
      await broker.close();
      await ingest.idle();
      await store.close();
      await vault.close();
    },
  };
}

function parseJson(payload: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload));
  } catch (cause) {
    throw new KarezError('PAYLOAD_INVALID', 'the message is not JSON', { cause });
  }
}

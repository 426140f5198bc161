/**
 * What the cloud does with each message of a gateway. A batch goes to the ingest, after an inventory that came before it
 * is on disk; a status is answered with the cloud's time; nothing that a gateway sends can do more than be refused.
 */
import { type Clock, codeOf, KarezError, type Logger, messageOf, type UpLeaf } from '@karez/model';
import { checker, GatewayGone, GatewayStatus, Inventory } from '@karez/model/schemas';
import Type from 'typebox';
import type { Ingest } from './ingest/ingest.ts';
import type { LiveBus } from './live/live.ts';
import type { Registry } from './registry/registry.ts';

export interface ReceiveParts {
  clock: Clock;
  logger: Logger;
  registry: Registry;
  ingest: Ingest;
  live: LiveBus;
  /** Told of each status. */
  said?: (farm: string, gateway: string, status: GatewayStatus) => void;
  /** Told after each inventory that says anything new. */
  described?: (farm: string, gateway: string) => void;
}

const statusChecker = checker(Type.Union([GatewayStatus, GatewayGone]), 'PAYLOAD_INVALID');
const inventoryChecker = checker(Inventory, 'PAYLOAD_INVALID');

export class Receiver {
  readonly #parts: ReceiveParts;
  /** Inventories that are being written, by gateway. */
  readonly #describing = new Map<string, Promise<void>>();
  readonly counts = { statuses: 0, inventories: 0 };

  constructor(parts: ReceiveParts) {
    this.#parts = parts;
  }

  /** Never rejects: what cannot be read is kept for inspection and counted. */
  async received(farm: string, gateway: string, leaf: UpLeaf, payload: Uint8Array): Promise<void> {
    const { clock, logger, registry, ingest } = this.#parts;
    try {
      if (leaf === 'status') return this.#status(farm, gateway, payload);
      if (leaf === 'inventory') return await this.#inventory(farm, gateway, payload);
      await this.#describing.get(`${farm}/${gateway}`);
      registry.heard(farm, gateway, clock.wallMs());
      ingest.receive(farm, gateway, payload);
    } catch (error) {
      if (codeOf(error) === 'PAYLOAD_INVALID')
        ingest.unreadable.keep({ farm, gateway, bytes: payload, receivedMs: clock.wallMs() }, error);
      else logger.log('warn', 'a message could not be used', { farm, gateway, leaf, cause: error });
    }
  }

  connected(farm: string, gateway: string, isConnected: boolean): void {
    const { clock, registry, live } = this.#parts;
    registry.setOnline(farm, gateway, isConnected);
    if (isConnected) registry.heard(farm, gateway, clock.wallMs());
    live.gatewayChanged(farm, { gateway, ...registry.state(farm, gateway) });
  }

  #status(farm: string, gateway: string, payload: Uint8Array): void {
    const { clock, registry, ingest, live } = this.#parts;
    const status = statusChecker.parse(parseJson(payload), `status of ${farm}/${gateway}`);
    this.counts.statuses++;
    // A goodbye or last will: whether a gateway is there is known from its connection, which a late will cannot end.
    if (!status.online) return;
    ingest.answers.time({ farm, gateway, epoch: status.epoch }, status.monoMs);
    registry.said(farm, gateway, status, clock.wallMs());
    this.#parts.said?.(farm, gateway, status);
    live.gatewayChanged(farm, { gateway, ...registry.state(farm, gateway) });
  }

  async #inventory(farm: string, gateway: string, payload: Uint8Array): Promise<void> {
    const { clock, registry, live } = this.#parts;
    const inventory = inventoryChecker.parse(parseJson(payload), `inventory of ${farm}/${gateway}`);
    if (inventory.farm.id !== farm || inventory.gateway.id !== gateway) {
      throw new KarezError(
        'PAYLOAD_INVALID',
        `inventory of ${farm}/${gateway}: speaks of ${inventory.farm.id}/${inventory.gateway.id}`,
        { where: 'gateway.id' },
      );
    }
    this.counts.inventories++;
    registry.heard(farm, gateway, clock.wallMs());
    const key = `${farm}/${gateway}`;
    const before = this.#describing.get(key);
    const writing = (async () => {
      await before;
      if (!(await registry.setInventory(farm, gateway, inventory, clock.wallMs()))) return;
      live.farmChanged(farm);
      this.#parts.described?.(farm, gateway);
    })();
    const settled = writing.catch(() => {});
    this.#describing.set(key, settled);
    try {
      await writing;
    } finally {
      if (this.#describing.get(key) === settled) this.#describing.delete(key);
    }
  }
}

function parseJson(payload: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload));
  } catch (cause) {
    throw new KarezError('PAYLOAD_INVALID', `the message is not JSON: ${messageOf(cause)}`, { cause });
  }
}

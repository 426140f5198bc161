/**
 * What the cloud knows of farms: every gateway's inventories by epoch, what its channel numbers mean, its state. The
 * inventories are in the vault; this is the view of them in memory.
 */
import type { ApiGateway, FarmDetail, FarmSummary, GatewayStatus, Inventory } from '@karez/model';
import { channelKey } from '@karez/model';
import { channelPath, type StoreChannel } from '../store/store.ts';
import type { OpenVault } from '../vault/open-vault.ts';
import type { Credential } from '../vault/vault.ts';

export type { Credential };
export type OpenCredentials = Pick<OpenVault, 'credential'>;

interface GatewayEntry {
  farm: string;
  gateway: string;
  /** Newest last. */
  inventories: Map<string, Inventory>;
  channels: Map<string, Map<number, StoreChannel>>;
  online: boolean;
  heardMs: number | null;
  status: GatewayStatus | null;
}

export class Registry {
  readonly #vault: OpenVault;
  readonly #entries = new Map<string, GatewayEntry>();

  constructor(vault: OpenVault) {
    this.#vault = vault;
  }

  async load(): Promise<void> {
    for (const { farm, gateway } of await this.#vault.gateways()) this.#entry(farm, gateway);
    for (const { farm, gateway, inventory } of await this.#vault.inventories()) this.#take(farm, gateway, inventory);
  }

  /** Keeps an inventory, on disk first. Returns whether it says anything new. */
  async setInventory(farm: string, gateway: string, inventory: Inventory, nowMs: number): Promise<boolean> {
    const known = this.#entry(farm, gateway).inventories.get(inventory.epoch);
    if (known !== undefined && JSON.stringify(known) === JSON.stringify(inventory)) return false;
    await this.#vault.setInventory(farm, gateway, inventory, nowMs);
    this.#take(farm, gateway, inventory);
    return true;
  }

  /** What a gateway's channel numbers mean in one of its epochs. */
  channels(farm: string, gateway: string, epoch: string): ReadonlyMap<number, StoreChannel> | undefined {
    return this.#entries.get(`${farm}/${gateway}`)?.channels.get(epoch);
  }

  heard(farm: string, gateway: string, nowMs: number, status?: GatewayStatus): void {
    const entry = this.#entry(farm, gateway);
    entry.heardMs = nowMs;
    entry.online = true;
    if (status !== undefined) entry.status = status;
  }

  gone(farm: string, gateway: string): void {
    this.#entry(farm, gateway).online = false;
  }

  state(farm: string, gateway: string): Pick<ApiGateway, 'online' | 'heardMs' | 'status'> {
    const { online, heardMs, status } = this.#entry(farm, gateway);
    return { online, heardMs, status };
  }

  gateways(): { farm: string; gateway: string; title: string }[] {
    return [...this.#entries.values()].map((e) => ({
      farm: e.farm,
      gateway: e.gateway,
      title: newest(e)?.gateway.title ?? e.gateway,
    }));
  }

  farms(): FarmSummary[] {
    const ids = new Set([...this.#entries.values()].filter((e) => e.inventories.size > 0).map((e) => e.farm));
    return [...ids].map((id) => {
      const farm = this.farm(id) as FarmDetail;
      return {
        id,
        title: farm.title,
        timeZone: farm.timeZone,
        fields: farm.fields.length,
        devices: farm.devices.length,
        gateways: farm.gateways.length,
      };
    });
  }

  /** A farm as its gateways' newest inventories describe it. */
  farm(id: string): FarmDetail | undefined {
    const entries = [...this.#entries.values()].filter((e) => e.farm === id && e.inventories.size > 0);
    const first = entries[0] === undefined ? undefined : newest(entries[0]);
    if (first === undefined) return undefined;
    const fields = new Map(entries.flatMap((e) => newest(e)?.fields ?? []).map((field) => [field.id, field]));
    const devices = entries.flatMap((e) =>
      (newest(e)?.devices ?? []).map((d) => ({
        ...{
          id: `${e.gateway}/${d.id}`,
          gateway: e.gateway,
          device: d.id,
          title: d.title,
          profile: d.profile,
          kind: d.kind,
        },
        ...{ field: d.field ?? null, position: d.position ?? null, intervalMs: d.intervalMs, active: d.active },
        channels: d.channels.map((c) => ({
          id: `${e.gateway}/${d.id}/${channelKey(c)}`,
          quantity: c.quantity,
          place: c.place ?? null,
          decimals: c.decimals,
        })),
      })),
    );
    return {
      id,
      title: first.farm.title,
      timeZone: first.farm.timeZone ?? null,
      fields: [...fields.values()],
      devices,
      gateways: entries.map((e) => e.gateway),
    };
  }

  /** The channel of an API id, `gateway/device/quantity[@place]`, over all epochs. */
  channelOf(farm: string, id: string): StoreChannel | undefined {
    const path = `${farm}/${id}`;
    for (const entry of this.#entries.values()) {
      if (entry.farm !== farm || !id.startsWith(`${entry.gateway}/`)) continue;
      for (const channels of [...entry.channels.values()].reverse()) {
        for (const channel of channels.values()) if (channelPath(channel) === path) return channel;
      }
    }
    return undefined;
  }

  #entry(farm: string, gateway: string): GatewayEntry {
    const key = `${farm}/${gateway}`;
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      entry = {
        farm,
        gateway,
        inventories: new Map(),
        channels: new Map(),
        online: false,
        heardMs: null,
        status: null,
      };
      this.#entries.set(key, entry);
    }
    return entry;
  }

  #take(farm: string, gateway: string, inventory: Inventory): void {
    const entry = this.#entry(farm, gateway);
    entry.inventories.delete(inventory.epoch);
    entry.inventories.set(inventory.epoch, inventory);
    const channels = new Map<number, StoreChannel>();
    for (const device of inventory.devices) {
      for (const c of device.channels) {
        channels.set(c.number, {
          farm,
          gateway,
          device: device.id,
          quantity: c.quantity,
          place: c.place,
          field: device.field,
        });
      }
    }
    entry.channels.set(inventory.epoch, channels);
  }
}

function newest(entry: GatewayEntry): Inventory | undefined {
  return [...entry.inventories.values()].at(-1);
}

/**
 * What the cloud knows of farms: every gateway's inventories by epoch, what its channel numbers mean, what it last said of
 * itself in each epoch, whether it is connected. Inventories are on disk before they are used; last words are written
 * every few seconds, so a cloud that is killed forgets at most those: the next ones come with the next connection.
 */
import type { ApiGateway, FarmDetail, FarmSummary, GatewayStatus, Inventory } from '@karez/model';
import {
  ACTUATOR_PROFILE,
  ALERT_PROFILE,
  type CatalogActuator,
  COMMAND_PROFILE,
  channelKey,
  KarezError,
  LIMITS,
} from '@karez/model';
import { channelPath, type StoreChannel } from '../store/store.ts';
import type { OpenVault } from '../vault/open-vault.ts';
import type { GatewayWord, Heard } from '../vault/sources.ts';
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
  /** Last word by epoch, the newest last. */
  words: Map<string, GatewayWord>;
}

/** Profiles of devices that are told of in other words than values. */
const HIDDEN: readonly string[] = [ALERT_PROFILE, COMMAND_PROFILE, ACTUATOR_PROFILE];

export class Registry {
  readonly #vault: OpenVault;
  readonly #entries = new Map<string, GatewayEntry>();
  /** Words that are not on disk yet. */
  readonly #unwritten = new Map<string, GatewayWord>();
  readonly #heard = new Map<string, Heard>();

  constructor(vault: OpenVault) {
    this.#vault = vault;
  }

  async load(): Promise<void> {
    for (const { farm, gateway, heardMs } of await this.#vault.gateways()) this.#entry(farm, gateway).heardMs = heardMs;
    for (const { farm, gateway, inventory } of await this.#vault.inventories()) this.#take(farm, gateway, inventory);
    for (const word of (await this.#vault.words()).sort((a, b) => a.heardMs - b.heardMs)) {
      this.#entry(word.farm, word.gateway).words.set(word.status.epoch, word);
    }
  }

  /**
   * Keeps an inventory, on disk first. Returns whether it says anything new.
   * @throws KarezError PAYLOAD_INVALID where the gateway would have more channels than it may over all its epochs: what it
   * sends in this one is then asked for again, and stays at the gateway.
   */
  async setInventory(farm: string, gateway: string, inventory: Inventory, nowMs: number): Promise<boolean> {
    const known = this.#entry(farm, gateway).inventories.get(inventory.epoch);
    if (known !== undefined && JSON.stringify(known) === JSON.stringify(inventory)) return false;
    await this.#checkSeries(farm, gateway, inventory);
    await this.#vault.setInventory(farm, gateway, inventory, nowMs);
    this.#take(farm, gateway, inventory);
    return true;
  }

  async #checkSeries(farm: string, gateway: string, inventory: Inventory): Promise<void> {
    const paths = inventory.devices.flatMap((device) =>
      device.channels.map((c) => `${farm}/${gateway}/${device.id}/${channelKey(c)}`),
    );
    const count = await this.#vault.seriesAfter(`${farm}/${gateway}`, paths);
    if (count > LIMITS.seriesPerGateway)
      throw new KarezError(
        'PAYLOAD_INVALID',
        `inventory of ${farm}/${gateway}: ${count} channels over all epochs; one gateway may have ${LIMITS.seriesPerGateway}`,
        { where: 'devices' },
      );
  }

  /** What a gateway's channel numbers mean in one of its epochs. */
  channels(farm: string, gateway: string, epoch: string): ReadonlyMap<number, StoreChannel> | undefined {
    return this.#entries.get(`${farm}/${gateway}`)?.channels.get(epoch);
  }

  heard(farm: string, gateway: string, heardMs: number): void {
    this.#entry(farm, gateway).heardMs = heardMs;
    this.#heard.set(`${farm}/${gateway}`, { farm, gateway, heardMs });
  }

  /** Takes what a gateway says of itself. */
  said(farm: string, gateway: string, status: GatewayStatus, nowMs: number): void {
    const entry = this.#entry(farm, gateway);
    const word = { farm, gateway, status, heardMs: nowMs };
    this.heard(farm, gateway, nowMs);
    entry.words.delete(status.epoch);
    entry.words.set(status.epoch, word);
    this.#unwritten.set(`${farm}/${gateway}/${status.epoch}`, word);
    for (const epoch of surplus(entry.words)) {
      entry.words.delete(epoch);
      this.#unwritten.delete(`${farm}/${gateway}/${epoch}`);
    }
  }

  /** Writes what is not on disk yet; where the disk refuses it waits for the next time. */
  async write(): Promise<void> {
    const words = [...this.#unwritten];
    const heard = [...this.#heard];
    if (words.length + heard.length === 0) return;
    await this.#vault.setWords(
      words.map(([, word]) => word),
      heard.map(([, h]) => h),
    );
    for (const [key, word] of words) if (this.#unwritten.get(key) === word) this.#unwritten.delete(key);
    for (const [key, h] of heard) if (this.#heard.get(key) === h) this.#heard.delete(key);
  }

  /** When anything was last heard of any gateway; 0 where nothing ever was. */
  get lastHeardMs(): number {
    return [...this.#entries.values()].reduce((latest, { heardMs }) => Math.max(latest, heardMs ?? 0), 0);
  }

  setOnline(farm: string, gateway: string, online: boolean): void {
    this.#entry(farm, gateway).online = online;
  }

  state(farm: string, gateway: string): Pick<ApiGateway, 'online' | 'heardMs' | 'status'> {
    const { online, heardMs, words } = this.#entry(farm, gateway);
    return { online, heardMs, status: [...words.values()].at(-1)?.status ?? null };
  }

  /** Last words of all gateways in all epochs. */
  words(): GatewayWord[] {
    return [...this.#entries.values()].flatMap((entry) => [...entry.words.values()]);
  }

  gateways(): { farm: string; gateway: string; title: string }[] {
    return [...this.#entries.values()].map((e) => ({
      farm: e.farm,
      gateway: e.gateway,
      title: newest(e)?.gateway.title ?? e.gateway,
    }));
  }

  /** IANA name; null where no inventory of the farm has one. */
  timeZone(farm: string): string | null {
    const first = [...this.#entries.values()].find((e) => e.farm === farm && e.inventories.size > 0);
    return (first && newest(first)?.farm.timeZone) ?? null;
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

  /** Actuators of a farm, as its gateways' newest inventories have them. */
  actuators(farm: string): (CatalogActuator & { gateway: string; title: string; field: string | null })[] {
    return [...this.#entries.values()]
      .filter((e) => e.farm === farm)
      .flatMap((e) => {
        const inventory = newest(e);
        return (inventory?.actuators ?? []).map((actuator) => {
          const device = inventory?.devices.find((d) => d.id === actuator.id);
          return {
            ...{ ...actuator, gateway: e.gateway, title: device?.title ?? actuator.id },
            field: device?.field ?? null,
          };
        });
      });
  }

  /** A farm as its gateways' newest inventories describe it. */
  farm(id: string): FarmDetail | undefined {
    const entries = [...this.#entries.values()].filter((e) => e.farm === id && e.inventories.size > 0);
    const first = entries[0] === undefined ? undefined : newest(entries[0]);
    if (first === undefined) return undefined;
    const fields = new Map(entries.flatMap((e) => newest(e)?.fields ?? []).map((field) => [field.id, field]));
    const devices = entries.flatMap((e) =>
      // What a gateway's rules say is told as alerts, what actuators do as actuators, not as values of a device.
      (newest(e)?.devices ?? [])
        .filter((d) => !HIDDEN.includes(d.profile))
        .map((d) => ({
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
            ...(c.calibrations === undefined ? {} : { calibrations: c.calibrations }),
          })),
          ...(d.placements === undefined ? {} : { placements: d.placements }),
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

  /** API ids, `gateway/device/quantity[@place]`, by channel number. */
  channelNames(farm: string, gateway: string, epoch: string): Map<number, string> {
    const channels = this.channels(farm, gateway, epoch) ?? new Map<number, StoreChannel>();
    return new Map(Array.from(channels, ([n, channel]) => [n, channelPath(channel).slice(farm.length + 1)]));
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
        words: new Map(),
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
        const channel = {
          farm,
          gateway,
          device: device.id,
          quantity: c.quantity,
          place: c.place,
          field: device.field,
        };
        // However it was calibrated, it is one channel.
        for (const { number } of [c, ...(c.calibrations ?? [])]) channels.set(number, channel);
      }
    }
    entry.channels.set(inventory.epoch, channels);
    for (const epoch of surplus(entry.inventories)) {
      entry.inventories.delete(epoch);
      entry.channels.delete(epoch);
    }
  }
}

/** The oldest epochs beyond the limit. */
function surplus(byEpoch: ReadonlyMap<string, unknown>): string[] {
  return [...byEpoch.keys()].slice(0, Math.max(0, byEpoch.size - LIMITS.epochsPerGateway));
}

function newest(entry: GatewayEntry): Inventory | undefined {
  return [...entry.inventories.values()].at(-1);
}

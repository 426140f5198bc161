/**
 * Which channels the gateway has, and their numbers. A number is given once and never again means anything else within
 * an epoch, because readings that carry it may wait in the journal for weeks; what left the configuration stays,
 * inactive.
 */
import type { CatalogDevice, Inventory } from '@karez/model';
import type { ConfiguredDevice, GatewayConfig } from './config.ts';
import { channelNames, placeOf } from './defaults.ts';
import type { Journal } from './journal/journal.ts';

/** A configured device as the pipeline needs it. */
export interface CatalogEntry {
  device: ConfiguredDevice;
  /** Channel numbers in the order of the profile's channels. */
  numbers: number[];
  quantities: string[];
}

export interface Catalog {
  entries: ReadonlyMap<string, CatalogEntry>;
  inventory: Inventory;
}

/** Numbers the channels of all devices and describes them, with those of earlier configurations. */
export async function buildCatalog(
  config: EdgeConfig,
  devices: readonly ConfiguredDevice[],
  journal: Pick<Journal, 'number' | 'recall' | 'remember' | 'opened'>,
): Promise<Catalog> {
  const entries = new Map<string, CatalogEntry>();
  for (const device of devices) {
    const numbers = await journal.number(channelNames(device));
    entries.set(device.id, { device, numbers, quantities: device.profileRecord.channels.map((c) => c.quantity) });
  }
  const active = [...entries.values()].map(describe);
  // Read before it is replaced as a whole: whatever happens in between, what an earlier number means is never forgotten.
  const earlier = JSON.parse((await journal.recall('devices')) ?? '[]') as CatalogDevice[];
  const gone = withoutKnown(earlier, active);
  const described = {
    farm: config.farm,
    gateway: config.gateway,
    fields: config.fields,
    devices: [...active, ...gone],
  };
  await journal.remember('devices', JSON.stringify(described.devices));
  const before = JSON.parse((await journal.recall('inventory')) ?? '{"revision":0}') as Partial<Inventory> & {
    revision: number;
  };
  const { revision: _, v: __, epoch: ___, ...rest } = before;
  const revision = JSON.stringify(rest) === JSON.stringify(described) ? before.revision : before.revision + 1;
  const inventory: Inventory = { ...described, v: 1, epoch: journal.opened.epoch, revision };
  await journal.remember('inventory', JSON.stringify(inventory));
  return { entries, inventory };
}

type EdgeConfig = Pick<GatewayConfig, 'farm' | 'gateway' | 'fields'>;

function describe({ device, numbers }: CatalogEntry): CatalogDevice {
  const { profileRecord: profile } = device;
  return {
    id: device.id,
    title: device.title ?? profile.title.en,
    profile: profile.id,
    kind: profile.kind,
    ...(device.field === undefined ? {} : { field: device.field }),
    ...(device.position === undefined ? {} : { position: device.position }),
    intervalMs: device.intervalMs ?? profile.intervalMs,
    active: true,
    channels: profile.channels.map((c, i) => {
      const place = placeOf(device, c);
      return {
        number: numbers[i] as number,
        quantity: c.quantity,
        ...(place === undefined ? {} : { place }),
        decimals: Math.min(9, c.decimals),
      };
    }),
  };
}

/** Devices and channels of earlier configurations that the present one does not have. */
function withoutKnown(earlier: CatalogDevice[], active: CatalogDevice[]): CatalogDevice[] {
  const known = new Set(active.flatMap((d) => d.channels.map((c) => c.number)));
  const ids = new Set(active.map((d) => d.id));
  return earlier
    .map((d) => ({ ...d, active: false, channels: d.channels.filter((c) => !known.has(c.number)) }))
    .filter((d) => d.channels.length > 0 || !ids.has(d.id));
}

/** A small farm for the tests beside: two fields with three probes each, a mast and a sprayer for all. */
import type { ApiDevice, ApiGateway, FarmDetail, LatestValue } from '@karez/model';

export const NOW = Date.UTC(2026, 5, 1, 12);

const device = (
  id: string,
  kind: ApiDevice['kind'],
  field: string | null,
  quantities: string[],
  gateway = 'gw',
): ApiDevice => ({
  ...{ id: `${gateway}/${id}`, gateway, device: id, title: id, profile: 'p', kind, field, position: null },
  ...{ intervalMs: 10_000, active: true },
  channels: quantities.map((q) => ({
    ...{
      id: `${gateway}/${id}/${q}`,
      quantity: q.split('@')[0] as string,
      place: q.split('@')[1] ?? null,
      decimals: 1,
    },
  })),
});

const probes = (field: string, gateway?: string) =>
  [1, 2, 3].map((n) => device(`${field}-${n}`, 'soil', field, ['battery.voltage', 'soil.moisture@d10'], gateway));

export const detail: FarmDetail = {
  ...{ id: 'farm', title: 'Farm', timeZone: 'UTC', gateways: ['gw', 'gw-2'] },
  fields: [
    { id: 'north', title: 'North', crop: 'cotton', outline: [] },
    { id: 'south', title: 'South', outline: [] },
  ],
  devices: [
    ...probes('north'),
    ...probes('south', 'gw-2'),
    device('mast', 'weather', null, ['air.temperature@h200']),
    device('drone', 'sprayer', null, ['vehicle.armed', 'tank.volume']),
    { ...device('gone', 'soil', 'north', ['soil.moisture']), active: false },
  ],
};

export const gateways = (away: string[] = []): ApiGateway[] =>
  ['gw', 'gw-2'].map((gateway) => ({
    ...{ farm: 'farm', gateway, title: `Gateway ${gateway}`, online: !away.includes(gateway) },
    ...{ heardMs: NOW - 60_000, status: null, ledger: [] },
  }));

/** Everything was heard five seconds ago, except for what is said otherwise, by channel or device id. */
export function valuesWith(others: Record<string, LatestValue | null>): (id: string) => LatestValue | undefined {
  return (id) => {
    const of = Object.keys(others).find((key) => id === key || id.startsWith(`${key}/`));
    if (of !== undefined) return others[of] ?? undefined;
    return [NOW - 5_000, id.endsWith('vehicle.armed') ? 1 : 20, 0];
  };
}

export const OLD: LatestValue = [NOW - 600_000, 20, 0];

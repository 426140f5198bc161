/** The channels of a field as people look for them: soil by depth, air, water, sprayer, equipment. */
import type { ApiDevice } from '@karez/model';
import { QUANTITY_IDS, type QuantityKind, quantityOf } from '@karez/model/quantities';
import type { Values } from './areas.ts';
import { mostly, type State, stateOf, worst } from './state.ts';

export type SectionKind = 'soil' | 'air' | 'water' | 'sprayer' | 'device';

export interface GroupChannel {
  id: string;
  quantity: string;
  place: string | null;
  decimals: number;
  device: ApiDevice;
}

/** One quantity at one place, measured by one or several devices. */
export interface Group {
  key: string;
  quantity: string;
  place: string | null;
  channels: GroupChannel[];
}

export interface Section {
  key: string;
  kind: SectionKind;
  /** Depth of a soil section, cm; null where it is not known. */
  depthCm: number | null;
  groups: Group[];
  /** What an operator seldom needs. */
  more: Group[];
}

/** Seldom needed even where they stand. */
const SELDOM = new Set([
  ...['soil.ph', 'soil.nitrogen', 'soil.phosphorus', 'soil.potassium', 'soil.raw', 'soil.permittivity'],
  ...['air.pressure', 'wind.speed-average', 'rain.rate', 'solar.uv-index', 'et.day'],
  ...['sprayer.sections', 'position.latitude', 'position.longitude', 'motion.heading'],
  ...['sprayer.spinner-drive', 'gnss.accuracy', 'gnss.rtk-satellites', 'mission.items', 'vehicle.mode'],
  ...['vehicle.custom-mode', 'battery.cell-lowest', 'battery.temperature'],
  ...['position.altitude', 'motion.climb-rate', 'gnss.fix', 'gnss.satellites', 'gnss.hdop', 'vehicle.state'],
  ...['vehicle.armed', 'battery.current', 'indoor.temperature', 'indoor.humidity', 'radio.rssi'],
]);
const SECTION_ORDER: SectionKind[] = ['soil', 'air', 'water', 'sprayer', 'device'];

/** Depth in cm of a place such as `d30`; null for other places. */
export function depthOf(place: string | null): number | null {
  const found = /^d(\d+)$/.exec(place ?? '');
  return found === null ? null : Number(found[1]);
}

function sectionKind(device: ApiDevice, kind: QuantityKind | undefined): SectionKind {
  if (device.kind === 'sprayer') return 'sprayer';
  if (kind === 'soil' || kind === 'air' || kind === 'water' || kind === 'sprayer') return kind;
  return 'device';
}

export function sectionsOf(devices: readonly ApiDevice[]): Section[] {
  const sections = new Map<string, Section>();
  const groups = new Map<string, Group>();
  for (const device of devices) {
    for (const { id, quantity, place, decimals } of device.channels) {
      const kind = sectionKind(device, quantityOf(quantity)?.kind);
      const depthCm = kind === 'soil' ? depthOf(place) : null;
      const key = kind === 'soil' ? `soil-${depthCm ?? 'any'}` : kind;
      let section = sections.get(key);
      if (section === undefined) {
        section = { key, kind, depthCm, groups: [], more: [] };
        sections.set(key, section);
      }
      // Drones are told apart by name, everything else is one row for all that measure the same at the same place.
      const groupKey = `${key}/${quantity}@${place ?? ''}${kind === 'sprayer' ? `/${device.id}` : ''}`;
      let group = groups.get(groupKey);
      if (group === undefined) {
        group = { key: groupKey, quantity, place, channels: [] };
        groups.set(groupKey, group);
        (SELDOM.has(quantity) ? section.more : section.groups).push(group);
      }
      group.channels.push({ id, quantity, place, decimals, device });
    }
  }
  const rank = (group: Group) => {
    const at = (QUANTITY_IDS as string[]).indexOf(group.quantity);
    return at < 0 ? QUANTITY_IDS.length : at;
  };
  const sorted = [...sections.values()].sort(
    (a, b) =>
      SECTION_ORDER.indexOf(a.kind) - SECTION_ORDER.indexOf(b.kind) ||
      (a.depthCm ?? Number.POSITIVE_INFINITY) - (b.depthCm ?? Number.POSITIVE_INFINITY),
  );
  for (const section of sorted) {
    section.groups.sort((a, b) => rank(a) - rank(b));
    section.more.sort((a, b) => rank(a) - rank(b));
  }
  return sorted;
}

export interface GroupSummary {
  /** Median of the sound values, or of all where none is sound; null where there is none. */
  value: number | null;
  lo: number | null;
  hi: number | null;
  /** The channels that gave the three numbers. */
  sound: number;
  /** Channels that were ever heard and have a sensor. */
  count: number;
  /** Of the values that gave the number; those left out are counted below. */
  state: State;
  /** Sampling time of the oldest of the values that gave the number; null where there is none. */
  oldestMs: number | null;
  suspects: number;
  silent: number;
}

/** What several devices say of one quantity at one place. */
export function summarise(channels: readonly GroupChannel[], values: Values, nowMs: number): GroupSummary {
  const all = channels.flatMap(({ id, device }) => {
    const value = values(id);
    if (value === undefined || value[1] === null) return [];
    return [{ timeMs: value[0], value: value[1], state: stateOf(value, nowMs, device.intervalMs) }];
  });
  const sound = all.filter((v) => v.state === 'fresh' || v.state === 'late');
  const used = sound.length > 0 ? sound : all;
  const numbers = used.map((v) => v.value).sort((a, b) => a - b);
  return {
    value: median(numbers),
    lo: numbers[0] ?? null,
    hi: numbers.at(-1) ?? null,
    sound: used.length,
    count: all.length,
    state: sound.length > 0 ? mostly(sound.map((v) => v.state)) : worst(all.map((v) => v.state)),
    oldestMs: used.length === 0 ? null : Math.min(...used.map((v) => v.timeMs)),
    suspects: all.filter((v) => v.state === 'suspect').length,
    silent: all.filter((v) => v.state === 'silent').length,
  };
}

/** The middle of sorted numbers; of two middles the lower and upper's mean. */
function median(sorted: readonly number[]): number | null {
  const upper = sorted[sorted.length >> 1];
  if (upper === undefined) return null;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[(sorted.length >> 1) - 1] as number)) / 2;
}

/** Values that matter for a crop, first the ones that decide; those that nobody measures are passed over. */
const MATTERS: Record<string, string[]> = {
  orchard: ['air.temperature', 'soil.moisture', 'leaf.wetness', 'soil.temperature'],
  any: ['soil.moisture', 'soil.temperature', 'soil.ec', 'air.temperature', 'water.level'],
  farm: ['air.temperature', 'wind.speed', 'rain.day', 'air.humidity', 'solar.radiation', 'water.level', 'tank.volume'],
};
const ORCHARD =
  /pear|apple|peach|apricot|jujube|grape|cherry|walnut|almond|citrus|orange|plum|梨|苹果|桃|杏|枣|葡萄|樱桃|核桃|柑|橘|李/i;

/** The two or three groups a card shows. Soil moisture may take two places: shallow, and the next deeper. */
export function groupsThatMatter(sections: readonly Section[], crop: string | undefined, wholeFarm: boolean): Group[] {
  const order = wholeFarm ? MATTERS.farm : ORCHARD.test(crop ?? '') ? MATTERS.orchard : MATTERS.any;
  const groups = sections.flatMap((s) => s.groups);
  const chosen: Group[] = [];
  for (const quantity of order ?? []) {
    const found = groups.filter((g) => g.quantity === quantity);
    const byWeight = [...found].sort((a, b) => b.channels.length - a.channels.length);
    // The places that most devices share say most about the field.
    const kept = byWeight
      .slice(0, quantity === 'soil.moisture' ? 2 : 1)
      .sort((a, b) => found.indexOf(a) - found.indexOf(b));
    chosen.push(...kept);
    if (chosen.length >= 3) break;
  }
  return chosen.slice(0, 3);
}

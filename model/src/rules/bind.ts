/**
 * From a rule's scope to what it watches: one subject for each channel, device or gateway that fits. A subject whose readings
 * all come from one gateway is that gateway's business, also without a link; the others, and gateways themselves, are the
 * cloud's.
 */
import { channelName } from '../ids.ts';
import { type Derived, derivedOf } from './derived.ts';
import type { Condition, Input, Rule, Scope } from './rule.ts';

/** A device as rules see it. Handles stand for channels: their numbers at a gateway, the caller's own elsewhere. */
export interface WatchedDevice {
  gateway: string;
  id: string;
  kind: string;
  field?: string | undefined;
  crop?: string | undefined;
  intervalMs: number;
  channels: readonly WatchedChannel[];
}

export interface WatchedChannel {
  handle: number;
  quantity: string;
  place?: string | undefined;
}

/** A gateway as rules see it: `handle` stands for its being heard. */
export interface WatchedGateway {
  gateway: string;
  handle: number;
}

export interface World {
  devices: readonly WatchedDevice[];
  /** Those whose silence is watched; none where that is not ours to do. */
  gateways: readonly WatchedGateway[];
}

export interface Subject {
  /** `gateway/device/quantity[@place]`, `gateway/device` or `gateway`: names it over the whole farm. */
  key: string;
  /** Gateways whose readings it needs. */
  gateways: readonly string[];
  /** The handle that stands for it in a journal: its channel, or the first that it is derived from, or the first of its device. */
  anchor: number;
  /** Handles of its inputs; the first `own` are its own, the others those of what is taken away. */
  inputs: readonly number[];
  own: number;
  derived: Derived | undefined;
  minus: { derived: Derived | undefined; gapMs: number } | undefined;
  intervalMs: number;
  /** Without a value for longer than this, nothing is known of it. */
  gapMs: number;
}

/** Intervals without a reading after which nothing is known, and the least that this is. */
const GAP_INTERVALS = 3;
const LEAST_GAP_MS = 60_000;
/** A gateway says something of itself every few seconds. */
const STATUS_MS = 5_000;

/** Everything that `rule` watches in `world`. */
export function bindRule(rule: Rule, world: World): Subject[] {
  const { condition, scope } = rule;
  if (!rule.enabled) return [];
  if (condition.type === 'gateway-silent')
    return world.gateways
      .filter(({ gateway }) => scope.gateways?.includes(gateway) ?? true)
      .map(({ gateway, handle }) =>
        subject(gateway, [gateway], [handle], { intervalMs: STATUS_MS, gapMs: condition.forS * 1_000 }),
      );
  return world.devices
    .filter((device) => isInScope(scope, device))
    .flatMap((device) => {
      const gapMs = gapOf(rule, device);
      const { gateway, id, intervalMs, channels } = device;
      if (condition.type === 'silent') {
        const silentMs = Math.max(condition.intervals * intervalMs, (condition.leastS ?? 0) * 1_000);
        const handles = channels.map((c) => c.handle);
        return handles.length === 0
          ? []
          : [subject(`${gateway}/${id}`, [gateway], handles, { intervalMs, gapMs: silentMs })];
      }
      return sourcesOf(device, condition.input)
        .filter(({ key }) => scope.channels?.includes(key) ?? true)
        .flatMap((source) => {
          const { key, handles, derived } = source;
          const own = { intervalMs, gapMs, derived };
          if (condition.type !== 'difference') return [subject(key, [gateway], handles, own)];
          const other = minusOf(condition, device, source, world);
          if (other === undefined) return [];
          return [
            {
              ...subject(key, [...new Set([gateway, other.gateway])], [...handles, ...other.handles], own),
              ...{ own: handles.length, minus: { derived: other.derived, gapMs: gapOf(rule, other) } },
            },
          ];
        });
    });
}

/** What a rule calls the subject that a channel stands for, as `bindRule` does. */
export function subjectKeyOf(
  condition: Condition,
  {
    gateway,
    device,
    quantity,
    place,
  }: { gateway: string; device: string; quantity: string; place?: string | undefined },
): string {
  if (condition.type === 'gateway-silent') return gateway;
  if (condition.type === 'silent') return `${gateway}/${device}`;
  const isDerived = quantity !== condition.input.quantity;
  return `${gateway}/${channelName(device, isDerived ? condition.input.quantity : quantity, place)}`;
}

function subject(
  key: string,
  gateways: string[],
  inputs: number[],
  more: { intervalMs: number; gapMs: number; derived?: Derived | undefined },
): Subject {
  return {
    ...{ key, gateways, inputs, anchor: inputs[0] as number, own: inputs.length, minus: undefined },
    ...{ derived: undefined, ...more },
  };
}

function gapOf({ noDataAfterS }: Rule, { intervalMs }: { intervalMs: number }): number {
  return noDataAfterS === undefined ? Math.max(LEAST_GAP_MS, intervalMs * GAP_INTERVALS) : noDataAfterS * 1_000;
}

function isInScope({ gateways, fields, crops, kinds, devices, channels }: Scope, device: WatchedDevice): boolean {
  const { gateway, id, kind, field, crop } = device;
  const fits = (list: readonly string[] | undefined, value: string | undefined) =>
    list === undefined || (value !== undefined && list.includes(value));
  return (
    fits(gateways, gateway) &&
    fits(fields, field) &&
    fits(crops, crop) &&
    fits(kinds, kind) &&
    fits(devices, `${gateway}/${id}`) &&
    (channels === undefined || channels.some((c) => c.startsWith(`${gateway}/${id}/`)))
  );
}

interface Source {
  key: string;
  place: string | undefined;
  handles: number[];
  derived: Derived | undefined;
}

/** The places of a device at which a quantity is measured or can be derived. */
function sourcesOf({ gateway, id, channels }: WatchedDevice, { quantity, place }: Input): Source[] {
  const keyAt = (at: string | undefined) => `${gateway}/${channelName(id, quantity, at)}`;
  const isWanted = (at: string | undefined) => place === undefined || at === place;
  const measured = channels
    .filter((c) => c.quantity === quantity && isWanted(c.place))
    .map((c) => ({ key: keyAt(c.place), place: c.place, handles: [c.handle], derived: undefined }));
  const derived = derivedOf(quantity);
  if (derived === undefined) return measured;
  const places = [...new Set(channels.map((c) => c.place))].filter(
    (at) => isWanted(at) && !measured.some((m) => m.place === at),
  );
  const computed = places.flatMap((at): Source[] => {
    const handles = derived.inputs.map((q) => channels.find((c) => c.quantity === q && c.place === at)?.handle);
    return handles.some((h) => h === undefined)
      ? []
      : [{ key: keyAt(at), place: at, handles: handles as number[], derived }];
  });
  return [...measured, ...computed];
}

/** What is taken away: one channel for all, or a quantity of the same device, at the same place where none is said. */
function minusOf(
  { minus }: Extract<Condition, { type: 'difference' }>,
  device: WatchedDevice,
  { place }: Source,
  { devices }: World,
): (Source & { gateway: string; intervalMs: number }) | undefined {
  if (!('channel' in minus)) {
    const source = sourcesOf(device, { quantity: minus.quantity, place: minus.place ?? place }).find(
      (s) => s.place === (minus.place ?? place),
    );
    return source && { ...source, gateway: device.gateway, intervalMs: device.intervalMs };
  }
  const [gateway, id, channel] = minus.channel.split('/') as [string, string, string];
  const [quantity, at] = channel.split('@') as [string, string | undefined];
  const other = devices.find((d) => d.gateway === gateway && d.id === id);
  const source =
    other && sourcesOf(other, at === undefined ? { quantity } : { quantity, place: at }).find((s) => s.place === at);
  return source && other && { ...source, gateway, intervalMs: other.intervalMs };
}

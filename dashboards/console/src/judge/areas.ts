/**
 * What is wrong, and where: every device and field judged from the newest values. A gateway that is away explains the
 * silence of everything behind it, so its devices are not blamed one by one; a sprayer that was switched off on the
 * ground is off, not silent.
 */
import type { ApiAlert, ApiDevice, ApiGateway, FarmDetail, Field, LatestValue } from '@karez/model';
import { type QualityName, qualityNames, SUSPECT } from '@karez/model/reading';
import { mostly, type State, silentSinceMs, stateOf } from './state.ts';

export type Values = (channelId: string) => LatestValue | undefined;

/** A value that needs a look: why, and since when it was taken. `quiet`: the device speaks, this channel does not. */
export interface Doubt {
  device: ApiDevice;
  channelId: string;
  quantity: string;
  place: string | null;
  why: QualityName | 'quiet';
  timeMs: number;
}

export interface DeviceVerdict {
  device: ApiDevice;
  state: State;
  /** Newest reading of any channel; null where none was ever heard. */
  lastMs: number | null;
  doubts: Doubt[];
  /** Silent because its gateway is away. */
  behindGateway: boolean;
}

export interface AreaVerdict {
  /** A field's id, or null for what belongs to the whole farm. */
  id: string | null;
  field: Field | null;
  /** Silent only where nothing speaks any more; late where some are silent, or most are late. */
  state: State;
  devices: DeviceVerdict[];
  /** Silent by themselves. */
  silent: DeviceVerdict[];
  /** Silent because their gateway is away. */
  behind: DeviceVerdict[];
  doubts: Doubt[];
  /** Alerts that go on here, but for notes and what another alert explains; the gravest first. */
  alerts: ApiAlert[];
}

export interface FarmVerdict {
  areas: AreaVerdict[];
  /** Gateways that are away. */
  gatewaysAway: ApiGateway[];
  /** All that go on in the farm, as those of a field. */
  alerts: ApiAlert[];
  heard: number;
  expected: number;
  /** Every device counted in `heard` was heard within this time. */
  withinMs: number;
}

/** Round times to say "heard within …", ms. */
const WINDOWS_MS = [60_000, 300_000, 900_000, 1_800_000, 3_600_000, 10_800_000, 21_600_000, 86_400_000];
/** A channel that has been quiet for longer than this belongs to a sensor that was taken away, ms. */
const FORGOTTEN_MS = 86_400_000;

export function judgeFarm(
  detail: FarmDetail,
  values: Values,
  gateways: readonly ApiGateway[],
  nowMs: number,
  open: readonly ApiAlert[] = [],
): FarmVerdict {
  const gatewaysAway = gateways.filter((g) => !g.online);
  const away = new Set(gatewaysAway.map((g) => g.gateway));
  const alerts = gravestFirst(open);
  const verdicts = detail.devices.filter((d) => d.active).map((d) => judgeDevice(d, values, away, nowMs));
  const known = new Set(detail.fields.map((f) => f.id));
  const areas = [...detail.fields, null].map((field) =>
    judgeArea(
      field,
      verdicts.filter(({ device }) =>
        field === null ? device.field === null || !known.has(device.field) : device.field === field.id,
      ),
      alerts,
    ),
  );
  const counted = verdicts.filter((v) => v.state !== 'absent');
  const slowest = Math.max(0, ...counted.filter((v) => v.state !== 'silent').map((v) => v.device.intervalMs));
  const withinMs = WINDOWS_MS.find((w) => w >= slowest * 1.5) ?? 86_400_000;
  return {
    areas: areas.filter((area) => area.field !== null || area.devices.length > 0),
    ...{ gatewaysAway, alerts },
    heard: counted.filter((v) => v.lastMs !== null && nowMs - v.lastMs <= withinMs).length,
    expected: counted.length,
    withinMs,
  };
}

const SEVERITIES = ['critical', 'warning', 'info'];

/** What asks for a look, the gravest first, then the newest. A note does not, nor what another alert explains. */
function gravestFirst(open: readonly ApiAlert[]): ApiAlert[] {
  return open
    .filter((a) => a.state !== 'over' && a.severity !== 'info' && a.inhibitedBy === null)
    .sort(
      (a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) || b.firedMs - a.firedMs || b.id - a.id,
    );
}

function judgeArea(field: Field | null, devices: DeviceVerdict[], all: readonly ApiAlert[]): AreaVerdict {
  const ids = new Set(devices.map((d) => d.device.id));
  const alerts = all.filter((a) => a.device !== null && ids.has(`${a.gateway}/${a.device}`));
  return {
    alerts,
    id: field?.id ?? null,
    field,
    state: alerts.length > 0 ? 'alert' : areaState(devices),
    devices,
    silent: devices.filter((d) => d.state === 'silent' && !d.behindGateway),
    behind: devices.filter((d) => d.behindGateway),
    doubts: devices.flatMap((d) => d.doubts),
  };
}

/** One probe of twelve that is silent, or a moment late, does not make a field silent or late. */
function areaState(devices: readonly DeviceVerdict[]): State {
  const counted = devices.filter((d) => d.state !== 'absent');
  const number = (state: State) => counted.filter((d) => d.state === state).length;
  if (number('silent') > 0) return number('silent') === counted.length ? 'silent' : 'late';
  if (number('suspect') > 0) return 'suspect';
  return mostly(counted.map((d) => d.state));
}

function judgeDevice(device: ApiDevice, values: Values, away: ReadonlySet<string>, nowMs: number): DeviceVerdict {
  let lastMs: number | null = null;
  for (const { id } of device.channels) {
    const value = values(id);
    if (value !== undefined && (lastMs === null || value[0] > lastMs)) lastMs = value[0];
  }
  const speaks = stateOf(lastMs === null ? undefined : [lastMs, 0, 0], nowMs, device.intervalMs);
  if (speaks === 'silent') {
    const state = device.kind === 'sprayer' && !wasArmed(device, values) ? 'absent' : 'silent';
    return { device, state, lastMs, doubts: [], behindGateway: away.has(device.gateway) };
  }
  const doubts = doubtsOf(device, values, nowMs);
  return { device, state: doubts.length > 0 ? 'suspect' : speaks, lastMs, doubts, behindGateway: false };
}

function doubtsOf(device: ApiDevice, values: Values, nowMs: number): Doubt[] {
  return device.channels.flatMap(({ id, quantity, place }): Doubt[] => {
    const value = values(id);
    if (value === undefined || value[1] === null) return [];
    const state = stateOf(value, nowMs, device.intervalMs);
    const about = { device, channelId: id, quantity, place, timeMs: value[0] };
    if (state === 'suspect') return [{ ...about, why: qualityNames(value[2] & SUSPECT)[0] ?? 'RANGE' }];
    // A sprayer leaves out what does not apply at the moment, so only other devices owe every channel.
    if (state === 'silent' && device.kind !== 'sprayer' && nowMs - value[0] < FORGOTTEN_MS)
      return [{ ...about, why: 'quiet' }];
    return [];
  });
}

/** Whether its motors were armed when it was last heard: then silence means trouble, not a switch. */
function wasArmed(device: ApiDevice, values: Values): boolean {
  const channel = device.channels.find((c) => c.quantity === 'vehicle.armed');
  return channel !== undefined && values(channel.id)?.[1] === 1;
}

/** When a silent device came to count as silent; null where it was never heard. */
export function silentSince({ device, lastMs }: DeviceVerdict): number | null {
  return lastMs === null ? null : silentSinceMs(lastMs, device.intervalMs);
}

const ORDER: State[] = ['alert', 'silent', 'suspect', 'late', 'fresh', 'absent'];

/** Worst first; among equals, more trouble first, then as the farm lists them; the whole farm last among equals. */
export function worstFirst(areas: readonly AreaVerdict[]): AreaVerdict[] {
  const trouble = (a: AreaVerdict) => a.alerts.length + a.silent.length + a.doubts.length;
  const rank = (a: AreaVerdict) => (a.silent.length > 0 ? Math.min(1, ORDER.indexOf(a.state)) : ORDER.indexOf(a.state));
  // Sorting keeps the order of equals.
  return [...areas].sort((a, b) => rank(a) - rank(b) || trouble(b) - trouble(a));
}

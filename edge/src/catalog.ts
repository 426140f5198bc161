/**
 * Which channels the gateway has, and their numbers. A number is given once and never again means anything else within
 * an epoch, because readings that carry it may wait in the journal for weeks; what left the configuration stays,
 * inactive. Each version of a channel's calibration has a number of its own, so that every reading carries what it was
 * calibrated with.
 */
import {
  ALERT_DEVICE,
  ALERT_PROFILE,
  ALERT_QUANTITIES,
  type CatalogActuator,
  type CatalogChannel,
  type CatalogDevice,
  type Inventory,
} from '@karez/model';
import type { CalibratedChannel, ChannelVersion } from './calibrate/calibrate.ts';
import { type DeviceChannel, deviceChannels } from './calibrate/device-channels.ts';
import { type GatewayVersions, type Placement, settleVersions, type VersionLog } from './calibrate/versions.ts';
import { wantedCalibrations } from './calibrate/wanted.ts';

import { type CommandChannels, commandChannelNames, commandChannels, commandDevices } from './commands/describe.ts';
import type { ConfiguredDevice, GatewayConfig } from './config.ts';
import type { Journal } from './journal/journal.ts';

/** A configured device as the pipeline needs it. */
export interface CatalogEntry {
  device: ConfiguredDevice;
  /** Those of the profile in its order, then those that a calibration makes. */
  channels: readonly CalibratedChannel[];
}

export interface Catalog {
  entries: ReadonlyMap<string, CatalogEntry>;
  inventory: Inventory;
  /** When the configuration was taken up. */
  takenUpMs: number;
  /** Channel numbers of the gateway's own alerts; undefined before it ever had rules. */
  alerts: readonly number[] | undefined;
  /** Where there are actuators. */
  commands: CommandChannels | undefined;
}

type Books = Pick<Journal, 'number' | 'recall' | 'remember' | 'opened'>;
type EdgeConfig = Pick<GatewayConfig, 'farm' | 'gateway' | 'fields' | 'actuators'>;

/** What the alert device is remembered by. */
const HAS_ALERTS = 'alerts';
/** It speaks when something happens; an interval has to be there. */
const ALERT_INTERVAL_MS = 86_400_000;

/**
 * Numbers the channels of all devices and describes them, with those of earlier configurations.
 * @param nowMs the gateway's time: what is calibrated or placed anew is so from then on.
 * @param withAlerts from now on the gateway has rules, whose transitions are samples of a device of its own.
 */
export async function buildCatalog(
  config: EdgeConfig,
  devices: readonly ConfiguredDevice[],
  journal: Books,
  nowMs: number,
  withAlerts = false,
  actuators: readonly CatalogActuator[] = [],
): Promise<Catalog> {
  const entries = new Map<string, CatalogEntry>();
  const active: CatalogDevice[] = [];
  const versions = JSON.parse((await journal.recall('versions')) ?? '{}') as Partial<GatewayVersions>;
  const settled: GatewayVersions = {
    calibrations: { ...versions.calibrations },
    placements: { ...versions.placements },
  };
  const wanted = devices.map((device) => {
    const channels = deviceChannels(device);
    for (const channel of channels) {
      const log = settleVersions(settled.calibrations[channel.name], wantedCalibrations(channel), nowMs);
      if (log.last > 0) settled.calibrations[channel.name] = log;
    }
    const placed = settleVersions(settled.placements[device.id], [{ what: placementOf(device) }], nowMs);
    settled.placements[device.id] = placed;
    return { device, channels, placed, names: channels.flatMap((c) => namesOf(c, settled.calibrations[c.name])) };
  });
  // All at once: each time is a write to the disk.
  const given = await journal.number(wanted.flatMap(({ names }) => names));
  for (const { device, channels, placed, names } of wanted) {
    const numbers = given.splice(0, names.length);
    const described = channels.map((c) => describeChannel(c, settled.calibrations[c.name], numbers));
    entries.set(device.id, {
      device,
      channels: channels.map((c, i) => calibratedChannel(device, c, described[i] as CatalogChannel)),
    });
    active.push(describe(device, described, placed));
  }
  await journal.remember('versions', JSON.stringify(settled));
  if (withAlerts) await journal.remember(HAS_ALERTS, 'yes');
  const alerts =
    (await journal.recall(HAS_ALERTS)) === null
      ? undefined
      : await journal.number(ALERT_QUANTITIES.map((quantity) => `${ALERT_DEVICE}/${quantity}`));
  if (alerts !== undefined) active.push(alertDevice(alerts));
  const entriesOf = config.actuators ?? [];
  const commands =
    actuators.length === 0
      ? undefined
      : commandChannels(entriesOf, await journal.number(commandChannelNames(entriesOf)));
  if (commands !== undefined) active.push(...commandDevices(entriesOf, commands));
  // Read before it is replaced as a whole: whatever happens in between, what an earlier number means is never forgotten.
  const earlier = JSON.parse((await journal.recall('devices')) ?? '[]') as CatalogDevice[];
  const gone = withoutKnown(earlier, active);
  const described = {
    farm: config.farm,
    gateway: config.gateway,
    fields: config.fields,
    devices: [...active, ...gone],
    ...(actuators.length === 0 ? {} : { actuators: [...actuators] }),
  };
  await journal.remember('devices', JSON.stringify(described.devices));
  const before = JSON.parse((await journal.recall('inventory')) ?? '{"revision":0}') as Partial<Inventory> & {
    revision: number;
  };
  const { revision: _, v: __, epoch: ___, ...rest } = before;
  const revision = JSON.stringify(rest) === JSON.stringify(described) ? before.revision : before.revision + 1;
  const inventory: Inventory = { ...described, v: 1, epoch: journal.opened.epoch, revision };
  await journal.remember('inventory', JSON.stringify(inventory));
  return { entries, inventory, takenUpMs: nowMs, alerts, commands };
}

/** All numbers of a catalogued channel: as measured, and calibrated. */
export const numbersOf = (channel: CatalogChannel): number[] => [
  channel.number,
  ...(channel.calibrations ?? []).map((c) => c.number),
];

type CalibrationLog = VersionLog<NonNullable<ChannelVersion['formula']>> | undefined;

/** Names that need numbers: the channel's own, and one for each version of its calibration. */
function namesOf({ name }: DeviceChannel, log: CalibrationLog): string[] {
  return [name, ...(log?.versions ?? []).flatMap((v) => (v.what === null ? [] : [`${name}#${v.version}`]))];
}

/** Takes the channel's numbers off the front of `numbers`, which are in the order of `namesOf`. */
function describeChannel(channel: DeviceChannel, log: CalibrationLog, numbers: number[]): CatalogChannel {
  const number = numbers.shift() as number;
  const calibrations = (log?.versions ?? []).map(({ version, fromMs, what }) => ({
    ...{ version, fromMs, number: what === null ? number : (numbers.shift() as number), formula: what },
  }));
  return {
    number,
    quantity: channel.quantity,
    ...(channel.place === undefined ? {} : { place: channel.place }),
    decimals: channel.decimals,
    ...(calibrations.length === 0 ? {} : { calibrations }),
  };
}

function calibratedChannel(
  device: ConfiguredDevice,
  { quantity, decimals, position }: DeviceChannel,
  { number, calibrations = [] }: CatalogChannel,
): CalibratedChannel {
  const keys = deviceChannels(device).map((c) => c.key);
  const asMeasured: ChannelVersion = { fromMs: Number.NEGATIVE_INFINITY, number, formula: null, source: position };
  const versions = calibrations.map(({ fromMs, number: own, formula }): ChannelVersion => {
    const of = formula?.of === undefined ? position : keys.indexOf(formula.of);
    return { fromMs, number: own, formula, source: formula === null ? position : of };
  });
  return { quantity, decimals, number, versions: [asMeasured, ...versions] };
}

function placementOf({ field, position, depthCm, heightCm }: ConfiguredDevice): Placement {
  return {
    ...(field === undefined ? {} : { field }),
    ...(position === undefined ? {} : { position }),
    ...(depthCm === undefined ? {} : { depthCm }),
    ...(heightCm === undefined ? {} : { heightCm }),
  };
}

function describe(device: ConfiguredDevice, channels: CatalogChannel[], placed: VersionLog<Placement>): CatalogDevice {
  const { profileRecord: profile } = device;
  const moved = placed.versions.slice(-MOST_PLACEMENTS);
  return {
    id: device.id,
    title: device.title ?? profile.title.en,
    profile: profile.id,
    kind: profile.kind,
    ...(device.field === undefined ? {} : { field: device.field }),
    ...(device.position === undefined ? {} : { position: device.position }),
    intervalMs: device.intervalMs ?? profile.intervalMs,
    active: true,
    ...(moved.length < 2 ? {} : { placements: moved.map(({ fromMs, what }) => ({ fromMs, ...mutable(what) })) }),
    channels,
  };
}

/** Placements of a device that are told; it is dug out once a season. */
const MOST_PLACEMENTS = 50;

const mutable = (what: Placement | null) =>
  structuredClone(what ?? {}) as Omit<Placement, 'position'> & { position?: [number, number] };

function alertDevice(numbers: readonly number[]): CatalogDevice {
  return {
    ...{ id: ALERT_DEVICE, title: 'Alerts', profile: ALERT_PROFILE, kind: 'other', intervalMs: ALERT_INTERVAL_MS },
    active: true,
    channels: ALERT_QUANTITIES.map((quantity, i) => ({ number: numbers[i] as number, quantity, decimals: 0 })),
  };
}

/** Devices and channels of earlier configurations that the present one does not have. */
function withoutKnown(earlier: CatalogDevice[], active: CatalogDevice[]): CatalogDevice[] {
  const known = new Set(active.flatMap((d) => d.channels.flatMap(numbersOf)));
  const ids = new Set(active.map((d) => d.id));
  return earlier
    .map((d) => ({ ...d, active: false, channels: d.channels.filter((c) => !known.has(c.number)) }))
    .filter((d) => d.channels.length > 0 || !ids.has(d.id));
}

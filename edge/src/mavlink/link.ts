/**
 * A telemetry radio with one or more vehicles on it. Each message that a profile names becomes a sample of the vehicle
 * whose system id it carries; messages that come more often than the profile keeps are thinned by time.
 */
import { type DeviceStatus, type MavlinkProfile, messageOf } from '@karez/model';
import type { ConfiguredDevice, MavlinkLineConfig } from '../config.ts';
import type { DeviceLine, EdgeDeps, Intake } from '../ports.ts';
import { startTransport } from '../transport/transport.ts';
import { FrameFinder, type MavlinkFrame } from './frame.ts';
import { frameValues } from './values.ts';

interface Vehicle {
  device: ConfiguredDevice;
  profile: MavlinkProfile;
  /** When the last sample of a message (and name) was kept. */
  kept: Map<string, number>;
  trouble: string | null;
  heard: boolean;
}

const BAUD_RATE = 57_600;

export function startMavlinkLink(
  config: MavlinkLineConfig,
  devices: readonly ConfiguredDevice[],
  intake: Intake,
  deps: EdgeDeps,
): DeviceLine {
  const { clock } = deps;
  const transport = startTransport(config.port, BAUD_RATE, deps);
  const vehicles = new Map<number, Vehicle>();
  for (const { id, systemId } of config.devices) {
    const device = devices.find((d) => d.id === id) as ConfiguredDevice;
    vehicles.set(systemId, {
      device,
      profile: device.profileRecord as MavlinkProfile,
      kept: new Map(),
      trouble: null,
      heard: false,
    });
  }

  const finder = new FrameFinder(
    (frame) => {
      const vehicle = vehicles.get(frame.system);
      if (vehicle === undefined) return;
      vehicle.heard = true;
      const { channels, values, key } = frameValues(vehicle.profile, frame);
      if (channels.length === 0 || !isDue(vehicle, frame, key)) return;
      intake.accept({ device: vehicle.device.id, channels, values }).then(
        () => {
          vehicle.trouble = null;
        },
        (error) => {
          vehicle.trouble = messageOf(error);
        },
      );
    },
    (error, bytes) => intake.reject({ source: transport.name, code: error.code, reason: error.message, bytes }),
  );

  function isDue({ profile, kept }: Vehicle, { name }: MavlinkFrame, key: string): boolean {
    const everyMs = profile.everyMs?.[name] ?? 0;
    const now = clock.monoMs();
    const last = kept.get(key);
    // A tenth early is in time: messages are never sent to the millisecond.
    if (last !== undefined && now - last < everyMs * 0.9) return false;
    kept.set(key, now);
    return true;
  }

  transport.onBytes = (bytes) => finder.push(bytes);
  return {
    status: (): DeviceStatus[] =>
      [...vehicles.values()].map((v) => ({
        ...{ id: v.device.id, lastMs: null, accepted: 0, rejected: 0, timeouts: 0 },
        trouble: transport.trouble ?? v.trouble ?? (v.heard ? null : 'not heard yet'),
      })),
    stop: () => transport.stop(),
  };
}

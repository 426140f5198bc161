/**
 * A telemetry radio with one or more vehicles on it. Each message that a profile names becomes a sample of the vehicle
 * whose system id it carries; messages that come more often than the profile keeps are thinned by time.
 */
import { type Cancel, type DeviceStatus, KarezError, type MavlinkProfile, messageOf } from '@karez/model';
import type { ConfiguredDevice } from '../config.ts';
import type { DeviceLine, EdgeDeps, Intake } from '../ports.ts';
import { Rhythm } from '../rhythm.ts';
import { type OpenTransport, startTransport } from '../transport/transport.ts';
import type { MavlinkFrame } from './frame.ts';
import { FrameFinder } from './frame-finder.ts';
import type { MavlinkLineConfig } from './line-config.ts';
import { checkMessages, frameValues } from './values.ts';

interface Vehicle {
  device: ConfiguredDevice;
  profile: MavlinkProfile;
  rhythm: Rhythm;
  /** Shortest time between two kept samples of any message. */
  leastMs: number;
  trouble: string | null;
  heard: boolean;
}

const BAUD_RATE = 57_600;
/** The bytes of one frame come together; what has not come by then was no frame, or its end is lost. */
const STALE_MS = 1_000;
/** So many bytes without a frame: this is not MAVLink, or not at this speed. */
const NOISE_BYTES = 1_000;

export function startMavlinkLink(
  config: MavlinkLineConfig,
  devices: readonly ConfiguredDevice[],
  intake: Intake,
  deps: EdgeDeps,
  open: OpenTransport = startTransport,
): DeviceLine {
  const { clock } = deps;
  const vehicles = new Map<number, Vehicle>();
  for (const { id, systemId } of config.devices) {
    const device = devices.find((d) => d.id === id) as ConfiguredDevice;
    const profile = device.profileRecord as MavlinkProfile;
    checkMessages(profile);
    vehicles.set(systemId, {
      ...{ device, profile, rhythm: new Rhythm(), leastMs: device.intervalMs ?? 0 },
      trouble: null,
      heard: false,
    });
  }

  const transport = open(config.port, BAUD_RATE, deps);
  const finder = new FrameFinder(take, refuse);
  let stale: Cancel | undefined;
  let staleHead = -1;

  function take(frame: MavlinkFrame): void {
    finder.skipped = 0;
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
        if (error instanceof KarezError && !error.retry) refuse(error, undefined, vehicle);
      },
    );
  }

  function refuse({ code, message }: KarezError, bytes?: Uint8Array, vehicle?: Vehicle): void {
    intake.reject({
      ...(vehicle === undefined ? {} : { device: vehicle.device.id }),
      ...{ source: transport.name, code, reason: message },
      ...(bytes === undefined ? {} : { bytes }),
    });
  }

  function isDue({ profile, rhythm, leastMs }: Vehicle, { name }: MavlinkFrame, key: string): boolean {
    return rhythm.keeps(key, Math.max(leastMs, profile.everyMs?.[name] ?? 0), clock.monoMs());
  }

  /** Has the beginning of a frame given up when the rest of it does not come. */
  function watchHead(): void {
    if (finder.waiting > 0 && finder.head === staleHead) return;
    stale?.();
    staleHead = finder.waiting > 0 ? finder.head : -1;
    if (staleHead === -1) return;
    stale = clock.after(STALE_MS, () => {
      staleHead = -1;
      finder.giveUp();
      watchHead();
    });
  }

  transport.onBytes = (bytes) => {
    finder.push(bytes);
    watchHead();
  };

  function trouble({ trouble: own, heard }: Vehicle): string | null {
    if (transport.trouble !== null) return transport.trouble;
    if (finder.skipped >= NOISE_BYTES) return 'bytes come in, but no MAVLink among them: is the speed right?';
    return own ?? (heard ? null : 'not heard yet');
  }

  return {
    status: (): DeviceStatus[] =>
      [...vehicles.values()].map((vehicle) => ({
        ...{ id: vehicle.device.id, lastMs: null, accepted: 0, rejected: 0, timeouts: 0 },
        trouble: trouble(vehicle),
      })),
    async stop() {
      stale?.();
      await transport.stop();
    },
  };
}

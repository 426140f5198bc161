/**
 * A telemetry link with one or more vehicles on it: a radio, or a port where several report from their own addresses. Each
 * message that a profile names becomes a sample of the vehicle whose system id it carries; messages that come more
 * often than the profile keeps are thinned by time. Nothing is sent unless the configuration asks for it, and never
 * anything that moves a vehicle: a heartbeat, and requests for messages at a pace.
 */
import { type Cancel, type DeviceStatus, KarezError, messageOf } from '@karez/model';
import type { ConfiguredDevice } from '../config.ts';
import type { DeviceLine, EdgeDeps, Intake } from '../ports.ts';
import { type OpenTransport, startTransport } from '../transport/transport.ts';
import { FrameWriter } from './encode.ts';
import type { MavlinkFrame } from './frame.ts';
import type { MavlinkLineConfig } from './line-config.ts';
import { Peers } from './peers.ts';
import { Sources } from './sources.ts';
import { Vehicle } from './vehicle.ts';

const BAUD_RATE = 57_600;
/** So many bytes without a frame: this is not MAVLink, or not at this speed. */
const NOISE_BYTES = 1_000;
const HEARTBEAT_MS = 1_000;
/** MAV_TYPE_ONBOARD_CONTROLLER and MAV_AUTOPILOT_INVALID: neither a vehicle nor a ground station that a vehicle could miss. */
const HEARTBEAT = { type: 18, autopilot: 8, system_status: 4, mavlink_version: 3 };
const AUTOPILOT = 1;
/** More ids than these help nobody. */
const SHOWN_IDS = 8;

export function startMavlinkLink(
  config: MavlinkLineConfig,
  devices: readonly ConfiguredDevice[],
  intake: Intake,
  deps: EdgeDeps,
  open: OpenTransport = startTransport,
): DeviceLine {
  const { clock } = deps;
  const writer = new FrameWriter();
  const vehicles = new Map<number, Vehicle>();
  for (const own of config.devices) {
    const device = devices.find((d) => d.id === own.id) as ConfiguredDevice;
    vehicles.set(own.systemId, new Vehicle(own, device, deps, ask));
  }
  const transport = open(config.port, BAUD_RATE, deps);
  const sources = new Sources();
  const peers = new Peers(clock, take, (error, bytes) => refuse(error, bytes));

  function take(frame: MavlinkFrame, from: string | undefined): void {
    const nowMs = clock.monoMs();
    if (sources.isRepeat(frame, nowMs, from)) return;
    const vehicle = vehicles.get(frame.system);
    const refusal = vehicle?.refusal(frame);
    if (vehicle !== undefined && refusal !== undefined) {
      const reason = `${frame.name} of system ${frame.system}: ${refusal}`;
      vehicle.trouble = reason;
      refuse(new KarezError('FRAME_SIGNATURE', reason), frame.bytes, vehicle);
      return;
    }
    sources.hear(frame, nowMs, from);
    if (vehicle === undefined) return;
    vehicle.hear(frame, from, nowMs);
    const timeMs = vehicle.satelliteTime(frame, nowMs);
    if (timeMs !== undefined) intake.satelliteTime(vehicle.device.id, timeMs);
    const sample = vehicle.sample(frame, nowMs);
    if (sample === undefined) return;
    intake.accept(sample).then(
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

  /** Sends a command to a vehicle's autopilot, where it was heard last. */
  function ask(vehicle: Vehicle, fields: Record<string, number>): void {
    const target = { target_system: vehicle.systemId, target_component: AUTOPILOT };
    send(writer.frame('COMMAND_LONG', { ...fields, ...target }, vehicle.version, vehicle.signatures), vehicle.from);
  }

  function send(bytes: Uint8Array, to?: string): void {
    try {
      transport.write(bytes, to);
    } catch (error) {
      // A line that is closed says so in its status.
      if (!(error instanceof KarezError)) throw error;
    }
  }

  /** Who is sent to has to hear first who asks; on UDP also where. */
  let stopHeart: Cancel = () => {};
  if ('udp' in config.port || config.devices.some((d) => d.setIntervals)) {
    stopHeart = clock.every(HEARTBEAT_MS, () => {
      const version = [...vehicles.values()].some((v) => v.version === 1) ? 1 : 2;
      const { signatures } = [...vehicles.values()].find((v) => v.signatures !== undefined) ?? {};
      if (transport.open) send(writer.frame('HEARTBEAT', HEARTBEAT, version, signatures));
    });
  }

  transport.onBytes = (bytes, from) => peers.push(bytes, from);

  function trouble(vehicle: Vehicle): string | null {
    if (transport.trouble !== null) return transport.trouble;
    if (peers.skipped >= NOISE_BYTES) return 'bytes come in, but no MAVLink among them: is the speed right?';
    return vehicle.trouble ?? (vehicle.isHeard ? null : `not heard yet${others()}`);
  }

  /** Vehicles that nobody has configured: where one is not heard, its id may be one of these. */
  function others(): string {
    const heard = sources.counts.filter(({ system, component }) => component === AUTOPILOT && !vehicles.has(system));
    const ids = [...new Set(heard.map(({ system }) => system))].sort((a, b) => a - b).slice(0, SHOWN_IDS);
    return ids.length === 0 ? '' : `; who is heard is system ${ids.join(', ')}`;
  }

  return {
    status: (): DeviceStatus[] =>
      [...vehicles.values()].map((vehicle) => ({
        ...{ id: vehicle.device.id, lastMs: null, accepted: 0, rejected: 0, timeouts: 0 },
        lost: sources.lostOf(vehicle.systemId),
        trouble: trouble(vehicle),
      })),
    counts: () => [
      ...sources.counts.flatMap(({ system, component, ...counts }) =>
        Object.entries(counts).map(([what, n]) => ({
          what,
          n,
          labels: { line: transport.name, system: `${system}`, component: `${component}` },
        })),
      ),
      ...[...vehicles.values()].flatMap(({ systemId, notSent }) =>
        notSent.map((message) => ({
          ...{ what: 'not-sent', n: 1 },
          labels: { line: transport.name, system: `${systemId}`, message },
        })),
      ),
      ...peers.unknown.map(([id, n]) => ({ what: 'unknown', n, labels: { line: transport.name, message: `${id}` } })),
      { what: 'elsewhere', n: peers.elsewhere, labels: { line: transport.name } },
    ],
    async stop() {
      stopHeart();
      peers.stop();
      for (const vehicle of vehicles.values()) vehicle.stop();
      await transport.stop();
    },
  };
}

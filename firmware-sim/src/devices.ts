/** The serial devices of a simulated farm: what each says by itself, how often, and what it answers. No clock, no port. */
import { DavisConsole } from './codec/davis-console.ts';
import { DroneRadio, RADIO_STEP_MS } from './codec/drone-radio.ts';
import { ModbusBus, registersOf } from './codec/modbus-slave.ts';
import { DEFAULTS, type SimLine } from './config.ts';
import type { Emission } from './faults.ts';
import type { World } from './world/world.ts';

export interface SerialDevice {
  /** Milliseconds of simulated time between two calls of `tick`; undefined where it only answers. */
  readonly everyMs: number | undefined;
  /** What it sends by itself at the world's present time. */
  tick(): Emission[];
  /** What it answers to bytes of the host. */
  take(bytes: Uint8Array): Emission[];
}

const CONSOLE_EVERY_MS = 2_000;

/** The devices of a line. */
export function deviceOf(line: SimLine, world: World): SerialDevice {
  if (line.type === 'modbus') return soilBus(line, world);
  if (line.type === 'davis') return weatherConsole(line.device, line.clickMm ?? DEFAULTS.clickMm, world);
  return droneRadio(line.device, line.systemId ?? DEFAULTS.systemId, world);
}

function soilBus({ probes }: Extract<SimLine, { type: 'modbus' }>, world: World): SerialDevice {
  const byAddress = new Map(probes.map((probe) => [probe.address, probe]));
  const bus = new ModbusBus((address) => {
    const probe = byAddress.get(address);
    return probe === undefined ? undefined : registersOf(world.soilAt(probe.field, probe.depthCm, probe.device));
  });
  return {
    everyMs: undefined,
    tick: () => [],
    take: (bytes) =>
      bus.take(bytes).map(({ address, reply }) => ({
        device: byAddress.get(address)?.device as string,
        bytes: reply,
        framed: true,
      })),
  };
}

function weatherConsole(device: string, clickMm: number, world: World): SerialDevice {
  const console = new DavisConsole(() => ({ ...world.weather(), clickMm }));
  return {
    everyMs: CONSOLE_EVERY_MS,
    tick() {
      const packet = console.tick();
      return packet === undefined ? [] : [{ device, bytes: packet, framed: true }];
    },
    take(bytes) {
      const answer = console.take(bytes);
      return answer.length === 0 ? [] : [{ device, bytes: answer, framed: false }];
    },
  };
}

function droneRadio(device: string, systemId: number, world: World): SerialDevice {
  const radio = new DroneRadio(world, systemId);
  return {
    everyMs: RADIO_STEP_MS,
    tick: () => radio.frames().map((bytes) => ({ device, bytes, framed: true })),
    take: () => [],
  };
}

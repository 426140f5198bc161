/**
 * One RS485 bus or Modbus TCP connection with its devices: reads each when its turn comes, in as few requests as its register map allows, and
 * hands what it said to the intake. Whose turn it is stands in schedule.ts, how one request goes in master.ts.
 */
import {
  type Cancel,
  codeOf,
  type DeviceStatus,
  KarezError,
  type ModbusProfile,
  messageOf,
  RELAY_BOARDS,
} from '@karez/model';
import type { LinePort } from '../config/port.ts';
import type { ConfiguredDevice } from '../config.ts';
import { foreignNote } from '../decode/foreign.ts';
import { DEFAULTS } from '../defaults.ts';
import type { DeviceLine, EdgeDeps, Intake } from '../ports.ts';
import { type OpenTransport, startTransport } from '../transport/transport.ts';
import { framingOf } from './framing.ts';
import type { ModbusLineConfig, RelayOutput } from './line-config.ts';
import { Master } from './master.ts';
import type { ReadRequest } from './read.ts';
import { groupRegisters, type RegisterGroup, registerValue } from './registers.ts';
import { relayOutputs } from './relay-outputs.ts';
import { RequestQueue } from './request-queue.ts';
import { isSilent, Schedule, type Turn } from './schedule.ts';

interface Probe extends Turn {
  device: ConfiguredDevice;
  profile: ModbusProfile;
  address: number;
  groups: RegisterGroup[];
  timeouts: number;
  /** Samples on their way to the disk, and since when none has arrived. */
  underWay: number;
  underWaySinceMs: number;
  /** What is wrong with its answers. */
  trouble: string | null;
  /** Why its last sample was not accepted. */
  refusal: string | null;
}

/** The disk does not keep up when nothing arrives there for so long: commits may be some seconds apart. */
const DISK_MS = 3_000;
/** First turns are spread over so long at most. */
const SPREAD_MS = 2_000;
/** Where no device is to be read. */
const LONGEST_SLEEP_MS = 60_000;
/** "Acknowledge" and "busy": the device asks to be asked again. */
const BUSY = ['exception 5', 'exception 6'];

export function startModbusBus(
  config: ModbusLineConfig,
  devices: readonly ConfiguredDevice[],
  intake: Intake,
  deps: EdgeDeps,
  open: OpenTransport = startTransport,
): DeviceLine {
  const { clock } = deps;
  const configured = config.devices.map(({ id }) => devices.find((d) => d.id === id) as ConfiguredDevice);
  const usual = configured[0]?.profileRecord as ModbusProfile | undefined;
  const relays = config.outputs ?? [];
  const makersRate = usual?.baudRate ?? RELAY_BOARDS[(relays[0] as RelayOutput).board].baudRate;
  const baudRate = ('serial' in config.port ? config.port.baudRate : undefined) ?? makersRate;
  const transport = open(usual === undefined ? config.port : withParity(config.port, usual), baudRate, deps);
  const framing = framingOf(config.framing ?? 'rtu');
  const master = new Master(transport, clock, {
    framing,
    baudRate,
    timeoutMs: config.timeoutMs ?? DEFAULTS.timeoutMs,
    turnaroundMs: config.turnaroundMs ?? (framing.needsSilence ? DEFAULTS.turnaroundMs : 0),
  });
  const probes = configured.map((device, i): Probe => {
    const profile = device.profileRecord as ModbusProfile;
    const address = (config.devices[i] as { address: number }).address;
    const groups = groupRegisters(profile);
    const intervalMs = device.intervalMs ?? profile.intervalMs;
    return {
      ...{ device, profile, address, groups, intervalMs },
      costMs: master.costMs(requestFor({ address }, groups[0] as RegisterGroup)),
      dueMs: clock.monoMs() + (i * Math.min(intervalMs, SPREAD_MS)) / configured.length,
      ...{ failures: 0, underWay: 0, underWaySinceMs: 0, timeouts: 0, trouble: null, refusal: null },
      get isWaiting() {
        return this.underWay > 0 && clock.monoMs() - this.underWaySinceMs >= DISK_MS;
      },
    };
  });
  const schedule = new Schedule(probes);
  const orders = new RequestQueue(master, () => sleeping?.wake());
  let isRunning = false;
  let stopped = false;
  let sleeping: { wake(): void } | undefined;

  transport.onOpen = () => {
    schedule.askAllNow(clock.monoMs());
    orders.open();
    if (!isRunning) void run();
  };

  async function run(): Promise<void> {
    isRunning = true;
    while (!stopped && transport.open) {
      if (await orders.serve()) continue;
      const next = schedule.next(clock.monoMs());
      if ('waitMs' in next) await sleep(next.waitMs);
      else await turn(next);
    }
    isRunning = false;
    orders.close(transport.trouble ?? `${transport.name} is not open`);
  }

  function sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel: Cancel = clock.after(Math.min(ms, LONGEST_SLEEP_MS), resolve);
      sleeping = {
        wake() {
          cancel();
          resolve();
        },
      };
    });
  }

  async function turn(probe: Probe): Promise<void> {
    const beganMs = clock.monoMs();
    const sample = new Map<number, number>();
    try {
      await read(probe, sample);
      schedule.answered(probe, clock.monoMs());
      probe.trouble = foreignNote(probe.profile, [...sample.keys()], [...sample.values()]) ?? null;
    } catch (error) {
      // A line that closed is no fault of the device.
      if (codeOf(error) !== 'TRANSPORT_CLOSED') {
        schedule.failed(probe, clock.monoMs() - beganMs, clock.monoMs());
        probe.trouble = messageOf(error);
      }
    }
    if (sample.size > 0 && !stopped) accept(probe, sample);
  }

  /** Reads all groups into `sample`, by channel; what was read before one failed stays there. */
  async function read(probe: Probe, sample: Map<number, number>): Promise<void> {
    for (const group of probe.groups) {
      const data = await askAgain(requestFor(probe, group), probe);
      for (const position of group.channels) {
        const channel = probe.profile.channels[position] as ModbusProfile['channels'][number];
        try {
          sample.set(position, registerValue(channel, group, data));
        } catch (error) {
          reject(probe, error as KarezError, master.heard);
          throw error;
        }
      }
    }
  }

  async function askAgain(request: ReadRequest, probe: Probe): Promise<Uint8Array> {
    const tries = isSilent(probe) ? 1 : 1 + (config.retries ?? DEFAULTS.retries);
    for (let attempt = 1; ; attempt++) {
      try {
        return await master.ask(request);
      } catch (error) {
        if (!(error instanceof KarezError) || error.code === 'TRANSPORT_CLOSED') throw error;
        if (error.code === 'DEVICE_TIMEOUT') probe.timeouts++;
        else reject(probe, error, master.heard);
        const isRefusal = error.code === 'DEVICE_EXCEPTION' && !BUSY.includes(error.where ?? '');
        if (attempt >= tries || isRefusal || stopped) throw error;
      }
    }
  }

  /** Devices are asked on while this sample goes to disk; this one not once that takes too long. */
  function accept(probe: Probe, sample: Map<number, number>): void {
    const channels = [...sample.keys()].sort((a, b) => a - b);
    const values = channels.map((position) => sample.get(position) as number);
    if (probe.underWay++ === 0) probe.underWaySinceMs = clock.monoMs();
    const arrived = () => {
      probe.underWay--;
      probe.underWaySinceMs = clock.monoMs();
    };
    intake.accept({ device: probe.device.id, channels, values }).then(
      () => {
        arrived();
        probe.refusal = null;
      },
      (error) => {
        arrived();
        probe.refusal = messageOf(error);
        if (error instanceof KarezError && !error.retry) reject(probe, error);
      },
    );
  }

  function reject(probe: Probe, { code, message }: KarezError, bytes?: Uint8Array): void {
    intake.reject({
      device: probe.device.id,
      source: transport.name,
      code,
      reason: message,
      ...(bytes === undefined ? {} : { bytes }),
    });
  }

  return {
    switches: relayOutputs(relays, (request) => orders.ask(request)),
    status: (): DeviceStatus[] =>
      probes.map(({ device, timeouts, trouble, refusal }) => ({
        ...{ id: device.id, lastMs: null, accepted: 0, rejected: 0, timeouts },
        trouble: transport.trouble ?? trouble ?? refusal,
      })),
    async stop() {
      stopped = true;
      sleeping?.wake();
      master.giveUp();
      await transport.stop();
    },
  };
}

/** The port with the parity of the maker where the configuration names none. */
export function withParity(port: LinePort, { parity }: ModbusProfile): LinePort {
  return 'serial' in port && parity !== undefined ? { parity, ...port } : port;
}

function requestFor(
  { address }: Pick<Probe, 'address'>,
  { function: code, register, count }: RegisterGroup,
): ReadRequest {
  return { address, function: code, register, count };
}

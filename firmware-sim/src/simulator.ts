/**
 * Joins the farm to the outside: simulated time follows the clock, lines come out at ports, nodes connect to the
 * gateway's broker.
 */
import { type Clock, type Logger, messageOf, type Random, seededRandom } from '@karez/model';
import { DEFAULTS, type LoadedSim } from './config.ts';
import { Farm } from './farm.ts';
import type { FaultReport } from './faults/faults.ts';
import { KeepingSender } from './node/keeping-sender.ts';
import { type NodeMessage, soilNodePacket } from './node/message.ts';
import { mqttLink } from './node/mqtt-link.ts';
import type { Told } from './node/told.ts';
import { openPort, type Port } from './port/port.ts';
import type { Outlet, OutletCounts } from './publishers/publisher-kind.ts';
import { publisherKindOf } from './publishers/publisher-table.ts';
import type { Record } from './record.ts';

export interface SimulatorOptions {
  /** Simulated seconds in a second. */
  speed: number;
  seed?: number;
  /**
   * What right clocks of devices show: simulated time, or the real time whatever the speed. In the second case what has a
   * pace of its own, such as a console's packets, keeps it too, and nodes alone speak faster.
   */
  clocks?: 'simulated' | 'real';
  /** Simulated seconds after which time stands still. Default never. */
  forS?: number;
  /** Time stands still until it is told to start; ports are there already. */
  waits?: boolean;
}

export interface SimulatorDeps {
  clock: Clock;
  logger: Logger;
  record: Record;
}

export interface Simulator {
  /** For the ready line. */
  readonly facts: {
    seed: number;
    start: string;
    speed: number;
    clocks: 'simulated' | 'real';
    /** The wall clock when simulated time began, ms since 1970. */
    beganMs: number;
    lines: { type: string; port: string }[];
    nodes: number;
    publishers: number;
  };
  readonly farm: Farm;
  readonly nodes: readonly KeepingSender<NodeMessage>[];
  /** Obeys a command as it came in; returns what to answer. */
  command(line: string): object;
  /** What became of every fault, and of the nodes' messages. */
  report(): FarmReport;
  stop(): Promise<void>;
}

export interface FarmReport {
  simulatedMs: number;
  faults: FaultReport[];
  /** Messages of all nodes: not yet acknowledged, acknowledged, sent again, given up. */
  nodes: { waiting: number; acked: number; repeated: number; dropped: number };
  /** The same of all publishers. */
  publishers: OutletCounts;
}

/** Whether a command is `{"key":"what"}`. */
const asksFor = (value: unknown, key: string, what: string) =>
  (value as { [key: string]: unknown } | null)?.[key] === what;

const NONE: OutletCounts = { waiting: 0, sent: 0, repeated: 0, dropped: 0 };
const added = (a: OutletCounts, b: OutletCounts): OutletCounts => ({
  ...{ waiting: a.waiting + b.waiting, sent: a.sent + b.sent },
  ...{ repeated: a.repeated + b.repeated, dropped: a.dropped + b.dropped },
});

/** How often simulated time is brought up to date. */
const STEP_MS = 50;

/**
 * Starts everything; resolves once all ports are there. Nodes connect when the broker is there.
 * @throws KarezError PORT_TAKEN or FILE_UNREADABLE in words; nothing is left open then.
 */
export async function startSimulator(
  { config, passwords, sourcePasswords = {}, folder, recordings }: LoadedSim,
  { speed, seed = config.seed, clocks = 'simulated', forS = Number.POSITIVE_INFINITY, waits = false }: SimulatorOptions,
  { clock, logger, record }: SimulatorDeps,
): Promise<Simulator> {
  const random: Random = seededRandom(seed);
  const ports: Port[] = [];
  const broker = config.nodes?.broker ?? '';
  const nodes = new Map(
    (config.nodes?.devices ?? []).map(({ device }) => {
      const open = mqttLink({ broker, user: device, password: passwords[device] as string }, soilNodePacket(device));
      const limit = config.nodes?.flashMessages ?? DEFAULTS.flashMessages;
      const acked = ({ n, t, cutAt }: NodeMessage) => {
        if (cutAt === undefined) record.acked(device, n, t);
      };
      const node = new KeepingSender<NodeMessage>(device, limit, open, acked, {
        clock,
        random,
        logger,
      });
      return [device, node] as const;
    }),
  );
  const outlets = (config.publishers ?? []).map((publisher): Outlet<Told> => {
    const password = sourcePasswords[publisher.name] as string;
    const { uplinked: acked } = record;
    const clockMs = (device: string) => farm.faults.clockMs(device);
    return publisherKindOf(publisher).outlet(publisher, { clock, random, logger, password, acked, clockMs });
  });
  const outletOf = new Map(
    (config.publishers ?? []).flatMap((publisher, i) =>
      publisherKindOf(publisher)
        .devices(publisher)
        .map(({ id }) => [id, outlets[i] as Outlet<Told>] as const),
    ),
  );
  const startMs = config.start === 'now' ? Math.round(clock.wallMs()) : Date.parse(config.start);
  let beganWallMs = clock.wallMs();
  let beganMs = clock.monoMs();
  const real = {
    deviceClock: (ms: number) => beganWallMs + (ms - startMs) / speed,
    pace: speed,
  };
  const farm: Farm = new Farm(
    config,
    {
      seed,
      startMs,
      firstCounter: record.firstCounter,
      ...(recordings && { recordings }),
      ...(clocks === 'real' ? real : {}),
    },
    {
      bytes: (line, bytes) => ports[line]?.write(bytes),
      message(device, message) {
        record.use(message.n);
        nodes.get(device)?.add(message);
      },
      told: (publisher, message) => outlets[publisher]?.add(message),
      power(device, isOn) {
        nodes.get(device)?.power(isOn);
        outletOf.get(device)?.power(device, isOn);
      },
    },
  );
  const lines = config.lines ?? [];
  let restsAtMs = waits ? startMs : startMs + forS * 1_000;
  const catchUp = () => farm.advance(Math.min(restsAtMs, startMs + (clock.monoMs() - beganMs) * speed));
  try {
    for (const [i, line] of lines.entries()) {
      const take = (bytes: Uint8Array) => {
        catchUp();
        farm.take(i, bytes);
      };
      ports.push(await openPort(line.port, folder, take, { clock, logger }));
    }
  } catch (error) {
    for (const port of ports) await port.stop();
    throw error;
  }
  const report = (): FarmReport => ({
    simulatedMs: farm.nowMs,
    faults: farm.faults.reports(),
    nodes: [...nodes.values()].reduce(
      (sum, { waiting, counts }) => ({
        ...{ waiting: sum.waiting + waiting, acked: sum.acked + counts.acked },
        ...{ repeated: sum.repeated + counts.repeated, dropped: sum.dropped + counts.dropped },
      }),
      { waiting: 0, acked: 0, repeated: 0, dropped: 0 },
    ),
    publishers: outlets.map((outlet) => outlet.counts()).reduce(added, NONE),
  });
  const stopClock = clock.every(STEP_MS, catchUp);
  for (const sender of [...nodes.values(), ...outlets]) sender.start();

  return {
    facts: {
      ...{
        seed,
        start: new Date(startMs).toISOString(),
        speed,
        clocks,
        nodes: nodes.size,
        publishers: outlets.length,
        beganMs: beganWallMs,
      },
      lines: lines.map((line, i) => ({ type: line.type, port: (ports[i] as Port).name })),
    },
    farm,
    nodes: [...nodes.values()],
    command(text) {
      try {
        catchUp();
        const value: unknown = JSON.parse(text);
        if (asksFor(value, 'report', 'faults')) return { event: 'faults', ...report() };
        if (asksFor(value, 'world', 'start')) {
          beganWallMs = clock.wallMs();
          beganMs = clock.monoMs();
          restsAtMs = startMs + forS * 1_000;
          return { event: 'start', beganMs: beganWallMs };
        }
        if (asksFor(value, 'world', 'rest')) {
          restsAtMs = farm.nowMs;
          return { event: 'rest', ...report() };
        }
        const command = farm.command(value);
        return { event: 'fault', ...command, fired: farm.faults.fired.get(command.device) ?? 0 };
      } catch (error) {
        return { event: 'refused', reason: messageOf(error) };
      }
    },
    report,
    async stop() {
      stopClock();
      for (const sender of [...nodes.values(), ...outlets]) sender.stop();
      await Promise.all(ports.map((port) => port.stop()));
      record.close();
    },
  };
}

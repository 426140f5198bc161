/** From a scenario to what simulator and gateway are told. Pure: ports are handed in, so that a plan can be checked before anything runs. */
import { type FaultCommand, type FaultTarget, type SimConfig, targetsOf } from '@karez/firmware-sim';
import { KarezError, PROFILES } from '@karez/model';
import type { Rule } from '@karez/model/schemas';
import type { KindContext } from './kinds/device-kind.ts';
import { deviceKindOf } from './kinds/kind-table.ts';
import { type RuleEntry, ruleOf } from './rules.ts';
import type { DeviceFault, Scenario } from './schema.ts';
import { fieldMs } from './times.ts';

export const FARM = 'scenario';
export const GATEWAY = 'gateway';
const LOOPBACK = '127.0.0.1';
const SITE = { latitude: 44.3, longitude: 86.05, elevationM: 450 };
/** The gateway reads no device more often. */
const SHORTEST_MS = 100;
/** In the block of Decentlab. */
const FIRST_DEV_EUI = 0x70b3d57ba0000000n;

export interface PlanOptions {
  seed: number;
  speed: number;
  /** Now, for where the field's time follows from it. UTC ms. */
  nowMs: number;
  ports: { mqtt: number; status: number; uplink: number; lines: readonly number[] };
}

export interface Plan {
  seed: number;
  speed: number;
  lastsMs: number;
  clocks: 'real' | 'field';
  /** When the field's time begins, UTC ms. */
  startMs: number;
  sim: SimConfig;
  /** For the cloud. */
  rules: Rule[];
  /** Written out for the gateway, which checks it. */
  gateway: object;
  nodes: string[];
  /** Names of what publishes for several devices. */
  sources: string[];
  /** The gateway's interval of each device, real ms. */
  intervalsMs: ReadonlyMap<string, number>;
  targets: ReadonlyMap<string, FaultTarget>;
  /** Which entry of `devices` a line of the simulator comes from. */
  entryOfLine: number[];
}

/** @throws KarezError CONFIG_INVALID with `where` as the scenario's key. */
export function planOf(scenario: Scenario, { seed, speed, nowMs, ports }: PlanOptions): Plan {
  const lastsMs = fieldMs(scenario.lasts);
  const { clocks = 'real', site = SITE } = scenario;
  // With the field's clocks the scenario ends now: what is left of it passes at its speed.
  const startMs =
    clocks === 'field' ? Math.round(nowMs + lastsMs / speed - lastsMs) : Date.parse(scenario.start ?? toMinute(nowMs));
  const fields = scenario.fields.map((field, i) => ({
    ...field,
    outline: field.outline ?? square(site.longitude + 0.005 * (i % 20), site.latitude + 0.004 * Math.floor(i / 20)),
  }));
  const lines: { sim: object; gateway: object }[] = [];
  const nodes: ReturnType<ReturnType<typeof deviceKindOf>['play']>['nodes'] = [];
  const entryOfLine: number[] = [];
  const publishers: NonNullable<ReturnType<ReturnType<typeof deviceKindOf>['play']>['publishers']> = [];
  let systemId = 0;
  let devEui = 0;
  let opened = 0;
  for (const [i, entry] of scenario.devices.entries()) {
    const context: KindContext = {
      port(how) {
        const n = opened++;
        if (how === 'pty') return { sim: { pty: `run/tty-${n + 1}` }, gateway: { serial: `run/tty-${n + 1}` } };
        const tcp = ports.lines[n] ?? 0;
        return { sim: { tcp, host: LOOPBACK }, gateway: { tcp: `${LOOPBACK}:${tcp}` } };
      },
      intervalMs(every) {
        const ms = clocks === 'field' ? fieldMs(every) : Math.round(fieldMs(every) / speed);
        if (fieldMs(every) / speed < SHORTEST_MS)
          throw invalid(
            `devices.${i}.every`,
            `is ${Math.round(fieldMs(every) / speed)} ms of real time at speed ${speed}; the gateway needs at least ${SHORTEST_MS}: measure less often, or run slower`,
          );
        return ms;
      },
      outlineOf: (id) => fields.find((field) => field.id === id)?.outline ?? [],
      nextSystemId: () => (systemId++ % 255) + 1,
      nextDevEui: () => (FIRST_DEV_EUI + BigInt(devEui++)).toString(16),
    };
    const played = deviceKindOf(entry).play(entry, context);
    lines.push(...played.lines);
    nodes.push(...played.nodes);
    publishers.push(...(played.publishers ?? []));
    entryOfLine.push(...played.lines.map(() => i));
  }
  const nodeIds = nodes.map(({ sim }) => sim.device);
  const sim = {
    ...{ seed, start: new Date(startMs).toISOString(), site },
    fields: fields.map(({ id, soil, outline }) => ({ id, soil, outline })),
    lines: lines.map((line) => line.sim),
    ...(scenario.recordings === undefined ? {} : { recordings: scenario.recordings }),
    ...(nodes.length === 0
      ? {}
      : {
          nodes: {
            broker: `mqtt://${LOOPBACK}:${ports.mqtt}`,
            intervalS: 60,
            flashMessages: 100_000,
            devices: nodes.map((node) => node.sim),
          },
        }),
    publishers: publishers.map((one) => ({ ...one.sim, broker: `mqtt://${LOOPBACK}:${ports.mqtt}` })),
    weather: (scenario.weather ?? []).map(({ kind, at = '0s', for: lasting }) => ({
      ...{ kind, afterS: fieldMs(at) / 1_000, forS: fieldMs(lasting) / 1_000 },
    })),
    faults: (scenario.faults ?? []).map(orderOf),
  } as unknown as SimConfig;
  const gateway = {
    farm: { id: FARM, title: scenario.title },
    gateway: { id: GATEWAY, title: 'Gateway' },
    ...{ data: 'gateway', secrets: 'secrets.yaml' },
    uplink: { ...(scenario.gateway?.uplink as object | undefined), url: `mqtt://${LOOPBACK}:${ports.uplink}` },
    status: { port: ports.status },
    ...(scenario.gateway?.journal === undefined ? {} : { journal: scenario.gateway.journal }),
    fields: fields.map(({ id, title, crop, outline }) => ({
      ...{ id, title: title ?? id, outline },
      ...(crop === undefined ? {} : { crop }),
    })),
    lines: [...lines, ...publishers].map((line) => line.gateway),
    ...(nodes.length + publishers.length === 0
      ? {}
      : { mqtt: { port: ports.mqtt, devices: nodes.map((node) => node.gateway) } }),
  };
  return {
    ...{ seed, speed, lastsMs, clocks, startMs, sim, gateway, nodes: nodeIds, entryOfLine },
    sources: publishers.map(({ sim }) => sim.name),
    rules: (scenario.rules ?? []).map((rule) => ruleOf(rule as RuleEntry)),
    intervalsMs: intervalsOf([...lines, ...publishers, ...nodes].map((part) => part.gateway)),
    targets: targetsOf(sim),
  };
}

/** The simulator's order for a fault of a scenario. */
export function orderOf({ fault, device, at = '0s', for: lasting, ...options }: DeviceFault): FaultCommand {
  return {
    ...{ fault: fault as FaultCommand['fault'], device, afterS: fieldMs(at) / 1_000 },
    ...(lasting === undefined ? {} : { forS: fieldMs(lasting) / 1_000 }),
    ...options,
  };
}

interface GatewayPart {
  id?: string;
  profile?: string;
  intervalMs?: number;
  device?: GatewayPart;
  devices?: GatewayPart[];
}

function intervalsOf(parts: readonly GatewayPart[]): Map<string, number> {
  const intervals = new Map<string, number>();
  for (const part of parts)
    for (const device of part.devices ?? [part.device ?? part]) {
      if (intervals.has(device.id as string))
        throw invalid(
          'devices',
          `must have ids that differ, also those that count makes; "${device.id}" is there twice`,
        );
      const profile = PROFILES.find(({ id }) => id === device.profile);
      intervals.set(device.id as string, device.intervalMs ?? profile?.intervalMs ?? 10_000);
    }
  return intervals;
}

export const invalid = (key: string, expected: string): KarezError =>
  new KarezError('CONFIG_INVALID', `${key} ${expected}`, { where: key });

const toMinute = (ms: number) => new Date(Math.floor(ms / 60_000) * 60_000).toISOString();

/** Some five hectares, its south-west corner at a place. */
function square(longitude: number, latitude: number): [number, number][] {
  const [east, north] = [longitude + 0.0028, latitude + 0.002];
  return [
    [longitude, latitude],
    [east, latitude],
    [east, north],
    [longitude, north],
  ];
}

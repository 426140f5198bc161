/** What the gateway says of itself: to the cloud, to its own page, to Prometheus. */
import type { Clock, GatewayStatus } from '@karez/model';
import type { Catalog } from '../catalog.ts';
import type { Timekeeper } from '../clock/timekeeper.ts';
import type { GatewayConfig } from '../config.ts';
import { DEFAULTS } from '../defaults.ts';
import type { Journal, JournalState } from '../journal/journal.ts';
import type { Pipeline } from '../pipeline.ts';
import type { DeviceLine } from '../ports.ts';
import type { GatewayRules } from '../rules/gateway-rules.ts';
import type { Uplink } from '../uplink/uplink.ts';

export interface StatusParts {
  config: GatewayConfig;
  journal: Journal;
  catalog: Catalog;
  pipeline: Pipeline;
  uplink: Uplink;
  timekeeper: Timekeeper;
  lines: DeviceLine[];
  clock: Clock;
  startedMs: number;
  version: string;
  rate: Rate;
  rules: Pick<GatewayRules, 'status'>;
}

/** Segments that are told: more are over and settled. */
const SEGMENTS = 16;
/** Bytes that a waiting reading takes where too few wait to tell: merged blocks of field data take 0.5 to 1.3, with room to spare. */
const USUAL_BYTES = 2;
const MANY = 10_000;

export function gatewayStatus(parts: StatusParts): GatewayStatus {
  const { journal, uplink, timekeeper, pipeline, clock, config } = parts;
  const { state } = journal;
  const { refused } = state;
  // What is acknowledged does not wait, although the journal has not written it down yet.
  const unwritten = Math.min(uplink.unwritten, state.waiting);
  const [waiting, stored] = [state.waiting - unwritten, state.stored + unwritten];
  const lost = Object.entries(state.lost).map(([reason, readings]) => ({ reason, readings }));
  const lostReadings = lost.reduce((sum, l) => sum + l.readings, 0);
  const now = timekeeper.now().timeMs;
  const rules = parts.rules.status();
  return {
    ...{ v: 1, online: true, epoch: parts.catalog.inventory.epoch, version: parts.version },
    ...{ timeMs: now, monoMs: Math.round(clock.monoMs()), startedMs: parts.startedMs },
    ...{ accepted: stored + refused + waiting + lostReadings, stored, waiting, refused, lost },
    segments: state.segments.slice(-SEGMENTS).map(([first, last]) => [first, last]),
    clock: timekeeper.status(),
    journal: {
      ...{ bytes: state.bytes, limitBytes: state.limitBytes, writable: state.writable },
      policy: config.journal?.whenFull ?? DEFAULTS.whenFull,
      oldestMs: waiting === 0 ? null : journal.oldestMs(now),
      hoursLeft: hoursLeft(state, parts.rate.perHour()),
    },
    link: { state: uplink.link.state, sinceMs: Math.round(uplink.link.sinceMs), roundTripMs: uplink.roundTripMs },
    devices: parts.lines.flatMap((line) => line.status()).map((device) => pipeline.deviceStatus(device)),
    ...(rules === undefined ? {} : { rules }),
  };
}

/** Hours until the journal is full at the present rate if nothing leaves; null while nothing comes in. */
export function hoursLeft(
  { bytes, limitBytes, waiting }: Readonly<JournalState>,
  readingsPerHour: number,
): number | null {
  if (readingsPerHour <= 0) return null;
  const each = waiting > MANY ? bytes / waiting : USUAL_BYTES;
  return Math.max(0, limitBytes - bytes) / (each * readingsPerHour);
}

export interface Rate {
  perHour(): number;
  stop(): void;
}

const RATE_EVERY_MS = 10_000;
const RATE_MEMORY = 30;
const FIRST_MS = 1_000;

/** Readings per hour, from the last five minutes. */
export function startRate(clock: Clock, accepted: () => number): Rate {
  const marks: [monoMs: number, accepted: number][] = [[clock.monoMs(), accepted()]];
  const stop = clock.every(RATE_EVERY_MS, () => {
    marks.push([clock.monoMs(), accepted()]);
    if (marks.length > RATE_MEMORY) marks.shift();
  });
  return {
    stop,
    perHour() {
      const [thenMs, then] = marks[0] as [number, number];
      const elapsed = clock.monoMs() - thenMs;
      return elapsed < FIRST_MS ? 0 : ((accepted() - then) / elapsed) * 3_600_000;
    },
  };
}

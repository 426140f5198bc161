/**
 * What is done to whom, and when, from one seed. Each victim has its own stream of chance, so that the order in which the
 * machine gets round to things changes no draw.
 */
import { LIMITS, type Random, seededRandom } from '@karez/model';

export type Victim = 'gateway' | 'cloud' | 'influxd';

/** When a process is killed: so long after it was started, ready or not, or so long after it was ready. */
export interface Life {
  after: 'start' | 'ready';
  ms: number;
}

export interface Fault {
  /** It strikes once so many kills have been done. */
  atKill: number;
  /** Calm is none: nobody is killed for a while, so that much is under way when it goes on. */
  kind: 'reset' | 'silence' | 'freeze' | 'calm';
  /** How long it lasts; a reset takes no time. */
  ms: number;
}

/** Most die young, at the start or in the first work; some live long enough to drain a backlog. */
const AT_START = 0.15;
const OLD = 0.15;
const START_MS = 1_200;
const YOUNG_MS = 900;
const OLD_MS = 5_000;
/** InfluxDB starts in a fraction of the others' time, and would else be killed more often than both together. */
const PATIENCE: Record<Victim, number> = { gateway: 1, cloud: 1, influxd: 1.8 };
/** Kills between two faults of a kind. */
const RESET_EVERY = 16;
const FREEZE_EVERY = 24;
const SILENCE_EVERY = 200;
const CALM_EVERY = 30;
/** Longer than the keepalive, so that the half-open connection is noticed, or dies first. */
const SILENCE_MS: readonly [number, number] = [LIMITS.keepaliveS * 1_000 + 1_000, LIMITS.keepaliveS * 2_000 + 2_000];
const FREEZE_MS: readonly [number, number] = [300, 3_000];
const CALM_MS: readonly [number, number] = [2_000, 5_000];

/** How long a victim lives, again and again. */
export function lives(seed: number, victim: Victim): () => Life {
  const random = seededRandom(mixed(seed, victim));
  const patience = PATIENCE[victim];
  return () => {
    const kind = random.next();
    if (kind < AT_START) return { after: 'start', ms: between(random, 0, START_MS) };
    const [least, most] = kind > 1 - OLD ? [YOUNG_MS, OLD_MS] : [0, YOUNG_MS];
    return { after: 'ready', ms: between(random, least * patience, most * patience) };
  };
}

/** The faults of a run of `kills`, in order. Every kind that fits at all comes at least once, silences in long runs. */
export function faultsOf(seed: number, kills: number, victims: readonly Victim[]): Fault[] {
  const random = seededRandom(mixed(seed, 'faults'));
  const faults: Fault[] = [];
  const plan = (kind: Fault['kind'], every: number, [least, most]: readonly [number, number]) => {
    for (let from = 0; from + every <= kills; from += every)
      faults.push({ atKill: Math.floor(from + random.next() * every), kind, ms: between(random, least, most) });
  };
  plan('reset', Math.min(RESET_EVERY, kills), [0, 0]);
  plan('silence', SILENCE_EVERY, SILENCE_MS);
  plan('calm', CALM_EVERY, CALM_MS);
  if (victims.includes('influxd')) plan('freeze', Math.min(FREEZE_EVERY, kills), FREEZE_MS);
  return faults.sort((a, b) => a.atKill - b.atKill);
}

const between = (random: Random, least: number, most: number) => Math.round(least + random.next() * (most - least));

/** Another seed for each name. */
function mixed(seed: number, name: string): number {
  let hash = seed >>> 0;
  for (const c of name) hash = Math.imul(hash ^ (c.codePointAt(0) as number), 16_777_619) >>> 0;
  return hash;
}

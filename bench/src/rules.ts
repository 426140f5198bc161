/**
 * What judging costs a gateway: 500 rules of every kind over 200 devices of eight channels in ten fields, a thousand readings a
 * second, a tick each second; by a clock that is only counted, so as fast as one core goes, in processor time. Once with rules for one field each,
 * once with all of them for the whole farm.
 */
import { type Condition, Evaluator, type RevisedRule, type RuleSample, type Scope, type World } from '@karez/model';
import type { BenchContext } from './context.ts';
import { type Figure, figure } from './figure.ts';
import { madeReadings } from './made-readings.ts';

const RULES = 500;
const DEVICES = 200;
const CHANNELS = 8;
const FIELDS = 10;
const PER_SECOND = 1_000;
/** Each device every 1.6 s: a thousand readings a second. */
const INTERVAL_MS = (DEVICES * CHANNELS * 1_000) / PER_SECOND;
const SECONDS = 100;
const START_MS = Date.UTC(2026, 3, 10);
const QUANTITIES = [
  ...['air.temperature', 'air.humidity', 'soil.temperature', 'soil.moisture'],
  ...['wind.speed', 'battery.voltage', 'battery.level', 'solar.radiation'],
];

/** One of each kind; thresholds that values cross now and then. */
const CONDITIONS: Condition[] = [
  { type: 'above', input: { quantity: 'air.temperature' }, unit: 'Cel', value: 38, recover: 37, forS: 60 },
  { type: 'below', input: { quantity: 'soil.moisture' }, unit: '%', value: 12, recover: 13 },
  {
    type: 'rate',
    input: { quantity: 'soil.temperature' },
    unit: 'Cel/h',
    direction: 'falling',
    value: 30,
    recover: 20,
    overMin: 5,
  },
  { type: 'silent', intervals: 5, leastS: 60 },
  { type: 'stuck', input: { quantity: 'wind.speed' }, unit: 'm/s', tolerance: 0, forMin: 30 },
  {
    ...{ type: 'difference', input: { quantity: 'air.temperature' }, minus: { quantity: 'soil.temperature' } },
    ...{ unit: 'Cel', is: 'above', value: 25, recover: 20 },
  },
  { type: 'above', input: { quantity: 'air.vapour-pressure-deficit' }, unit: 'kPa', value: 5, recover: 4 },
  { type: 'below', input: { quantity: 'air.dew-point' }, unit: 'Cel', value: 1, recover: 2 },
];

const fieldOf = (n: number) => `field-${n % FIELDS}`;
const WORLD: World = {
  gateways: [],
  devices: Array.from({ length: DEVICES }, (_, d) => ({
    ...{ gateway: 'gw-1', id: `device-${d}`, kind: 'weather', field: fieldOf(d), intervalMs: INTERVAL_MS },
    channels: QUANTITIES.map((quantity, c) => ({ handle: d * CHANNELS + c + 1, quantity })),
  })),
};

export async function rulesFigures(context: BenchContext): Promise<Figure[]> {
  const samples = made();
  return [
    ['rules.field', 'each for one of ten fields', (i: number) => ({ fields: [fieldOf(i)] })] as const,
    ['rules.farm', 'each for the whole farm', () => ({})] as const,
  ].map(([id, what, scopeOf]) => {
    context.say(`  ${RULES} rules, ${what} …`);
    const { rate, subjects, transitions } = judge(samples, scopeOf);
    const share = ((PER_SECOND / rate) * 100).toPrecision(2);
    const of = `${RULES} rules, ${what}: ${subjects.toLocaleString('en')} subjects, ${transitions.toLocaleString('en')} transitions`;
    return figure(
      id,
      rate,
      'readings/s',
      `one core, processor time, ${of}; at ${PER_SECOND} readings/s ${share} % of it`,
    );
  });
}

function judge(samples: readonly RuleSample[], scopeOf: (rule: number) => Scope) {
  const evaluator = new Evaluator();
  evaluator.use({ rules: ruled(scopeOf), timeZone: 'Asia/Urumqi' }, WORLD, START_MS);
  const { subjects } = evaluator.size;
  let transitions = 0;
  let tickMs = START_MS;
  // Processor time: other work on the machine does not count.
  const began = process.cpuUsage();
  for (const sample of samples) {
    for (; tickMs + 1_000 <= sample.timeMs; tickMs += 1_000) transitions += evaluator.tick(tickMs + 1_000).length;
    transitions += evaluator.see(sample, sample.timeMs).length;
  }
  const { user, system } = process.cpuUsage(began);
  const seconds = (user + system) / 1e6;
  if (transitions === 0) throw new Error('nothing fired: no measurement');
  return { rate: (samples.length * CHANNELS) / seconds, subjects, transitions };
}

function ruled(scopeOf: (rule: number) => Scope): RevisedRule[] {
  return Array.from({ length: RULES }, (_, i) => ({
    revision: i + 1,
    rule: {
      ...{ id: `rule-${i}`, enabled: true, scope: scopeOf(i), severity: 'warning', tell: [] },
      ...{ title: { en: 'x', zh: 'x' }, message: { en: 'x', zh: 'x' } },
      condition: CONDITIONS[Math.floor(i / FIELDS) % CONDITIONS.length] as Condition,
      when: { hours: { from: '00:00', to: '23:59' } },
    },
  }));
}

/** Samples of all devices in the order of their times. */
function made(): RuleSample[] {
  const readings = madeReadings(SECONDS * PER_SECOND, DEVICES * CHANNELS, START_MS, INTERVAL_MS);
  const samples: RuleSample[] = [];
  for (let at = 0; at < readings.count; at += CHANNELS) {
    const device = (at / CHANNELS) % DEVICES;
    samples.push({
      timeMs: START_MS + Math.floor(at / CHANNELS / DEVICES) * INTERVAL_MS + device * (INTERVAL_MS / DEVICES),
      handles: Array.from({ length: CHANNELS }, (_, c) => device * CHANNELS + c + 1),
      values: Array.from(readings.value.subarray(at, at + CHANNELS)),
      qualities: new Array<number>(CHANNELS).fill(0),
    });
  }
  return samples;
}

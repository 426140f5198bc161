/** Rows for batches: small ones of anything that a batch may hold, long ones as devices on a farm make them. */
import { type Random, type Reading, seededRandom } from '@karez/model';
import fc from 'fast-check';

const ABSENT = 16;
const LAST_SEQ = 2 ** 53 - 1;
const TIMES_END_MS = 2 ** 50;

const seq = fc.oneof(
  fc.integer({ min: 1, max: 5000 }),
  fc.integer({ min: 1, max: 2 ** 17 - 1 }).map((segment) => segment * 2 ** 36 - 2),
  fc.integer({ min: 1, max: LAST_SEQ }),
  fc.constant(LAST_SEQ - 40),
);
const gap = fc.oneof(
  { weight: 6, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 40 }) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 2 ** 52 }) },
);
const timeMs = fc.oneof(
  fc.integer({ min: 0, max: 100 }).map((n) => 1_780_300_800_000 + n * 900_000),
  fc.integer({ min: 0, max: 1000 }).map((n) => 1_577_836_800_000 + (n - 500) * 250),
  fc.integer({ min: 0, max: TIMES_END_MS - 1 }),
  fc.constantFrom(0, TIMES_END_MS - 1),
);
const channels = fc.oneof(
  fc
    .record({ first: fc.integer({ min: 1, max: 40 }), length: fc.integer({ min: 1, max: 6 }) })
    .map(({ first, length }) => Array.from({ length }, (_, i) => first + i)),
  fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 6 }),
  fc.array(fc.integer({ min: 1, max: 65_535 }), { minLength: 1, maxLength: 4 }),
);
const whole = fc.oneof(fc.integer({ min: -5000, max: 5000 }), fc.integer({ min: -(2 ** 50), max: 2 ** 50 }));
const decimals = fc.integer({ min: 0, max: 15 });
const value = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(whole, decimals).map(([n, d]) => n / 10 ** d + 0) },
  { weight: 2, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }) },
  { weight: 2, arbitrary: fc.float({ noNaN: true, noDefaultInfinity: true }) },
  { weight: 1, arbitrary: fc.integer({ min: -4000, max: 4000 }).map((n) => Math.round(n * 2.5) / 10) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      ...[0, -0, 5e-324, -5e-324, 2 ** -1022, Number.MAX_VALUE, -Number.MAX_VALUE, 0.1 + 0.2, 1 / 3],
      ...[2 ** 50, 2 ** 50 - 1, 1 - 2 ** 50, 2 ** 53, 1e15, 1e-15, 123456.789012345, Math.fround(0.1), Math.PI],
    ),
  },
);
const quality = fc.oneof(
  { weight: 4, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 63 }) },
);

const anySample = fc.record({ gap, timeMs, channels });
/** Values and qualities, often the same few again, as of neighbours and of sensors that rest at zero. */
const values = fc
  .tuple(fc.array(value, { minLength: 1, maxLength: 5 }), fc.boolean())
  .chain(([few, often]) =>
    fc.infiniteStream(fc.tuple(often ? fc.oneof(fc.constantFrom(...few), value) : value, quality)),
  );

/** Few readings of anything. */
export const anyRows: fc.Arbitrary<Reading[]> = fc
  .tuple(seq, fc.array(anySample, { minLength: 1, maxLength: 20 }), values)
  .map(([first, samples, stream]) => {
    const rows: Reading[] = [];
    let next = first;
    for (const sample of samples) {
      next += sample.gap;
      for (const channel of sample.channels) {
        if (next > LAST_SEQ) return rows;
        const [drawn, q] = stream.next().value as [number, number];
        const said = (q & ABSENT) === 0 ? drawn : Number.NaN;
        rows.push({ seq: next++, timeMs: sample.timeMs, channel, value: said, quality: q });
      }
    }
    return rows;
  })
  .filter((rows) => rows.length > 0);

/** Channels that begin with the same value, so that each seems to be like the one before, and then go their own ways. */
export const alikeAtFirst: fc.Arbitrary<Reading[]> = fc
  .tuple(fc.oneof(fc.constantFrom(0, 0.1, 25, -0), value), fc.array(value, { minLength: 2, maxLength: 4 }))
  .map(([first, then]) => alike(first, ...then));

/** Two samples of as many channels: one value for all, then these. */
export function alike(first: number, ...then: number[]): Reading[] {
  return [...then.map(() => first), ...then].map((said, i) => ({
    seq: i + 1,
    timeMs: 1_780_300_800_000 + Math.floor(i / then.length) * 1000,
    channel: 1 + (i % then.length),
    value: said,
    quality: 0,
  }));
}

export interface FarmDay {
  seed: number;
  devices: number;
  samples: number;
  unitMs: number;
  /** How far a sample's time may be from where it should be, in units. */
  jitterUnits: number;
  /** Share of samples that come late, are left out, have something absent or doubtful. */
  trouble: number;
}

export const farmDay: fc.Arbitrary<FarmDay> = fc.record({
  seed: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
  devices: fc.integer({ min: 1, max: 12 }),
  samples: fc.integer({ min: 1, max: 700 }),
  unitMs: fc.constantFrom(1, 10, 50, 250, 1000, 7000, 60_000, 900_000),
  jitterUnits: fc.constantFrom(0, 0, 2, 30, 100_000),
  trouble: fc.constantFrom(0, 0.01, 0.2),
});

/** How a channel's true level becomes the double that its device says. */
const WAYS: ((level: number) => number)[] = [
  (level) => Math.round(level * 10) / 10,
  (level) => Math.round(level * 100) / 100,
  (level) => Math.round(level * 1e6) / 1e6,
  (level) => Math.round(level),
  (level) => Math.fround(Math.round(level * 10) / 10),
  (level) => Math.fround(level),
  (level) => Math.round(level * 4) / 4,
  (level) => Math.round(level * 7) / 7,
  (level) => Math.round((Math.round(level * 15) / 15) * 1000) / 1000,
  (level) => Math.round(level * 10) * 0.1,
  (level) => level,
  (level) => Math.max(0, level - 3),
  (level) => Number(Math.max(0, level - 3).toPrecision(15)),
  (level) => level * 1e30,
  (level) => -level,
];

/** Many readings of devices that say some values each, one after the other. */
export function farmRows(day: FarmDay): Reading[] {
  const random = seededRandom(day.seed);
  const whole = (below: number) => Math.floor(random.next() * below);
  let first = 1;
  const devices = Array.from({ length: day.devices }, () => {
    const length = 1 + whole(8);
    const way = whole(WAYS.length);
    const channels = Array.from({ length }, (_, i) => newChannel(first + i, random, whole(3) === 0 ? way + i : way));
    first += length + whole(3);
    return { channels, everyUnits: 1 + whole(4), next: whole(5) };
  });
  const rows: Reading[] = [];
  let seq = 1 + whole(2 ** 30) * whole(2 ** 20);
  for (let i = 0; i < day.samples; i++) {
    const device = devices.reduce((a, b) => (b.next < a.next ? b : a));
    const late = whole(day.jitterUnits + 1) + (random.next() < day.trouble ? whole(50) : 0);
    const timeMs = 1_780_300_800_000 + (device.next - late) * day.unitMs;
    device.next += device.everyUnits;
    if (random.next() < day.trouble) seq += whole(100);
    for (const channel of device.channels) {
      if (random.next() < day.trouble) channel.quality = whole(2) * whole(64);
      const value = (channel.quality & ABSENT) === 0 ? channel.say() : Number.NaN;
      rows.push({ seq: seq++, timeMs, channel: channel.number, value, quality: channel.quality });
    }
  }
  return rows;
}

function newChannel(number: number, random: Random, way: number) {
  let level = (random.next() - 0.2) * 10 ** Math.floor(random.next() * 4);
  let slope = 0;
  return {
    number,
    quality: 0,
    say(): number {
      slope = slope * 0.8 + (random.next() - 0.5) * 0.3;
      level += slope;
      return (WAYS[way % WAYS.length] as (level: number) => number)(level);
    },
  };
}

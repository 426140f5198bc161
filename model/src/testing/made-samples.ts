/** Readings for tests of the wire: a farm as it is, and kinds of values that formats break on. */
import { seededRandom } from '../ports.ts';
import { QUALITY, type Reading } from '../reading.ts';

/** Devices sampled together, values that wander, a late sample now and then, here and there an absent value. */
export function farmRows(samples: number): Reading[] {
  const random = seededRandom(3);
  const rows: Reading[] = [];
  for (let s = 0; s < samples; s++) {
    const device = s % 5;
    const timeMs = 1.75e12 + Math.floor(s / 5) * 10_000 + device * 37 - (random.next() < 0.02 ? 600_000 : 0);
    for (let k = 0; k < 7; k++) {
      const quality = random.next() < 0.01 ? QUALITY.ABSENT : 0;
      const value = quality ? Number.NaN : Math.round(200 + 30 * Math.sin(s / 50 + k) + random.next() * 3) / 10;
      rows.push({ seq: rows.length + 1, timeMs, channel: device * 7 + k + 1, value, quality });
    }
  }
  return rows;
}

/** Samples of `width` channels each minute, whose values are what `value` makes of the last one. */
export function sampledRows(
  samples: number,
  width: number,
  value: (last: number, channel: number) => number,
): Reading[] {
  const last = new Map<number, number>();
  const rows: Reading[] = [];
  for (let s = 0; s < samples; s++) {
    for (let channel = 1; channel <= width; channel++) {
      const next = value(last.get(channel) ?? Number.NaN, channel);
      last.set(channel, next);
      rows.push({ seq: rows.length + 1, timeMs: 1.75e12 + s * 60_000, channel, value: next, quality: 0 });
    }
  }
  return rows;
}

/** Kinds of values, each as a function of the channel's last one, and how many bytes an hour block may take for each. */
export function kindsOfValues(): Record<string, { next: (last: number, channel: number) => number; most: number }> {
  const random = seededRandom(17);
  const wander = (start: number, width: number, decimals: number) => (last: number) =>
    Number(((Number.isNaN(last) ? start : last) + (random.next() + random.next() - 1) * width).toFixed(decimals));
  const place = [wander(34.123, 4e-5, 7), wander(108.456, 4e-5, 7), wander(420, 0.6, 1)];
  return {
    'a constant': { next: () => 12.5, most: 0.3 },
    zero: { next: () => 0, most: 0.2 },
    'one decimal': { next: wander(20, 0.4, 1), most: 0.8 },
    'two decimals at many levels': { next: (last, c) => wander(10 * 1.4 ** c, 0.5, 2)(last), most: 1.3 },
    'whole numbers of a converter': { next: wander(2000, 8, 0), most: 0.9 },
    'six decimals': { next: wander(23.456789, 0.1, 6), most: 2.7 },
    'below zero': { next: wander(-400, 0.5, 4), most: 2.1 },
    'steps of a quarter': { next: (last) => Math.round(4 * wander(20, 1, 3)(last)) / 4, most: 0.8 },
    'means of fifteen': { next: (last) => Number((Math.round(15 * wander(20, 1, 3)(last)) / 15).toFixed(5)), most: 1 },
    'single precision': { next: (last) => Math.fround(wander(20, 0.3, 1)(last)), most: 0.8 },
    'single precision of much noise': { next: () => Math.fround(20 + random.next()), most: 3.5 },
    'interpolated to fifteen digits': {
      next: (last) => Number((wander(480, 8, 0)(last) + random.next() * 1e-6).toPrecision(15)),
      most: 4.2,
    },
    'sums that no decimal carries': { next: (last) => (Number.isNaN(last) ? 0.1 : last + 0.1), most: 1.5 },
    'large counters': { next: (last) => (Number.isNaN(last) ? 1e9 : last + Math.floor(random.next() * 50)), most: 1.4 },
    places: { next: (last, channel) => (place[channel % 3] as (last: number) => number)(last), most: 1.6 },
    doubles: { next: () => random.next() - 0.5, most: 9 },
  };
}

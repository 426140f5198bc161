/** Sentences of NMEA 0183 from the simulator's weather instrument, in a stream. */
import { SentenceFinder } from '@karez/edge';
import { nmeaSentences } from '@karez/firmware-sim';
import { luckOf } from '../damage.ts';
import type { Found, Target } from '../target.ts';

const LONGEST = 200;
const START_MS = Date.UTC(2026, 5, 10);
const latin1 = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');

export const nmea: Target = {
  ...{ name: 'nmea', feeding: 'stream', holdsAtMost: LONGEST, marks: [0x24, 0x21, 0x2a, 0x2c, 0x0d, 0x0a] },
  open(random) {
    const { below } = luckOf(random);
    const taken: string[] = [];
    const waiting: string[] = [];
    let refused = 0;
    const finder = new SentenceFinder(
      true,
      ({ talker, formatter, fields }) => taken.push([talker + formatter, ...fields].join(',')),
      () => refused++,
    );
    /** All that an instrument says in one second. */
    const second = () => {
      const perhaps = (value: number) => (below(8) === 0 ? Number.NaN : value);
      const weather = {
        ...{ temperatureC: perhaps(below(900) / 10 - 40), humidityPct: perhaps(below(1_000) / 10 + 0.1) },
        ...{ pressureHpa: perhaps(700 + below(3_500) / 10), windMs: perhaps(below(600) / 10), windDeg: below(360) },
        ...{ gustMs: 0, rainMmPerH: 0, rainDayMm: 0, cloud: 0, solarWm2: 0, uvIndex: 0, windAverage10Ms: 0 },
        ...{ windAverage2Ms: 0, gust10Ms: 0, gust10Deg: 0, pressureChange3hHpa: 0, etDayMm: 0 },
      };
      const clockMs = below(5) === 0 ? 0 : START_MS + below(1e9);
      const place = { latitude: below(180) - 90, longitude: below(360) - 180, elevationM: below(3_000) };
      return nmeaSentences({ weather, clockMs, ...place });
    };
    return {
      next() {
        if (waiting.length === 0) waiting.push(...second());
        return Uint8Array.from(Buffer.from(waiting.shift() as string, 'latin1'));
      },
      feed: (bytes) => finder.push(bytes),
      settle() {},
      taken: () => taken.splice(0),
      get held() {
        return finder.waiting;
      },
      get refused() {
        return refused;
      },
    };
  },
  oracle(bytes) {
    const found: Found[] = [];
    for (const { 0: whole, 1: body, 2: sum, index: at } of latin1(bytes).matchAll(
      /[$!]([^$!\r\n]*)\*([0-9A-Fa-f]{2})(?:\r\n?|\n)/g,
    )) {
      const said = Number.parseInt(sum as string, 16);
      const own = [...(body as string)].reduce((all, c) => all ^ c.charCodeAt(0), 0);
      const [address = ''] = (body as string).split(',');
      const isLong = (body as string).length + 4 > LONGEST;
      const isKnown = /^P[A-Z0-9]{3,}$/.test(address) || /^[A-Z0-9]{5}$/.test(address);
      if (said === own && isKnown && !isLong) found.push({ key: body as string, at, length: whole.length });
    }
    return found;
  },
};

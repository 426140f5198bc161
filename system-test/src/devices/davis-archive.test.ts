/**
 * What a weather console goes on recording while nobody listens comes into the journal, once, with its true time, to the last
 * digit: the gateway's own parts against the simulated console, in virtual time. What is expected is read from the console
 * by this test itself, by the maker's reference.
 */
import type { SimConfig } from '@karez/firmware-sim';
import { QUALITY } from '@karez/model';
import { afterEach, describe, expect, test } from 'vitest';
import { dump, localOf, setTime, valuesOf } from './davis-by-hand.ts';
import { type StoredReading, VirtualGateway } from './virtual-gateway.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const START = Date.UTC(2026, 5, 10, 3, 0, 30);

type DavisSim = Extract<NonNullable<SimConfig['lines']>[number], { type: 'davis' }>;
type DavisLine = Extract<ConstructorParameters<typeof VirtualGateway>[0]['lines'][number], { type: 'davis' }>;

let current: VirtualGateway | undefined;
afterEach(async () => {
  await current?.end();
  current = undefined;
});

interface SetUp {
  sim?: Partial<DavisSim>;
  line?: Partial<DavisLine>;
  faults?: SimConfig['faults'];
  weather?: SimConfig['weather'];
  startMs?: number;
}

async function setUp({ sim, line, faults, weather, startMs = START }: SetUp = {}): Promise<VirtualGateway> {
  const console: DavisSim = { type: 'davis', device: 'mast', port: { pty: 'mast' }, ...sim };
  const gateway = new VirtualGateway({
    sim: {
      lines: [console],
      ...(faults === undefined ? {} : { faults }),
      ...(weather === undefined ? {} : { weather }),
    },
    lines: [
      {
        ...{ type: 'davis', port: { serial: '0' } },
        device: { id: 'mast', profile: 'davis-vantage-pro2', intervalMs: 10_000 },
        ...line,
      },
    ],
    startMs,
    stepMs: 2_000,
  });
  current = gateway;
  await gateway.start();
  return gateway;
}

/** Historical readings by time, then channel; throws where one is there twice. */
function historical(readings: StoredReading[], isEstimated = false): Map<number, Record<string, number>> {
  const byTime = new Map<number, Record<string, number>>();
  for (const { channel, timeMs, value, quality } of readings.filter((r) => (r.quality & QUALITY.HISTORICAL) !== 0)) {
    const at = byTime.get(timeMs) ?? {};
    if (channel in at) throw new Error(`${channel} is there twice at ${new Date(timeMs).toISOString()}`);
    at[channel] = value;
    if (!isEstimated) expect(quality & QUALITY.ESTIMATED).toBe(0);
    byTime.set(timeMs, at);
  }
  return byTime;
}

/** Longest time without a live reading between two moments. */
function longestWait(readings: StoredReading[], fromMs: number, toMs: number): number {
  const live = readings.filter((r) => (r.quality & QUALITY.HISTORICAL) === 0).map((r) => r.timeMs);
  const times = [fromMs, ...live.filter((t) => t > fromMs && t < toMs), toMs].sort((a, b) => a - b);
  return Math.max(...times.slice(1).map((t, i) => t - (times[i] as number)));
}

/**
 * Compares the journal with the console's memory: exactly the records with `fromMs` < time <= `toMs`, value by value.
 * @param offsetMs local time minus UTC, where it is the same for all.
 */
function expectFilled(gateway: VirtualGateway, fromMs: number, toMs: number, offsetMs = 0): StoredReading[] {
  const readings = gateway.readings();
  const found = historical(readings);
  const expected = dump(gateway).filter((r) => localOf(r) - offsetMs > fromMs && localOf(r) - offsetMs <= toMs);
  expect([...found.keys()].sort((a, b) => a - b)).toEqual(expected.map((r) => localOf(r) - offsetMs));
  for (const record of expected) {
    const { 'rain.day': _, 'et.day': __, ...values } = found.get(localOf(record) - offsetMs) as Record<string, number>;
    expect(values).toEqual(valuesOf(record));
  }
  return readings;
}

const commands = (gateway: VirtualGateway) =>
  gateway.written.map(({ bytes }) => new TextDecoder('latin1').decode(bytes)).filter((text) => /^[A-Z]/.test(text));

const STORM = [{ kind: 'storm', afterS: 600, forS: 10 * 3_600 }] as SimConfig['weather'];

/** Values of a channel in the order of time, live ones and kept ones. */
const inOrder = (readings: StoredReading[], channel: string) =>
  readings.filter((r) => r.channel === channel && !Number.isNaN(r.value)).sort((a, b) => a.timeMs - b.timeMs);

/** The day's totals rise from reading to reading, live or kept, and fall only where the console's day begins: so they must be right all through. */
function expectTotals(readings: StoredReading[], midnights: number[]): void {
  for (const channel of ['rain.day', 'et.day']) {
    const all = inOrder(readings, channel);
    expect(Math.max(...all.map((r) => r.value))).toBeGreaterThan(0);
    const falls = all.filter((r, i) => r.value < (all[i - 1]?.value ?? 0));
    for (const { timeMs } of falls)
      expect(midnights.some((at) => timeMs > at && timeMs <= at + HOUR + MINUTE)).toBe(true);
  }
}

describe('a gap is filled once, to the last digit', () => {
  test('after the cable was pulled over night, with the day’s rain and evapotranspiration carried through it', async () => {
    const gateway = await setUp({
      // Its midnight is the farm's noon, when it evaporates.
      ...{ sim: { zone: { number: 4, name: 'America/Los_Angeles' } }, weather: STORM },
      startMs: Date.UTC(2026, 5, 10, 3, 0, 30),
    });
    await gateway.advance(HOUR + 32 * MINUTE);
    const cutMs = gateway.clock.wallMs();
    gateway.cut(0);
    await gateway.advance(9 * HOUR + 3 * MINUTE);
    const mendedMs = gateway.clock.wallMs();
    gateway.mend(0);
    await gateway.advance(20 * MINUTE);
    await gateway.stop();
    const readings = expectFilled(gateway, cutMs - 20_000, mendedMs + 20_000, -7 * HOUR);
    expect(historical(readings).size).toBe(109);
    expectTotals(readings, [Date.UTC(2026, 5, 10, 7)]);
    for (const channel of ['rain.day', 'et.day']) {
      const kept = inOrder(readings, channel)
        .filter((r) => r.quality === QUALITY.HISTORICAL)
        .at(-1);
      const live = inOrder(readings, channel).find((r) => r.quality === 0 && r.timeMs > mendedMs);
      expect(kept?.value).toBe(live?.value);
    }
    // 109 records are one slice: live packets are delayed by little more than that takes.
    expect(longestWait(readings, mendedMs + 30_000, gateway.clock.wallMs() - 5_000)).toBeLessThan(20_000);
  });

  test('after the gateway was off, and not again after it was off for a moment', async () => {
    const gateway = await setUp();
    await gateway.advance(17 * MINUTE);
    await gateway.stop();
    const offMs = gateway.clock.wallMs();
    await gateway.advance(7 * HOUR);
    await gateway.start();
    const onMs = gateway.clock.wallMs();
    await gateway.advance(10 * MINUTE);
    await gateway.stop();
    await gateway.advance(2 * MINUTE);
    await gateway.start();
    await gateway.advance(10 * MINUTE);
    await gateway.stop();
    expectFilled(gateway, offMs - 20_000, onMs + 5_000);
  });

  test('through damage: pages with a wrong checksum, bytes lost in the middle, the plug pulled, the gateway killed', async () => {
    const gateway = await setUp({ sim: { archiveMinutes: 1 } });
    await gateway.advance(7 * MINUTE + 10_000);
    const cutMs = gateway.clock.wallMs();
    gateway.unplug(0);
    await gateway.advance(12 * HOUR);
    gateway.farm.command({ fault: 'bad-checksum', device: 'mast', share: 0.15 });
    gateway.farm.command({ fault: 'lose-bytes', device: 'mast', share: 0.1, bytes: 9 });
    gateway.plugIn(0);
    await gateway.advance(6_000);
    gateway.unplug(0);
    await gateway.advance(3_000);
    gateway.plugIn(0);
    await gateway.advance(9_000);
    for (const ms of [2_345, 1_003, 4_001, 30_567]) {
      gateway.crash();
      await gateway.start();
      await gateway.advance(ms);
    }
    gateway.farm.command({ fault: 'silence', device: 'mast', forS: 25 });
    await gateway.advance(40_000);
    const lastMs = gateway.clock.wallMs();
    await gateway.advance(30 * MINUTE);
    expect(gateway.farm.faults.reports().map(({ fault, strikes }) => [fault, strikes > 5])).toEqual([
      ['bad-checksum', true],
      ['lose-bytes', true],
      ['silence', true],
    ]);
    await gateway.stop();
    const found = historical(gateway.readings());
    const expected = dump(gateway).filter((r) => localOf(r) > cutMs && localOf(r) <= lastMs - 2 * MINUTE);
    expect(expected.length).toBeGreaterThan(710);
    for (const record of expected) {
      const { 'rain.day': _, 'et.day': __, ...values } = found.get(localOf(record)) ?? {};
      expect(values).toEqual(valuesOf(record));
    }
  });

  test('after days, as far as the console remembers, in slices that live packets pass between', async () => {
    const gateway = await setUp({ sim: { archiveMinutes: 1 } });
    await gateway.advance(7 * MINUTE);
    await gateway.stop();
    await gateway.advance(2 * DAY);
    await gateway.start();
    const onMs = gateway.clock.wallMs();
    await gateway.advance(20 * MINUTE);
    await gateway.stop();
    const readings = gateway.readings();
    const found = historical(readings);
    expect(found.size).toBe(2_560);
    const times = [...found.keys()].sort((a, b) => a - b);
    expect(times.at(-1)).toBe(Math.floor(onMs / MINUTE) * MINUTE);
    expect((times.at(-1) as number) - (times[0] as number)).toBe(2_559 * MINUTE);
    expect(longestWait(readings, onMs + 20_000, gateway.clock.wallMs() - 5_000)).toBeLessThan(25_000);
    // What fell on the first, unseen day is not known; from its first midnight on it is.
    expect(
      Math.min(
        ...inOrder(readings, 'rain.day')
          .filter((r) => found.has(r.timeMs))
          .map((r) => r.timeMs),
      ),
    ).toBe(Date.UTC(2026, 5, 11, 0, 1));
  }, 30_000);
});

describe('the console’s clock', () => {
  test('goes back in autumn: the hour that comes twice is there twice, in order', async () => {
    const startMs = Date.UTC(2026, 9, 24, 21, 0, 10);
    const gateway = await setUp({ sim: { zone: { number: 20, name: 'Europe/Berlin' } }, startMs });
    await gateway.advance(10 * MINUTE);
    await gateway.stop();
    await gateway.advance(6 * HOUR);
    await gateway.start();
    await gateway.advance(10 * MINUTE);
    await gateway.stop();
    const times = [...historical(gateway.readings()).keys()].sort((a, b) => a - b);
    expect(times).toEqual(Array.from({ length: 72 }, (_, i) => Date.UTC(2026, 9, 24, 21, 15) + i * 5 * MINUTE));
  });

  test('was reset to 2000 while nobody looked: records before and after have their true times', async () => {
    const gateway = await setUp({ faults: [{ fault: 'clock-1970', device: 'mast', afterS: 3 * 3_600 }] });
    await gateway.advance(HOUR);
    await gateway.stop();
    await gateway.advance(5 * HOUR);
    await gateway.start();
    await gateway.advance(10 * MINUTE);
    await gateway.stop();
    const times = [...historical(gateway.readings(), true).keys()].sort((a, b) => a - b);
    const [before, after] = [times.filter((t) => t < START + 3 * HOUR), times.filter((t) => t >= START + 3 * HOUR)];
    expect(before).toEqual(Array.from({ length: 24 }, (_, i) => Date.UTC(2026, 5, 10, 4, 5) + i * 5 * MINUTE));
    expect(after).toEqual(Array.from({ length: 36 }, (_, i) => START + 3 * HOUR + (i + 1) * 5 * MINUTE));
  });

  test('was put back by hand while nobody looked: each record has its own time, and none is lost', async () => {
    const gateway = await setUp({ sim: { zone: { offsetMinutes: 120 } } });
    await gateway.advance(20 * MINUTE);
    await gateway.stop();
    const offMs = gateway.clock.wallMs();
    await gateway.advance(2 * HOUR + 2 * MINUTE);
    setTime(gateway, gateway.clock.wallMs() + HOUR);
    await gateway.advance(3 * HOUR);
    await gateway.start();
    const onMs = gateway.clock.wallMs();
    await gateway.advance(10 * MINUTE);
    await gateway.stop();
    const times = [...historical(gateway.readings()).keys()].sort((a, b) => a - b);
    const first = Math.ceil(offMs / (5 * MINUTE)) * 5 * MINUTE;
    const count = Math.floor((onMs - first) / (5 * MINUTE)) + 1;
    expect(times).toEqual(Array.from({ length: count }, (_, i) => first + i * 5 * MINUTE));
  });

  test('is slow by minutes: records are dated by what it is slow, and marked', async () => {
    const gateway = await setUp({ sim: { zone: { offsetMinutes: 120 } } });
    await gateway.advance(MINUTE);
    await gateway.stop();
    setTime(gateway, gateway.clock.wallMs() + 2 * HOUR - 320_000);
    await gateway.start();
    await gateway.advance(10 * MINUTE);
    gateway.cut(0);
    await gateway.advance(2 * HOUR);
    gateway.mend(0);
    await gateway.advance(5 * MINUTE);
    await gateway.stop();
    const kept = gateway.readings().filter((r) => (r.quality & QUALITY.HISTORICAL) !== 0);
    const times = [...new Set(kept.map((r) => r.timeMs))];
    expect(times.length).toBeGreaterThanOrEqual(24);
    for (const r of kept) expect(r.quality & QUALITY.ESTIMATED).toBe(QUALITY.ESTIMATED);
    for (const t of times) expect(Math.abs(((t - 320_000) % (5 * MINUTE)) - 0)).toBeLessThanOrEqual(2_000);
  });

  test('does not matter before the gateway knows the time: then it is filled all the same', async () => {
    const gateway = await setUp();
    await gateway.advance(11 * MINUTE);
    await gateway.stop();
    const offMs = gateway.clock.wallMs();
    await gateway.advance(3 * HOUR);
    gateway.isSynchronised = false;
    await gateway.start();
    const onMs = gateway.clock.wallMs();
    await gateway.advance(20 * MINUTE);
    expect(commands(gateway)).not.toContain('DMPAFT\n');
    gateway.isSynchronised = true;
    await gateway.advance(10 * MINUTE);
    await gateway.stop();
    expectFilled(gateway, offMs - 20_000, onMs + 5_000);
  });
});

describe('what is wanted', () => {
  test('is nothing at the first start, unless all is asked for', async () => {
    const first = await setUp();
    await first.advance(10 * MINUTE);
    expect(commands(first)).not.toContain('DMPAFT\n');
    await first.end();

    const all = await setUp({ line: { archive: 'all' }, sim: { archiveRevision: 'A' } });
    await all.stop();
    await all.advance(2 * HOUR);
    await all.start();
    const onMs = all.clock.wallMs();
    await all.advance(10 * MINUTE);
    await all.stop();
    const readings = expectFilled(all, START, onMs + 5_000);
    expect(historical(readings).size).toBe(24);
  });

  test('is nothing where it is switched off', async () => {
    const gateway = await setUp({ line: { archive: 'off' } });
    await gateway.advance(10 * MINUTE);
    gateway.cut(0);
    await gateway.advance(HOUR);
    gateway.mend(0);
    await gateway.advance(10 * MINUTE);
    expect(commands(gateway).filter((text) => /DMPAFT|GETTIME|EEBRD 11/.test(text))).toEqual([]);
    await gateway.stop();
    expect(historical(gateway.readings()).size).toBe(0);
  });
});

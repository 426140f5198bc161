import { describe, expect, test } from 'vitest';
import type { EdgeDeps } from '../ports.ts';
import type { BoardSensor, Measured } from './sensors.ts';
import { tippingBucket } from './tipping-bucket.ts';

const NOW = Date.UTC(2026, 5, 10);
const nobody = { ask: () => Promise.reject(new Error('asks nothing')), wait: async () => {} };

/** A gauge over memory that outlives it. */
function setUp(memory = new Map<string, string>(), { fails = false, dated = true } = {}) {
  const clock = { ms: NOW };
  const troubles: (Error | null)[] = [];
  const deps: Pick<EdgeDeps, 'memory' | 'time'> = {
    memory: {
      recall: async (key) => memory.get(key) ?? null,
      async remember(key, text) {
        if (fails) throw new Error('the disk is full');
        memory.set(key, text);
        return null;
      },
    },
    time: { now: () => ({ timeMs: clock.ms, dated }) },
  } as Pick<EdgeDeps, 'memory' | 'time'>;
  const gauge = tippingBucket('gauge', 0.2, deps, 60_000, (error) => troubles.push(error));
  gauge.began(1023);
  gauge.level?.(1, 0);
  return { gauge, memory, clock, troubles };
}

let atMs = 1_000;
/** Closes the contact for a tenth of a second. */
async function tip(gauge: BoardSensor, times = 1): Promise<void> {
  for (let i = 0; i < times; i++) {
    atMs += 1_000;
    gauge.level?.(0, atMs);
    gauge.level?.(1, atMs + 100);
  }
  await settled();
}
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));
const mm = ({ values }: Measured) => Math.round((values.rain as number) * 1e6) / 1e6;

/** Measures and stores. */
async function stored(gauge: BoardSensor): Promise<Measured> {
  const measured = await gauge.measure(nobody);
  await measured.stored?.();
  return measured;
}

describe('tips', () => {
  test('are counted once, each with the number of the last', async () => {
    const { gauge } = setUp();
    expect(await stored(gauge)).toEqual({ values: { rain: 0 } });
    await tip(gauge, 3);
    const first = await stored(gauge);
    expect([mm(first), first.counter, first.timeMs, first.historical]).toEqual([0.6, 3, NOW, undefined]);
    expect(mm(await stored(gauge))).toBe(0);
    await tip(gauge);
    const second = await stored(gauge);
    expect([mm(second), second.counter]).toEqual([0.2, 4]);
  });

  test('of a bouncing contact are one', async () => {
    const { gauge } = setUp();
    for (const [level, ms] of [
      [0, 5_000],
      [1, 5_002],
      [0, 5_003],
      [1, 5_120],
      [0, 5_121],
      [1, 5_125],
    ] as const)
      gauge.level?.(level, ms);
    await settled();
    expect((await stored(gauge)).counter).toBe(1);
  });

  test('are not made of a board that starts anew, nor of the same level again', async () => {
    const { gauge } = setUp();
    gauge.began(1023);
    gauge.level?.(0, 10_000);
    gauge.level?.(0, 20_000);
    gauge.level?.(1, 30_000);
    gauge.level?.(1, 40_000);
    await settled();
    expect(mm(await stored(gauge))).toBe(0);
    gauge.level?.(0, 50_000);
    await settled();
    expect(mm(await stored(gauge))).toBe(0.2);
  });

  test('that were not taken are given again under the same number, later ones after them', async () => {
    const { gauge } = setUp();
    await tip(gauge, 2);
    const refused = await gauge.measure(nobody);
    await tip(gauge, 3);
    const again = await stored(gauge);
    expect([mm(again), again.counter]).toEqual([mm(refused), refused.counter]);
    const rest = await stored(gauge);
    expect([mm(rest), rest.counter]).toEqual([0.6, 5]);
  });
});

describe('after a crash', () => {
  test('what was given, and perhaps stored, is given again with its number and time', async () => {
    const { gauge, memory } = setUp();
    await tip(gauge, 2);
    const lost = await gauge.measure(nobody);
    const after = setUp(memory);
    after.clock.ms = NOW + 3_600_000;
    await tip(after.gauge);
    const again = await stored(after.gauge);
    expect([mm(again), again.counter, again.timeMs]).toEqual([mm(lost), lost.counter, NOW]);
    expect([lost.historical, again.historical]).toEqual([undefined, true]);
    const rest = await stored(after.gauge);
    expect([mm(rest), rest.counter, rest.timeMs, rest.historical]).toEqual([0.2, 3, NOW + 3_600_000, undefined]);
  });

  test('what was only counted comes with the time of its last tip, and again so after another crash', async () => {
    const { gauge, memory, clock } = setUp();
    await tip(gauge, 2);
    await stored(gauge);
    clock.ms = NOW + 30_000;
    await tip(gauge, 2);
    const second = setUp(memory);
    second.clock.ms = NOW + 86_400_000;
    await tip(second.gauge);
    const left = await second.gauge.measure(nobody);
    expect([mm(left), left.counter, left.timeMs, left.historical]).toEqual([0.4, 4, NOW + 30_000, true]);
    const third = setUp(memory);
    const again = await stored(third.gauge);
    expect([mm(again), again.counter, again.timeMs]).toEqual([0.4, 4, NOW + 30_000]);
    const rest = await stored(third.gauge);
    expect([mm(rest), rest.counter]).toEqual([0.2, 5]);
  });

  test('without a known time it comes with none', async () => {
    const { gauge, memory } = setUp(new Map(), { dated: false });
    await tip(gauge);
    const after = setUp(memory);
    const left = await stored(after.gauge);
    expect([mm(left), left.timeMs]).toEqual([0.2, undefined]);
  });

  test('a memory that cannot be read begins anew', async () => {
    const { gauge } = setUp(new Map([['firmata-rain/gauge', '{"total":"x"}']]));
    await tip(gauge);
    expect((await stored(gauge)).counter).toBe(1);
  });
});

test('a disk that takes nothing is told, and what was counted is not lost meanwhile', async () => {
  const { gauge, troubles } = setUp(new Map(), { fails: true });
  await tip(gauge, 2);
  const said = 'tips cannot be written down: the disk is full';
  expect(troubles.map((e) => e?.message)).toEqual([said, said]);
  await expect(gauge.measure(nobody)).rejects.toThrow(said);
});

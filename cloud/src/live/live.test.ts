/** What is newest, and what never becomes it; what listeners are told, and that a failing one harms no other. */
import { LIMITS, QUALITY, type Reading, silentLogger, toColumns } from '@karez/model';
import { describe, expect, test } from 'vitest';
import type { StoreBatch, StoreChannel } from '../store/store.ts';
import { LiveBus, type LiveListener, type LiveRow } from './live.ts';

const channel: StoreChannel = {
  ...{ farm: 'farm', gateway: 'gw', device: 'probe', quantity: 'soil.moisture', place: 'd30', field: undefined },
};
const ID = 'gw/probe/soil.moisture@d30';
const NOW = Date.UTC(2026, 5, 1);
let next = 1;

const batch = (...rows: Partial<Reading>[]): StoreBatch => ({
  ...{ farm: 'farm', gateway: 'gw', epoch: '00000001', channels: new Map([[1, channel]]) },
  readings: toColumns(rows.map((row) => ({ seq: next++, timeMs: NOW, channel: 1, value: 0, quality: 0, ...row }))),
});
function bus(): { bus: LiveBus; say(nowMs: number, ...rows: Partial<Reading>[]): void; shown(): unknown } {
  const made = new LiveBus(silentLogger);
  return {
    bus: made,
    say: (nowMs, ...rows) => made.committed([batch(...rows)], nowMs),
    shown: () => made.latest('farm')[ID],
  };
}
const listener = (heard: unknown[]): LiveListener => ({
  readings: (rows: readonly LiveRow[]) => heard.push(...rows),
  late: (late) => heard.push(late),
  farm: () => heard.push('farm'),
  gateway: (state) => heard.push(state),
});

describe('the newest value', () => {
  test('is the newest by sampling time, in whatever order readings come', () => {
    const { say, shown } = bus();
    say(NOW, { timeMs: NOW - 10, value: 1 });
    say(NOW, { timeMs: NOW - 10_000_000, value: 2 });
    say(NOW, { timeMs: NOW - 30, value: 3 }, { timeMs: NOW - 5, value: 4 }, { timeMs: NOW - 20, value: 5 });
    expect(shown()).toEqual([NOW - 5, 4, 0]);
  });

  test('of two at one time is the one with the later number, a repeat of the earlier changes nothing', () => {
    const { say, shown } = bus();
    say(NOW, { seq: 100, value: 1 }, { seq: 101, value: 2 });
    expect(shown()).toEqual([NOW, 2, 0]);
    say(NOW + 60_000, { seq: 100, value: 1 });
    expect(shown()).toEqual([NOW, 2, 0]);
  });

  test('is not a late reading whose time was repaired, unless its time is the newest', () => {
    const { say, shown } = bus();
    say(NOW, { value: 1 });
    say(NOW + 1000, { timeMs: NOW - 3_600_000, value: 2, quality: QUALITY.ESTIMATED });
    expect(shown()).toEqual([NOW, 1, 0]);
    say(NOW + 2000, { timeMs: NOW + 1500, value: 3, quality: QUALITY.ESTIMATED });
    expect(shown()).toEqual([NOW + 1500, 3, QUALITY.ESTIMATED]);
  });

  test('that claims to be from the future counts as taken when it came: it ages, and makes way for true readings', () => {
    const { say, shown } = bus();
    say(NOW, { timeMs: NOW, value: 1 });
    say(NOW + 1_000, { timeMs: NOW + LIMITS.futureMs, value: 99 });
    expect(shown()).toEqual([NOW + 1_000, 99, 0]);
    say(NOW + 2_000, { timeMs: NOW + 500, value: 2 });
    expect(shown()).toEqual([NOW + 1_000, 99, 0]);
    say(NOW + 3_000, { timeMs: NOW + 2_900, value: 3 });
    expect(shown()).toEqual([NOW + 2_900, 3, 0]);
  });

  test('is known again after a restart, with what decides between equal times', () => {
    const { bus: live, say, shown } = bus();
    live.load([[`farm/${ID}`, NOW, 7, 0, 50]]);
    say(NOW, { seq: 49, value: 6 });
    expect(shown()).toEqual([NOW, 7, 0]);
    say(NOW, { seq: 51, value: Number.NaN, quality: QUALITY.ABSENT });
    expect(shown()).toEqual([NOW, null, QUALITY.ABSENT]);
  });
});

describe('listeners', () => {
  test('are told each reading of a small batch, and of a large one only the newest of each channel and how many more', () => {
    const { bus: live, say } = bus();
    const heard: unknown[] = [];
    live.listen('farm', listener(heard));
    say(NOW, { timeMs: NOW - 2, value: 1 }, { timeMs: NOW - 1, value: 2 });
    expect(heard).toEqual([
      [ID, NOW - 2, 1, 0],
      [ID, NOW - 1, 2, 0],
    ]);
    heard.length = 0;
    const many = Array.from({ length: LIMITS.freshBatchReadings + 1 }, (_, i) => ({
      timeMs: NOW - 10_000 + i,
      value: i,
    }));
    say(NOW, ...many);
    expect(heard).toEqual([
      [ID, NOW - 10_000 + LIMITS.freshBatchReadings, LIMITS.freshBatchReadings, 0],
      { fromMs: NOW - 10_000, toMs: NOW - 10_000 + LIMITS.freshBatchReadings, readings: LIMITS.freshBatchReadings + 1 },
    ]);
  });

  test('of another farm hear nothing; one that fails harms no other; one that went is forgotten', () => {
    const { bus: live, say } = bus();
    const [heard, elsewhere]: unknown[][] = [[], []];
    const fail = () => {
      throw new Error('broken page');
    };
    live.listen('farm', { readings: fail, late: fail, farm: fail, gateway: fail });
    const stop = live.listen('farm', listener(heard as unknown[]));
    live.listen('other', listener(elsewhere as unknown[]));
    say(NOW, { value: 1 });
    live.farmChanged('farm');
    expect(heard).toEqual([[ID, NOW, 1, 0], 'farm']);
    expect(elsewhere).toEqual([]);
    expect(live.listeners).toBe(3);
    stop();
    say(NOW, { value: 2 });
    expect(heard).toHaveLength(2);
    expect(live.listeners).toBe(2);
  });
});

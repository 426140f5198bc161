import { describe, expect, test } from 'vitest';
import { Repeats } from './repeats.ts';

const MINUTE = 60_000;
const T = 1_767_225_600_000;

describe('a message', () => {
  test('with the number and the time of one that was accepted is a repeat', async () => {
    const repeats = new Repeats([['a', 1, T]]);
    expect(repeats.of(['a', 1, T], 0)).toBeDefined();
    expect(repeats.of(['a', 1, T + 1], 0)).toBeUndefined();
    expect(repeats.of(['a', 2, T], 0)).toBeUndefined();
    expect(repeats.of(['b', 1, T], 0)).toBeUndefined();
    await repeats.take(['a', 2, T], Promise.resolve());
    expect(repeats.of(['a', 2, T], 0)).toBeDefined();
  });

  test('may differ in time by what its network allows, and no more', async () => {
    const repeats = new Repeats([]);
    await repeats.take(['a', 1, T], Promise.resolve());
    expect(repeats.of(['a', 1, T + 14 * MINUTE], 15 * MINUTE)).toBeDefined();
    expect(repeats.of(['a', 1, T - 15 * MINUTE], 15 * MINUTE)).toBeDefined();
    expect(repeats.of(['a', 1, T + 16 * MINUTE], 15 * MINUTE)).toBeUndefined();
  });

  test('that comes again while the first is on its way waits for it', async () => {
    const repeats = new Repeats([]);
    const first = Promise.withResolvers<void>();
    const taken = repeats.take(['a', 1, T], first.promise);
    const waits = repeats.of(['a', 1, T + MINUTE], 15 * MINUTE);
    let isOver = false;
    waits?.then(() => {
      isOver = true;
    });
    await Promise.resolve();
    expect(isOver).toBe(false);
    first.resolve();
    await taken;
    await waits;
    expect(isOver).toBe(true);
  });

  test('is new again where the first was not accepted', async () => {
    const repeats = new Repeats([]);
    const first = Promise.withResolvers<void>();
    const taken = repeats.take(['a', 1, T], first.promise);
    const waits = repeats.of(['a', 1, T], 0);
    first.reject(new Error('no room'));
    await expect(taken).rejects.toThrow('no room');
    await expect(waits).rejects.toThrow('no room');
    expect(repeats.of(['a', 1, T], 0)).toBeUndefined();
  });
});

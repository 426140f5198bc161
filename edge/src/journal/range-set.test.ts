import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RangeSet } from './range-set.ts';

test('it is a set, whatever is added and removed', () => {
  const step = fc.record({
    add: fc.boolean(),
    first: fc.integer({ min: 1, max: 60 }),
    length: fc.integer({ min: 0, max: 12 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const set = new RangeSet();
      const truth = new Set<number>();
      for (const { add, first, length } of steps) {
        const last = first + length;
        const before = truth.size;
        for (let n = first; n <= last; n++) add ? truth.add(n) : truth.delete(n);
        if (add) set.add(first, last);
        else expect(set.remove(first, last)).toBe(before - truth.size);
        expect(set.size).toBe(truth.size);
      }
      const ranges = set.ranges();
      expect(ranges.flatMap(([f, l]) => Array.from({ length: l - f + 1 }, (_, i) => f + i))).toEqual(
        [...truth].sort((a, b) => a - b),
      );
      for (const [i, [f]] of ranges.entries())
        if (i > 0) expect(f).toBeGreaterThan((ranges[i - 1] as [number, number])[1] + 1);
      for (let n = 0; n < 75; n++) expect(set.has(n)).toBe(truth.has(n));
    }),
    { seed: 2 },
  );
});

import { expect, test } from 'vitest';
import { countOf, firstOf, MOST_SEGMENTS, SEGMENT_SIZE, segmentOf } from './sequence.ts';

test('a number says its segment and its count, at every edge', () => {
  for (const segment of [0, 1, 2, 1000, MOST_SEGMENTS - 1]) {
    const first = firstOf(segment);
    expect([segmentOf(first), countOf(first)]).toEqual([segment, 1]);
    const last = first + SEGMENT_SIZE - 1;
    expect([segmentOf(last), countOf(last)]).toEqual([segment, SEGMENT_SIZE]);
    expect(segmentOf(last + 1)).toBe(segment + 1);
  }
  expect(Number.isSafeInteger(firstOf(MOST_SEGMENTS) - 1)).toBe(true);
});

import { expect, test } from 'vitest';
import { mavlinkFrame } from '../testing/mavlink-frames.ts';
import { readFrame } from './frame.ts';
import { Sources } from './sources.ts';

const frame = (sequence: number, { system = 1, component = 1, roll = sequence } = {}) =>
  readFrame(mavlinkFrame('ATTITUDE', { roll }, { sequence: sequence & 255, system, component }));

/** Hears the numbers, a tenth of a second apart. */
function heard(numbers: number[], everyMs = 100) {
  const sources = new Sources();
  numbers.forEach((n, i) => {
    const it = frame(n);
    const way = `way ${i % 2}`;
    if (!sources.isRepeat(it, i * everyMs, way)) sources.hear(it, i * everyMs, way);
  });
  const [counts] = sources.counts;
  return counts;
}
const from = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, i) => first + i);

test.each<[string, number[], object]>([
  ['nothing lost, over the end of the numbers', from(250, 300), { frames: 51, lost: 0 }],
  ['a gap', [1, 2, 5, 6, 9], { frames: 5, lost: 4 }],
  ['a long gap', [1, 120], { frames: 2, lost: 118 }],
  ['one overtaken by others was not lost', [1, 2, 4, 5, 3, 6], { frames: 6, lost: 0 }],
  ['the same frame by another way', [1, 2, 2, 3, 3, 1], { frames: 3, lost: 0, repeated: 3 }],
  ['a restart', [100, 101, 0, 1, 2], { frames: 5, lost: 0, restarts: 1 }],
])('%s', (_, numbers, expected) => expect(heard(numbers)).toMatchObject({ restarts: 0, repeated: 0, ...expected }));

test('after a long silence nobody knows what was lost', () =>
  expect(heard([1, 50], 11_000)).toMatchObject({ frames: 2, lost: 0, restarts: 1 }));

test('a number that comes around with other content, or much later, is no repeat', () => {
  const sources = new Sources();
  for (let i = 0; i < 600; i++) {
    const it = frame(i, { roll: i });
    expect(sources.isRepeat(it, i)).toBe(false);
    sources.hear(it, i);
  }
  expect(sources.isRepeat(frame(599, { roll: 599 }), 10_000)).toBe(false);
});

test('a sender that does not number its frames is heard all the same; a radio that echoes is not', () => {
  const sources = new Sources();
  let kept = 0;
  for (let i = 0; i < 20; i++)
    for (const laterMs of [0, 20]) {
      const nowMs = i * 100 + laterMs;
      if (sources.isRepeat(frame(0), nowMs)) continue;
      sources.hear(frame(0), nowMs);
      kept++;
    }
  expect(kept).toBe(20);
});

test('each component of each system has its own numbers; loss is told by system', () => {
  const sources = new Sources();
  for (const [system, component, sequence] of [
    [1, 1, 1],
    [1, 154, 100],
    [2, 1, 7],
    [1, 1, 3],
    [1, 154, 103],
    [2, 1, 8],
  ] as const)
    sources.hear(frame(sequence, { system, component }), 0);
  expect([sources.lostOf(1), sources.lostOf(2), sources.lostOf(3)]).toEqual([3, 0, 0]);
  expect(sources.counts.length).toBe(3);
});

test('however many speak, a bounded number is remembered', () => {
  const sources = new Sources();
  for (let system = 1; system < 256; system++)
    for (const component of [1, 2]) sources.hear(frame(0, { system, component }), 0);
  expect(sources.counts.length).toBe(64);
});

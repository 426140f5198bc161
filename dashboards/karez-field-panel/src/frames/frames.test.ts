/** Frames of any source become outlines, sensors, tracks and jobs; what cannot be read is said and harms nothing else. */
import { describe, expect, test } from 'vitest';
import { jobFrames } from '../../preview/job-frames.mjs';
import { DEFAULTS, jobOptionsOf } from '../options.ts';
import { AGAIN, doseColour, doseMarks, mostOf } from './colours.ts';
import type { Frame } from './frame.ts';
import { drawingOf } from './job.ts';
import { readFrames } from './read-frames.ts';
import { readRing } from './read-ring.ts';

const OPTIONS = jobOptionsOf(DEFAULTS);

const frame = (columns: Record<string, unknown[]>, refId = 'A', labels?: Record<string, string>): Frame => ({
  ...{ refId, length: Object.values(columns)[0]?.length ?? 0 },
  fields: Object.entries(columns).map(([name, values]) => ({ name, values, labels })),
});
const withLength = (frames: { fields: { values: unknown[] }[] }[]) =>
  frames.map((one) => ({ ...one, length: one.fields[0]?.values.length ?? 0 })) as unknown as Frame[];

describe('rings', () => {
  const ring = [
    [86, 44],
    [86.1, 44],
    [86.1, 44.1],
  ];
  test.each([
    ['a list', ring],
    ['a closed list', [...ring, ring[0]]],
    ['a polygon', { type: 'Polygon', coordinates: [ring] }],
    ['a feature', { type: 'Feature', geometry: { type: 'Polygon', coordinates: [[...ring, ring[0]]] } }],
  ])('%s', (_, json) => {
    expect(readRing(JSON.stringify(json))).toEqual(ring);
  });

  test.each([
    [undefined, 'empty'],
    ['[[', 'no JSON'],
    ['{"type":"Point"}', 'neither'],
    ['[[86, 44], [86]]', 'corner 2'],
    ['[[86, 44], [86, 144], [1, 1]]', 'corner 2'],
    ['[[86, 44], [86.1, 44]]', 'three corners'],
    ['5', 'neither'],
  ])('%s is refused', (text, why) => {
    expect(readRing(text)).toContain(why);
  });
});

describe('frames', () => {
  test('tell devices apart by column or label, whatever the case of names', () => {
    const { vehicles } = readFrames([
      frame({ Time: [1, 2], Latitude: [44, 44.1], Longitude: [86, 86.1], Device: ['a', 'b'] }),
      frame({ time: [2, 1], flow: [3, 4] }, 'B', { device: 'a' }),
    ]);
    expect([...vehicles.keys()]).toEqual(['a', 'b']);
    expect(vehicles.get('a')).toEqual({
      track: [{ timeMs: 1, at: [86, 44] }],
      spray: [
        { timeMs: 1, flowLpm: 4, sections: undefined },
        { timeMs: 2, flowLpm: 3, sections: undefined },
      ],
    });
  });

  test('without a place, or with one that is none, are said and left out', () => {
    const { troubles, sensors } = readFrames([
      frame({ v: [1] }, 'X'),
      frame({ latitude: [null, 0, 95, 44], longitude: [86, 0, 86, 86], state: ['ok', 'ok', 'ok', 'ok'] }, 'S'),
      frame({ outline: ['nonsense'] }, 'O'),
      frame({ nothing: [] }, 'E'),
    ]);
    expect(sensors).toHaveLength(1);
    expect(troubles).toEqual([
      expect.stringContaining('query X: needs the columns'),
      'query S: 3 rows have no place on earth',
      'query O, row 1: the outline is no JSON',
    ]);
    expect(drawingOf(readFrames([]), OPTIONS)).toBeUndefined();
  });
});

describe('a job by a known plan', () => {
  const data = readFrames(withLength(jobFrames(Date.UTC(2026, 5, 1))));
  const job = drawingOf(data, OPTIONS)?.job;
  const { sums } = job ?? { sums: undefined };

  test('comes to the overlap and the skips that were put into it', () => {
    expect(data.troubles).toEqual([]);
    // The sixth swath lies 2 m too close to its neighbour over 178 m; the tenth 3 m too far, and on the one after it.
    expect(sums?.overlapM2).toBeGreaterThan(178 * (2 + 3) * 0.9);
    expect(sums?.overlapM2).toBeLessThan(178 * (2 + 3) * 1.25);
    // Left out: 2 m behind the sixth, 3 m before the tenth, two of four sections of the thirteenth, borders of the field.
    expect(sums?.skippedM2).toBeGreaterThan(178 * (2 + 3 + 3));
    expect(sums?.fieldM2).toBeCloseTo(((190 + 178) / 2) * 96, -3);
    expect(sums?.litres).toBeGreaterThan(40);
  });

  test('has half the dose where it was flown twice as fast', () => {
    const { coverage } = job as NonNullable<typeof job>;
    const doseAt = (east: number, north: number) => {
      const ring = drawingOf(data, OPTIONS)?.outlines[0]?.ring[0] as readonly [number, number];
      const column = Math.floor((ring[0] + east - coverage.west) / coverage.cellM);
      const row = Math.floor((ring[1] + north - coverage.south) / coverage.cellM);
      return coverage.litresPerM2[row * coverage.columns + column] as number;
    };
    const usual = doseAt(90, 7 + 6);
    // 178 m in 35 steps of a second.
    expect(usual * 10_000).toBeCloseTo((6 / 60 / ((178 / 35) * 6)) * 10_000, 1);
    expect(doseAt(90, 7 + 18) / usual).toBeCloseTo(0.5, 1);
  });
});

describe('what is told of spraying', () => {
  const track = { time: [0, 1000, 2000, 3000], latitude: [44, 44.0001, 44.0002, 44.0003], longitude: [86, 86, 86, 86] };
  const sprayed = (columns: Record<string, unknown[]>, more = {}) =>
    drawingOf(readFrames([frame(track), frame({ time: [0, 1000, 2000, 3000], ...columns }, 'B')]), {
      ...OPTIONS,
      ...more,
    })?.job;

  test('flow alone opens everything', () => {
    expect(sprayed({ flow: [6, 6, 6, 6] })?.sums.sprayedM2).toBeCloseTo(33.4 * 6, -1);
    expect(sprayed({ flow: [0, 0, 0, 0] })).toBeUndefined();
  });

  test('sections alone give passes and no dose', () => {
    const job = sprayed({ sections: [3, 3, 3, 3] });
    expect(job?.sums).toMatchObject({ litres: undefined, litresPerM2: undefined });
    expect(job?.sums.sprayedM2).toBeCloseTo(33.4 * 3, -1);
  });

  test('a word that is too old counts no more', () => {
    const old = drawingOf(readFrames([frame(track), frame({ time: [-60_000], flow: [6] }, 'B')]), OPTIONS);
    expect(old?.job).toBeUndefined();
    expect(old?.tracks).toHaveLength(1);
  });

  test('fields in which nothing was sprayed were not skipped', () => {
    const ring = (south: number) =>
      JSON.stringify([
        [85.999, south],
        [86.001, south],
        [86.001, south + 0.001],
        [85.999, south + 0.001],
      ]);
    const job = drawingOf(
      readFrames([frame({ outline: [ring(43.9999), ring(44.1)] }, 'O'), frame({ ...track, flow: [6, 6, 6, 6] })]),
      OPTIONS,
    )?.job;
    expect(job?.sums.fieldM2).toBeCloseTo(111.2 * 160, -3);
  });
});

test('colours go from little to much, or around the dose that is wished', () => {
  expect(doseColour(0, { target: 0, most: 10 })).not.toEqual(doseColour(10, { target: 0, most: 10 }));
  expect(doseColour(99, { target: 0, most: 10 })).toEqual(doseColour(10, { target: 0, most: 10 }));
  expect(doseColour(15, { target: 10, most: 0 })).toEqual(doseColour(99, { target: 10, most: 0 }));
  expect(doseColour(10, { target: 10, most: 0 })).toEqual([76, 175, 110, 215]);
  expect(doseMarks({ target: 20, most: 0 })).toEqual([10, 15, 20, 25, 30]);
  expect(mostOf([0, 0, ...Array.from({ length: 99 }, () => 3), 900])).toBe(3);
  expect(mostOf([])).toBe(0);
  expect(AGAIN).toHaveLength(4);
});

/** Areas of swaths, overlap and skips by properties: what a straight job must come to, whichever way it lies. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { areaIn, doseIn, sumsOf } from './dose.ts';
import { type Metres, planeAt } from './plane.ts';
import { areaOf, hullOf, isInside } from './polygon.ts';
import { coverageOf } from './raster.ts';
import { type Boom, type Fix, openRuns, swathsOf } from './swaths.ts';

const number = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const angle = number(0, 2 * Math.PI);
const boomOf = (widthM: number, sections = 4): Boom => ({ widthM, sections, longestGapS: 5 });

/** Fixes each second along a straight line. */
function straight(more: {
  lengthM: number;
  angle: number;
  at?: Metres;
  sections?: number;
  flowLpm?: number;
  fromMs?: number;
}): Fix[] {
  const { lengthM, at = [0, 0], sections = 15, flowLpm = 6, fromMs = 0 } = more;
  const steps = Math.max(1, Math.ceil(lengthM / 5));
  return Array.from({ length: steps + 1 }, (_, i) => ({
    ...{ timeMs: fromMs + i * 1000, sections, flowLpm },
    at: [
      at[0] + (Math.cos(more.angle) * lengthM * i) / steps,
      at[1] + (Math.sin(more.angle) * lengthM * i) / steps,
    ] as Metres,
  }));
}
const polygonArea = (fixes: Fix[], boom: Boom) =>
  swathsOf(fixes, boom).reduce((sum, { polygons }) => sum + polygons.reduce((s, p) => s + areaOf(p), 0), 0);
const sideways = (a: number, metres: number): Metres => [-Math.sin(a) * metres, Math.cos(a) * metres];

describe('swaths', () => {
  test('of a straight track are its length times the width of what is open', () => {
    fc.assert(
      fc.property(
        number(5, 300),
        number(1, 30),
        angle,
        fc.integer({ min: 0, max: 255 }),
        (lengthM, widthM, a, mask) => {
          const open = [...mask.toString(2)].filter((bit) => bit === '1').length;
          const area = polygonArea(straight({ lengthM, angle: a, sections: mask }), boomOf(widthM, 8));
          expect(area).toBeCloseTo((lengthM * widthM * open) / 8, 5);
        },
      ),
    );
  });

  test('the first section lies to the left of the direction of travel', () => {
    fc.assert(
      fc.property(angle, (a) => {
        const [swath] = swathsOf(straight({ lengthM: 10, angle: a, sections: 1 }), boomOf(6, 2));
        const [left] = [sideways(a, 1.5)];
        const middle: Metres = [Math.cos(a) * 2 + left[0], Math.sin(a) * 2 + left[1]];
        expect(isInside(middle, swath?.polygons[0] ?? [])).toBe(true);
      }),
    );
  });

  test('litres are flow times time, none is lost at seams', () => {
    fc.assert(
      fc.property(number(10, 300), number(0, 50), angle, (lengthM, flowLpm, a) => {
        const fixes = straight({ lengthM, angle: a, flowLpm });
        const litres = swathsOf(fixes, boomOf(6)).reduce((sum, s) => sum + (s.litres ?? 0), 0);
        expect(litres).toBeCloseTo((flowLpm * (fixes.length - 1)) / 60, 6);
      }),
    );
  });

  test('nothing is drawn over a gap, against time, or where everything is shut', () => {
    const fixes = straight({ lengthM: 20, angle: 0 });
    const late = fixes.map((fix, i) => (i < 2 ? fix : { ...fix, timeMs: fix.timeMs + 60_000 }));
    expect(swathsOf(late, boomOf(6))).toHaveLength(fixes.length - 2);
    expect(swathsOf([...fixes].reverse(), boomOf(6))).toEqual([]);
    expect(swathsOf(straight({ lengthM: 20, angle: 0, sections: 0 }), boomOf(6))).toEqual([]);
    expect(swathsOf([], boomOf(6))).toEqual([]);
  });

  test('a gentle bend leaves no wedge between its steps', () => {
    const fixes = Array.from({ length: 40 }, (_, i): Fix => {
      const a = (i * Math.PI) / 40;
      return { timeMs: i * 1000, at: [100 * Math.cos(a), 100 * Math.sin(a)], sections: 15, flowLpm: 6 };
    });
    const swaths = swathsOf(fixes, boomOf(10));
    // At the outer edge, a hand's breadth within it, all along.
    for (let i = 2; i < 370; i++) {
      const a = (i * Math.PI) / 400;
      const point: Metres = [104.5 * Math.cos(a), 104.5 * Math.sin(a)];
      expect(
        swaths.some(({ polygons }) => polygons.some((p) => isInside(point, p))),
        `at ${i}`,
      ).toBe(true);
    }
  });

  test('runs of open sections', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 12 - 1 }), (mask) => {
        const runs = openRuns(mask, 12);
        expect(runs.reduce((sum, [first, last]) => sum + (2 ** (last + 1) - 2 ** first), 0)).toBe(mask);
        runs.forEach(([first], i) => {
          if (i > 0) expect(first).toBeGreaterThan((runs[i - 1]?.[1] ?? 0) + 1);
        });
      }),
    );
  });
});

describe('coverage', () => {
  /** Two passes side by side, so far apart; what they overlap and leave out between them follows. */
  test('two passes overlap by what they are too close, and skip what they are too far apart', () => {
    fc.assert(
      fc.property(number(60, 150), number(4, 12), number(0.2, 1.8), angle, (lengthM, widthM, share, a) => {
        const apart = widthM * share;
        const first = straight({ lengthM, angle: a });
        const second = straight({ lengthM, angle: a, at: sideways(a, apart), fromMs: 3_600_000 });
        const swaths = [...swathsOf(first, boomOf(widthM)), ...swathsOf(second, boomOf(widthM))];
        const ahead: Metres = [Math.cos(a) * lengthM, Math.sin(a) * lengthM];
        const corner = (side: Metres, along: Metres): Metres => [side[0] + along[0], side[1] + along[1]];
        const [right, left] = [sideways(a, -widthM / 2), sideways(a, apart + widthM / 2)];
        const ring = [right, corner(right, ahead), corner(left, ahead), left];
        const cellM = 0.25;
        const coverage = coverageOf(swaths, [ring], cellM);
        if (coverage === undefined) throw new Error('nothing was covered');
        const sums = sumsOf(coverage, swaths, true);
        // Cells are right to half a cell along each border.
        const slackM2 = cellM * 2 * (lengthM + widthM);
        const near = (m2: number, wanted: number) => expect(Math.abs(m2 - wanted)).toBeLessThan(slackM2);
        near(sums.overlapM2, lengthM * Math.max(0, widthM - apart));
        near(sums.skippedM2, lengthM * Math.max(0, apart - widthM));
        near(sums.sprayedM2, lengthM * (widthM + Math.min(apart, widthM)));
        near(sums.outsideM2, 0);
        near(sums.fieldM2, lengthM * (widthM + apart));
        expect(Math.abs(sums.fieldM2 - sums.skippedM2 + sums.outsideM2 - sums.sprayedM2)).toBeLessThan(1e-6);
        const fallen = coverage.litresPerM2.reduce((sum, l) => sum + l, 0) * coverage.cellM ** 2;
        expect(fallen / (sums.litres as number)).toBeGreaterThan(0.9);
        expect(fallen / (sums.litres as number)).toBeLessThan(1.1);
      }),
      { numRuns: 30 },
    );
  });

  test('seams of one pass are no overlap', () => {
    const swaths = swathsOf(straight({ lengthM: 200, angle: 0.3 }), boomOf(6));
    const coverage = coverageOf(swaths, [], 0.5);
    expect(coverage?.passes.every((passes) => passes <= 1)).toBe(true);
  });

  test('a large field has larger cells, not more of them', () => {
    const ring: Metres[] = [
      [0, 0],
      [5_000, 0],
      [5_000, 5_000],
      [0, 5_000],
    ];
    const coverage = coverageOf([], [ring], 0.5);
    expect(coverage?.passes.length).toBeLessThan(610_000);
    expect(coverage?.cellM).toBeGreaterThan(6);
    expect(coverageOf([], [], 0.5)).toBeUndefined();
  });
});

describe('polygons', () => {
  const point = fc.tuple(number(-500, 500), number(-500, 500));

  test('have the area of their corners whichever way round, wherever they lie', () => {
    fc.assert(
      fc.property(number(1, 300), number(1, 300), angle, point, (w, h, a, [x, y]) => {
        const turned = ([e, n]: Metres): Metres => [
          x + e * Math.cos(a) - n * Math.sin(a),
          y + e * Math.sin(a) + n * Math.cos(a),
        ];
        const ring = (
          [
            [0, 0],
            [w, 0],
            [w, h],
            [0, h],
          ] as Metres[]
        ).map(turned);
        expect(areaOf(ring) / (w * h)).toBeCloseTo(1, 6);
        expect(areaOf([...ring].reverse()) / (w * h)).toBeCloseTo(1, 6);
        expect(isInside(turned([w / 2, h / 2]), ring)).toBe(true);
        expect(isInside(turned([w * 1.5, h / 2]), ring)).toBe(false);
      }),
    );
  });

  test('a hull is no smaller than any triangle of its points', () => {
    fc.assert(
      fc.property(fc.array(point, { minLength: 3, maxLength: 20 }), (points) => {
        const area = areaOf(hullOf(points));
        expect(area + 1e-6).toBeGreaterThanOrEqual(areaOf(points.slice(0, 3)));
      }),
    );
  });
});

describe('units', () => {
  test('a mu is a fifteenth of a hectare', () => {
    expect(doseIn('L/ha', 0.0015)).toBeCloseTo(15, 9);
    expect(doseIn('L/mu', 0.0015)).toBeCloseTo(1, 9);
    expect(areaIn('L/ha', 10_000)).toEqual({ value: 1, unit: 'ha' });
    expect(areaIn('L/mu', 10_000).value).toBeCloseTo(15, 9);
  });

  test('a degree of latitude is 111.2 km, of longitude less by the cosine', () => {
    const plane = planeAt([86, 44]);
    expect(plane.toMetres([86, 45])[1]).toBeCloseTo(111_195, 0);
    expect(plane.toMetres([87, 44])[0]).toBeCloseTo(111_195 * Math.cos((44 * Math.PI) / 180), 0);
  });
});

import { describe, expect, test } from 'vitest';
import { quantityOf } from '../quantities.ts';
import { calibrated } from './formula.ts';
import { SOIL_CURVES } from './soil-curves.ts';

test.each([
  [{ offset: -1.2 }, 35.2, 34],
  [{ scale: 1.03 }, 35.2, 36.256],
  [{ scale: 2, offset: 1 }, 10, 21],
  [
    {
      points: [
        [3, 0],
        [53, 45],
      ],
    },
    28,
    22.5,
  ],
  [
    {
      points: [
        [3, 0],
        [53, 45],
      ],
      offset: 0.5,
    },
    3,
    0.5,
  ],
  [{ polynomial: [1, 2, 3] }, 2, 17],
  [{ polynomial: [5] }, 99, 5],
  [{ curve: 'topp-1980' }, 10, 18.83],
  [{ curve: 'nothing' }, 10, Number.NaN],
  [{ offset: 1 }, Number.NaN, Number.NaN],
  [{ polynomial: [0, 0, 0, 0, 0, 0, 0, 1e12] }, 1e300, Number.NaN],
] as const)('%j makes %d into %d', (formula, x, y) => {
  expect(calibrated(x, structuredClone(formula) as Parameters<typeof calibrated>[1], 4)).toEqual(y);
});

describe('soil curves', () => {
  test('are between known quantities and say where they come from', () => {
    for (const [name, curve] of Object.entries(SOIL_CURVES)) {
      expect(quantityOf(curve.from), name).toBeDefined();
      expect(quantityOf(curve.to), name).toBeDefined();
      expect(curve.source, name).toMatch(/equation|Journal|manual/);
    }
  });

  // Air is about 1, a moist mineral soil about 10 to 15, a saturated one 25 to 30.
  const curves = Object.entries(SOIL_CURVES).filter(([, c]) => c.from === 'soil.permittivity');
  test.each(curves)('%s rises from dry to wet and agrees with the others within some per cent', (_, curve) => {
    const values = [4, 8, 12, 16, 20, 24, 28, 32].map((p) => curve.at(p));
    for (const [i, value] of values.slice(1).entries()) expect(value).toBeGreaterThan(values[i] as number);
    expect(Math.abs(curve.at(15) - (SOIL_CURVES['topp-1980']?.at(15) as number))).toBeLessThan(6);
    expect(curve.at(30)).toBeGreaterThan(30);
    expect(curve.at(30)).toBeLessThan(55);
  });

  test('Topp’s polynomial as worked out by hand', () => {
    const topp = SOIL_CURVES['topp-1980'];
    expect([5, 10, 20, 30, 40].map((p) => Math.round((topp?.at(p) as number) * 10) / 10)).toEqual([
      8, 18.8, 34.5, 44.4, 51,
    ]);
  });

  test('TEROS 12 counts: air near nothing, water near all, one permittivity for both', () => {
    const at = (name: string, counts: number) => SOIL_CURVES[name]?.at(counts) as number;
    expect(at('teros-12-mineral', 1_807.82)).toBeCloseTo(0.57, 1);
    expect(at('teros-12-mineral', 2_800)).toBeCloseTo(39.05, 1);
    expect(at('teros-12-permittivity', 1_807.82)).toBeGreaterThan(1);
    expect(at('teros-12-permittivity', 1_807.82)).toBeLessThan(3);
    expect(at('teros-12-soilless', 2_500)).toBeGreaterThan(25);
  });
});

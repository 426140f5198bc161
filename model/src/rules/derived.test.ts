import { expect, test } from 'vitest';
import { QUANTITIES } from '../quantities.ts';
import { DERIVED, derivedOf, dewPointC, saturationKpa, vapourKpa } from './derived.ts';

test.each(Object.entries(DERIVED))('%s is a quantity of the table, from others of it', (id, { inputs, of }) => {
  expect(Object.keys(QUANTITIES)).toContain(id);
  expect(inputs.length).toBeGreaterThan(0);
  for (const input of inputs) {
    expect(Object.keys(QUANTITIES)).toContain(input);
    expect(derivedOf(input), 'inputs are measured, not derived again').toBeUndefined();
  }
  expect(of(inputs.map(() => Number.NaN))).toBeNaN();
});

test.each([
  // FAO-56, example 3: e°(24.5) and e°(15).
  [24.5, 3.075],
  [15, 1.705],
])('saturation at %d °C is %d kPa', (celsius, kpa) => {
  expect(Math.abs(saturationKpa(celsius) - kpa)).toBeLessThan(0.0005);
});

test('the vapour pressure of FAO-56, example 5, is 1.70 kPa', () => {
  expect(Math.abs((vapourKpa(18, 82) + vapourKpa(25, 54)) / 2 - 1.7)).toBeLessThan(0.005);
});

test('the dew point of saturated air is its temperature, and air at its dew point is saturated', () => {
  for (let celsius = -30; celsius <= 50; celsius += 5) {
    expect(dewPointC(saturationKpa(celsius))).toBeCloseTo(celsius, 9);
    expect(saturationKpa(dewPointC(vapourKpa(celsius, 40)))).toBeCloseTo(vapourKpa(celsius, 40), 9);
  }
});

test('of dry air there is none', () => {
  expect(dewPointC(0)).toBeNaN();
  expect(DERIVED['air.dew-point']?.of([20, 0])).toBeNaN();
});

test('the deficit of saturated air is 0, of dry air all that it could hold', () => {
  const of = DERIVED['air.vapour-pressure-deficit']?.of;
  expect(of?.([25, 100])).toBe(0);
  expect(of?.([25, 0])).toBe(saturationKpa(25));
});

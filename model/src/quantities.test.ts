import { expect, test } from 'vitest';
import { QUANTITIES, QUANTITY_IDS, quantityOf } from './quantities.ts';

/** UCUM atoms and combinations that the table may use (ucum.org, case-sensitive codes). */
const UCUM = new Set(
  '1 % Cel uS/cm [pH] mg/kg kPa hPa [ppm] m/s deg mm mm/h W/m2 umol/m2/s s m km m3/h m3 L L/min /min V A dB[mW] mg/L ug/m3 lx dB[SPL] dB L/h cm/h [ppb]'.split(
    ' ',
  ),
);

test.each(QUANTITY_IDS)('%s is a whole row', (id) => {
  const row = QUANTITIES[id];
  expect(id).toMatch(/^[a-z]+\.[a-z0-9]+(-[a-z0-9]+)*$/);
  expect(UCUM).toContain(row.unit);
  expect(row.min).toBeLessThan(row.max);
  expect(Number.isInteger(row.decimals) && row.decimals >= 0 && row.decimals <= 6).toBe(true);
  if (row.ratePerMin !== null) expect(row.ratePerMin).toBeGreaterThan(0);
  expect(row.en).toMatch(/^[A-Z]/);
  expect(row.zh).toMatch(/^[\u4e00-\u9fff]+$/);
});

test('names are told apart in both languages', () => {
  for (const language of ['en', 'zh'] as const) {
    const names = QUANTITY_IDS.map((id) => QUANTITIES[id][language]);
    expect(new Set(names).size).toBe(names.length);
  }
});

test('an id from outside never reaches the prototype', () => {
  expect(quantityOf('soil.moisture')?.unit).toBe('%');
  expect(quantityOf('constructor')).toBeUndefined();
  expect(quantityOf('soil.nothing')).toBeUndefined();
});

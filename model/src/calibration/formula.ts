/** What a calibration does to a value. */
import { roundTo } from '../profile.ts';
import type { CalibrationFormula } from './calibration-schema.ts';
import { polynomialAt, SOIL_CURVES } from './soil-curves.ts';

/**
 * The calibrated value of `x`: first the curve, polynomial or two points where there are any, then scale and offset.
 * @param x as measured, in the unit of the channel that it comes from; NaN (absent) stays so.
 * @param decimals of the result.
 */
export function calibrated(x: number, formula: CalibrationFormula, decimals: number): number {
  if (Number.isNaN(x)) return x;
  const { scale = 1, offset = 0 } = formula;
  const y = scale * shaped(x, formula) + offset;
  return Number.isFinite(y) ? roundTo(y, decimals) : Number.NaN;
}

function shaped(x: number, { points, polynomial, curve }: CalibrationFormula): number {
  if (curve !== undefined) return SOIL_CURVES[curve]?.at(x) ?? Number.NaN;
  if (polynomial !== undefined) return polynomialAt(polynomial, x);
  if (points === undefined) return x;
  const [[x1, y1], [x2, y2]] = points;
  return y1 + ((x - x1) * (y2 - y1)) / (x2 - x1);
}

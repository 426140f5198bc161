/**
 * Curves from what a probe senses to water content (or to permittivity), each with its source. A curve is an input, an
 * output and a function; how wet a soil is never follows from one of them alone to better than some per cent.
 */
import type { QuantityId } from '../quantities.ts';

export interface SoilCurve {
  from: QuantityId;
  to: QuantityId;
  /** From the unit of `from` to that of `to`; water content is in per cent by volume. */
  at(x: number): number;
  /** For which soil. */
  soil: string;
  source: string;
}

/** Coefficients from the constant upwards. */
export function polynomialAt(coefficients: readonly number[], x: number): number {
  return coefficients.reduceRight((sum, c) => sum * x + c, 0);
}

const waterFromPermittivity = (coefficients: number[], soil: string, source: string): SoilCurve => ({
  ...{ from: 'soil.permittivity', to: 'soil.moisture', soil, source },
  at: (permittivity) => 100 * polynomialAt(coefficients, permittivity),
});
const waterFromCounts = (coefficients: number[], soil: string, source: string): SoilCurve => ({
  ...{ from: 'soil.raw', to: 'soil.moisture', soil, source },
  at: (counts) => 100 * polynomialAt(coefficients, counts),
});

export const SOIL_CURVES: Readonly<Record<string, SoilCurve>> = {
  'topp-1980': waterFromPermittivity(
    [-5.3e-2, 2.92e-2, -5.5e-4, 4.3e-6],
    'mineral soils from sandy loam to clay',
    'Topp, Davis and Annan (1980), Water Resources Research 16(3), 574-582, equation 7',
  ),
  'jacobsen-schjonning-1993': waterFromPermittivity(
    [-7.01e-2, 3.47e-2, -11.6e-4, 18.0e-6],
    'mineral soils, mean of ten Danish ones',
    'Jacobsen and Schjonning (1993), Journal of Hydrology 151, 147-157, equation A2',
  ),
  'nadler-1991': waterFromPermittivity(
    [-7.25e-2, 3.67e-2, -12.3e-4, 15.0e-6],
    'loess and sandy loam, also layered',
    'Nadler, Dasberg and Lapid (1991), Soil Science Society of America Journal 55, 938-943',
  ),
  'logsdon-2010': waterFromPermittivity(
    [0, 0.022, -0.00047, 0.00000514],
    'loam and clay loam with much clay',
    'Logsdon, Green, Seyfried, Evett and Bonta (2010), Soil Science Society of America Journal 74, 5-12',
  ),
  'hydraprobe-loam': {
    ...{ from: 'soil.permittivity', to: 'soil.moisture', soil: 'loam, the default of that probe' },
    at: (permittivity) => 100 * (0.109 * Math.sqrt(Math.max(0, permittivity)) - 0.179),
    source: 'Stevens HydraProbe manual, appendix C, equation A2',
  },
  'teros-12-mineral': waterFromCounts(
    [-0.6956, 3.879e-4],
    'mineral soils, for METER TEROS 11 and 12',
    'METER TEROS 11/12 manual, section 4.1, equation 6',
  ),
  'teros-12-soilless': waterFromCounts(
    [-10.848, 1.302e-2, -5.105e-6, 6.771e-10],
    'potting soil, peat, coco, perlite, for METER TEROS 11 and 12',
    'METER TEROS 11/12 manual, section 4.1, equation 7',
  ),
  'teros-12-permittivity': {
    ...{ from: 'soil.raw', to: 'soil.permittivity', soil: 'any, for METER TEROS 11 and 12' },
    at: (counts) => polynomialAt([-43.39, 5.276e-2, -2.08e-5, 2.887e-9], counts) ** 2,
    source: 'METER TEROS 11/12 manual, section 4.1, equation 8',
  },
};

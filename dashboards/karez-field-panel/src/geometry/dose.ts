/** What a job comes to: areas sprayed once, again and not at all, litres, and the dose in the unit that is spoken. */
import type { Coverage } from './raster.ts';
import type { Swath } from './swaths.ts';

export type DoseUnit = 'L/ha' | 'L/mu';

const M2_PER_HA = 10_000;
/** A mu is a fifteenth of a hectare (State Council of China, order of 1984 on legal units: 1 mu = 10,000/15 m²). */
const M2_PER_MU = M2_PER_HA / 15;

/** Litres on a square metre in the unit that is spoken. */
export function doseIn(unit: DoseUnit, litresPerM2: number): number {
  return litresPerM2 * (unit === 'L/ha' ? M2_PER_HA : M2_PER_MU);
}

/** An area in hectares or mu, with its unit. */
export function areaIn(unit: DoseUnit, m2: number): { value: number; unit: 'ha' | 'mu' } {
  return unit === 'L/ha' ? { value: m2 / M2_PER_HA, unit: 'ha' } : { value: m2 / M2_PER_MU, unit: 'mu' };
}

export interface JobSums {
  /** Square metres of the field; of what was sprayed where no outline is known. */
  fieldM2: number;
  /** Square metres sprayed at least once, wherever. */
  sprayedM2: number;
  /** Of these, sprayed more than once. */
  overlapM2: number;
  /** Of the field, not sprayed. */
  skippedM2: number;
  /** Sprayed outside of the field. */
  outsideM2: number;
  /** Litres given; undefined where no flow is measured. */
  litres: number | undefined;
  /** Litres on each square metre that was sprayed, on the average. */
  litresPerM2: number | undefined;
}

export function sumsOf(coverage: Coverage, swaths: readonly Swath[], hasOutline: boolean): JobSums {
  const cell = coverage.cellM ** 2;
  const counts = { field: 0, sprayed: 0, overlap: 0, skipped: 0, outside: 0 };
  coverage.passes.forEach((passes, i) => {
    const isWithin = coverage.within[i] === 1;
    if (hasOutline ? isWithin : passes > 0) counts.field++;
    if (passes > 0) counts.sprayed++;
    if (passes > 1) counts.overlap++;
    if (hasOutline && isWithin && passes === 0) counts.skipped++;
    if (hasOutline && !isWithin && passes > 0) counts.outside++;
  });
  const measured = swaths.flatMap(({ litres }) => (litres === undefined ? [] : [litres]));
  const litres = measured.length === 0 ? undefined : measured.reduce((sum, l) => sum + l, 0);
  return {
    fieldM2: counts.field * cell,
    sprayedM2: counts.sprayed * cell,
    overlapM2: counts.overlap * cell,
    skippedM2: counts.skipped * cell,
    outsideM2: counts.outside * cell,
    litres,
    litresPerM2: litres === undefined || counts.sprayed === 0 ? undefined : litres / (counts.sprayed * cell),
  };
}

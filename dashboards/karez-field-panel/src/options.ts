/** The panel's options, as a board keeps them. */
import type { JobOptions } from './frames/job.ts';
import type { DoseUnit } from './geometry/dose.ts';

export interface FieldOptions {
  /** Ground that the whole boom sprays, metres. */
  swathWidthM: number;
  /** Sections of the boom, each an equal share of its width. */
  sections: number;
  doseUnit: DoseUnit;
  /** Dose that is wished, in that unit; 0: none is said, and colours go from little to much. */
  targetDose: number;
  /** Fixes further apart are not joined, seconds. */
  longestGapS: number;
  /** Side of a cell of the coverage, metres. */
  cellM: number;
  /** What the ground is coloured by. */
  colour: 'dose' | 'passes';
  showTrack: boolean;
  showNames: boolean;
}

export const DEFAULTS: FieldOptions = {
  ...{ swathWidthM: 6, sections: 4, doseUnit: 'L/ha', targetDose: 0, longestGapS: 5, cellM: 0.5 },
  ...{ colour: 'dose', showTrack: true, showNames: true },
};

/** What the drawing needs of them. */
export function jobOptionsOf({ swathWidthM, sections, longestGapS, cellM }: FieldOptions): JobOptions {
  return { widthM: swathWidthM, sections, longestGapS, cellM };
}

/**
 * Coverage of the ground in square cells: how often each was sprayed and how many litres fell on it. A cell belongs to a
 * swath whose polygon holds its middle, so the area of many cells is right to half a cell along borders. A cell that is met
 * again within a short time is the same pass: steps overlap at their seams.
 */
import { type Box, boxOf, type Metres } from './plane.ts';
import { areaOf, isInside } from './polygon.ts';
import type { Swath } from './swaths.ts';

export interface Coverage {
  cellM: number;
  /** South-west corner. */
  west: number;
  south: number;
  columns: number;
  rows: number;
  /** By row and column: passes over it. */
  passes: Uint16Array;
  /** Litres on a square metre, all passes together. */
  litresPerM2: Float32Array;
  /** 1: within a ring, or everywhere where there is none. */
  within: Uint8Array;
}

/** More cells than these make cells larger. */
const MOST_CELLS = 600_000;
/** Within this time it is the same pass, so long as a turn takes longer. */
const SAME_PASS_MS = 6_000;

/** @param cellM is the size wished for; a large field gets larger cells. @param rings of the fields, where they are known. */
export function coverageOf(
  swaths: readonly Swath[],
  rings: readonly (readonly Metres[])[],
  cellM: number,
): Coverage | undefined {
  const box = boxOf([...rings.flat(), ...swaths.flatMap(({ polygons }) => polygons.flat())]);
  if (box === undefined) return undefined;
  const size = Math.max(cellM, Math.sqrt(((box.east - box.west) * (box.north - box.south)) / MOST_CELLS));
  const coverage = emptyCoverage(box, size);
  const lastMs = new Float64Array(coverage.passes.length).fill(Number.NEGATIVE_INFINITY);
  for (const { polygons, litres, fromMs, toMs } of swaths) {
    const area = polygons.reduce((sum, polygon) => sum + areaOf(polygon), 0);
    const perM2 = litres === undefined || area === 0 ? 0 : litres / area;
    for (const polygon of polygons) {
      forCells(coverage, polygon, (cell) => {
        const last = lastMs[cell] as number;
        if (fromMs - last > SAME_PASS_MS) coverage.passes[cell] = (coverage.passes[cell] as number) + 1;
        coverage.litresPerM2[cell] = (coverage.litresPerM2[cell] as number) + perM2;
        lastMs[cell] = toMs;
      });
    }
  }
  if (rings.length === 0) coverage.within.fill(1);
  for (const ring of rings)
    forCells(coverage, ring, (cell) => {
      coverage.within[cell] = 1;
    });
  return coverage;
}

function emptyCoverage({ west, south, east, north }: Box, cellM: number): Coverage {
  const columns = Math.max(1, Math.ceil((east - west) / cellM));
  const rows = Math.max(1, Math.ceil((north - south) / cellM));
  const cells = columns * rows;
  return {
    ...{ cellM, west, south, columns, rows },
    passes: new Uint16Array(cells),
    litresPerM2: new Float32Array(cells),
    within: new Uint8Array(cells),
  };
}

function forCells(c: Coverage, polygon: readonly Metres[], take: (cell: number) => void): void {
  const box = boxOf(polygon);
  if (box === undefined) return;
  const clamp = (n: number, most: number) => Math.min(most, Math.max(0, n));
  const firstColumn = clamp(Math.floor((box.west - c.west) / c.cellM), c.columns - 1);
  const lastColumn = clamp(Math.floor((box.east - c.west) / c.cellM), c.columns - 1);
  const firstRow = clamp(Math.floor((box.south - c.south) / c.cellM), c.rows - 1);
  const lastRow = clamp(Math.floor((box.north - c.south) / c.cellM), c.rows - 1);
  for (let row = firstRow; row <= lastRow; row++) {
    const north = c.south + (row + 0.5) * c.cellM;
    for (let column = firstColumn; column <= lastColumn; column++) {
      if (isInside([c.west + (column + 0.5) * c.cellM, north], polygon)) take(row * c.columns + column);
    }
  }
}

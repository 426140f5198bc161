/** Colours of doses and passes, as red, green, blue and opacity from 0 to 255. */
export type Rgba = readonly [red: number, green: number, blue: number, opacity: number];

/** Little to much, also told apart by those who do not see red and green, and in grey (after viridis). */
const LITTLE_TO_MUCH: readonly Rgba[] = [
  [253, 231, 37, 215],
  [94, 201, 98, 215],
  [33, 145, 140, 215],
  [59, 82, 139, 215],
  [68, 1, 84, 215],
];
/** Too little, as wished, too much. */
const AROUND_TARGET: readonly Rgba[] = [
  [59, 111, 219, 215],
  [140, 180, 225, 215],
  [76, 175, 110, 215],
  [240, 170, 90, 215],
  [200, 50, 45, 215],
];
export const ONCE: Rgba = [76, 175, 110, 205];
export const AGAIN: Rgba = [240, 140, 40, 225];
export const SKIPPED: Rgba = [214, 60, 60, 90];

/** How far from the target a dose may be to be drawn as the outermost colour. */
const TARGET_SHARE = 0.5;

export interface DoseScale {
  /** Dose that is wished; 0: none is said. */
  target: number;
  /** Dose that has the last colour where no target is said. */
  most: number;
}

export function doseColour(dose: number, { target, most }: DoseScale): Rgba {
  if (target > 0) return mixed(AROUND_TARGET, (dose / target - 1 + TARGET_SHARE) / (2 * TARGET_SHARE));
  return mixed(LITTLE_TO_MUCH, most > 0 ? dose / most : 0);
}

/** Doses at which a legend has a mark, from little to much. */
export function doseMarks({ target, most }: DoseScale): number[] {
  return target > 0
    ? [1 - TARGET_SHARE, 1 - TARGET_SHARE / 2, 1, 1 + TARGET_SHARE / 2, 1 + TARGET_SHARE].map((share) => share * target)
    : [0, 0.25, 0.5, 0.75, 1].map((share) => share * most);
}

/** The dose that 98 of 100 cells do not exceed, so that a few do not take all colours; 0 where nothing was sprayed. */
export function mostOf(doses: ArrayLike<number>): number {
  const given = Array.from(doses).filter((dose) => dose > 0);
  given.sort((a, b) => a - b);
  return given[Math.floor((given.length - 1) * 0.98)] ?? 0;
}

function mixed(stops: readonly Rgba[], share: number): Rgba {
  const at = Math.min(1, Math.max(0, share)) * (stops.length - 1);
  const low = Math.min(stops.length - 2, Math.floor(at));
  const [from, to] = [stops[low] as Rgba, stops[low + 1] as Rgba];
  const mix = (i: 0 | 1 | 2 | 3) => Math.round(from[i] + (to[i] - from[i]) * (at - low));
  return [mix(0), mix(1), mix(2), mix(3)];
}

export const css = ([red, green, blue, opacity]: Rgba) =>
  `rgba(${red}, ${green}, ${blue}, ${(opacity / 255).toFixed(2)})`;

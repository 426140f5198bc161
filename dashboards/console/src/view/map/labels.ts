/** Where numbers go beside their marks, so that none covers another or a mark. */
import type { Point } from './projection.ts';

export interface Label {
  dx: number;
  dy: number;
  anchor: 'middle' | 'start' | 'end';
}

interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** Half a mark's width, and the room that a number of four characters takes, pixels. */
const MARK = 7;
const WIDE = 32;
const HIGH = 14;
const BESIDE: Label[] = [
  { dx: 0, dy: 21, anchor: 'middle' },
  { dx: 0, dy: -11, anchor: 'middle' },
  { dx: 11, dy: 5, anchor: 'start' },
  { dx: -11, dy: 5, anchor: 'end' },
];

/** A place for each mark's number, below it where that is free; undefined where there is no room on any side. */
export function placeLabels(marks: readonly Point[]): (Label | undefined)[] {
  const taken: Box[] = marks.map(([x, y]) => ({ left: x - MARK, top: y - MARK, right: x + MARK, bottom: y + MARK }));
  return marks.map(([x, y]) => {
    for (const label of BESIDE) {
      const box = boxOf(x + label.dx, y + label.dy, label.anchor);
      if (taken.some((other) => overlaps(box, other))) continue;
      taken.push(box);
      return label;
    }
    return undefined;
  });
}

/** @param y the text's base line. */
function boxOf(x: number, y: number, anchor: Label['anchor']): Box {
  const left = anchor === 'start' ? x : anchor === 'end' ? x - WIDE : x - WIDE / 2;
  return { left, top: y - HIGH + 3, right: left + WIDE, bottom: y + 2 };
}

function overlaps(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

/**
 * Contrast of every theme (WCAG 2.2, 1.4.3 and 1.4.11): words 4.5 : 1, signs, lines and edges of controls 3 : 1;
 * outdoors words 7 : 1, for the sun takes most of it away.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const css = readFileSync(new URL('./theme.css', import.meta.url), 'utf8');
const blocks = [...css.matchAll(/(:root[^{]*)\{([^}]*)\}/g)].map(([, selector, body]) => ({
  selector: (selector as string).trim(),
  colours: Object.fromEntries([...(body as string).matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map((m) => [m[1], m[2]])),
}));
const [light, dark, auto, outdoors] = blocks.map((b) => b.colours as Record<string, string>);

function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((i) => {
    const share = Number.parseInt(hex.slice(i, i + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
function contrast(a: string, b: string): number {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

const STATES = ['fresh', 'late', 'suspect', 'silent', 'alert'];
const LINES = Array.from({ length: 8 }, (_, i) => `line-${i + 1}`);
const words: [string, string][] = [
  ...['page', 'surface', 'surface-pressed'].flatMap((g): [string, string][] => [
    ['ink', g],
    ['ink-quiet', g],
    ['accent', g],
  ]),
  ...STATES.flatMap((s): [string, string][] => [
    [`${s}-ink`, 'surface'],
    [`${s}-ink`, 'page'],
    [`${s}-ink`, `${s}-soft`],
    ['ink', `${s}-soft`],
  ]),
  ['ink', 'late-soft'],
  ['accent', 'accent-soft'],
];
const shapes: [string, string][] = [
  ...STATES.flatMap((s): [string, string][] => [
    [s, 'surface'],
    [s, 'page'],
    [s, `${s}-soft`],
  ]),
  ...LINES.map((l): [string, string] => [l, 'surface']),
  ['edge-strong', 'surface'],
  ['focus', 'page'],
  ['focus', 'surface'],
  ['spray', 'surface'],
];

describe.each([
  ['light', light, 4.5, 3],
  ['dark', dark, 4.5, 3],
  ['outdoors', outdoors, 7, 4.5],
] as const)('%s', (_name, theme, wordsAtLeast, shapesAtLeast) => {
  const under = (pairs: [string, string][], least: number) =>
    pairs
      .map(([a, b]) => [a, b, contrast(theme?.[a] ?? '#000000', theme?.[b] ?? '#000000')] as const)
      .filter(([, , ratio]) => ratio < least)
      .map(([a, b, ratio]) => `${a} on ${b}: ${ratio.toFixed(2)}`);

  test('words', () => expect(under(words, wordsAtLeast)).toEqual([]));
  test('signs and lines', () => expect(under(shapes, shapesAtLeast)).toEqual([]));
});

test('dark is dark, whether chosen or the system’s', () => {
  expect(auto).toEqual(dark);
});

/** Chance that depends only on a seed and a place in it, so that any moment of the world can be asked for in any order. */

/** A number in [0, 1) from a seed, a name and whole numbers (FNV-1a, then a final mix). */
export function chance(seed: number, name: string, ...at: number[]): number {
  let h = 0x811c9dc5 ^ seed;
  for (let i = 0; i < name.length; i++) h = Math.imul(h ^ name.charCodeAt(i), 0x01000193);
  for (const n of at) h = Math.imul(h ^ (n | 0), 0x01000193) ^ (Math.floor(n / 4294967296) | 0);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return ((h ^ (h >>> 16)) >>> 0) / 4294967296;
}

/** Smooth noise in [−1, 1] that wanders over `periodMs`. */
export function wander(seed: number, name: string, timeMs: number, periodMs: number): number {
  const x = timeMs / periodMs;
  const i = Math.floor(x);
  const f = x - i;
  const blend = f * f * (3 - 2 * f);
  const a = chance(seed, name, i);
  const b = chance(seed, name, i + 1);
  return (a + (b - a) * blend) * 2 - 1;
}

export const clamp = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value));

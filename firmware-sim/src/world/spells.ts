/**
 * Weather to order: a spell bends the seed's own weather for a while, gently at its edges. What bends it is data; what
 * follows from it (rain, sun, evaporation, dew) stays the business of weather.ts.
 */
import { clamp } from './noise.ts';

export interface SpellKind {
  what: string;
  /** How deep the trough is: 0 high pressure, 1 where rain sets in, 1.3 a downpour. */
  trough?: number;
  /** Share of the sky. */
  cloud?: number;
  windFactor?: number;
  /** Added to the speed of the wind and to that of gusts, m/s. */
  windMs?: number;
  gustMs?: number;
  /** Added to air temperature and to dew point, °C. */
  warmerC?: number;
  moisterC?: number;
  /** Coldest of the night and warmest of the day instead, °C. */
  nightC?: number;
  dayC?: number;
  /** Multiplies the rain. */
  rainFactor?: number;
  /** Grows to its middle and fades, rather than standing at its full height. */
  swells?: boolean;
}

export const SPELLS = {
  'dry-spell': {
    what: 'no cloud, no rain, hot and dry air',
    ...{ trough: 0.05, cloud: 0.03, rainFactor: 0, warmerC: 4, moisterC: -6 },
  },
  'frost-night': {
    what: 'a clear, still sky that lets the heat of the night go',
    ...{ trough: 0, cloud: 0.02, windFactor: 0.25, rainFactor: 0, nightC: -4, dayC: 11, moisterC: -9 },
  },
  storm: {
    what: 'falling pressure, gusts and a downpour that grow to the middle of the spell',
    ...{ trough: 1.3, cloud: 1, windFactor: 1.5, windMs: 9, gustMs: 7, rainFactor: 5, warmerC: -4, swells: true },
  },
} satisfies Record<string, SpellKind>;

export type SpellName = keyof typeof SPELLS;

export interface Spell {
  kind: SpellName;
  fromMs: number;
  toMs: number;
  /** It was there before anybody looked, and does not set in at `fromMs`. */
  isOldAlready?: boolean;
}

/** What the spells make of the weather's drivers at one moment. */
export interface Bend extends Required<Omit<SpellKind, 'what' | 'swells' | 'trough' | 'cloud' | 'nightC' | 'dayC'>> {
  trough(own: number): number;
  cloud(own: number): number;
  /** `warmth` is the day's, 0 at its coldest and 1 at its warmest. */
  temperatureC(own: number, warmth: number): number;
}

const NOTHING: Bend = {
  ...{ windFactor: 1, windMs: 0, gustMs: 0, warmerC: 0, moisterC: 0, rainFactor: 1 },
  ...{ trough: (own: number) => own, cloud: (own: number) => own, temperatureC: (own: number) => own },
};
/** Longest time in which a spell sets in or fades: faster than nature would be marked as a jump. */
const EDGE_MS = 7_200_000;

const mix = (own: number, other: number | undefined, weight: number) =>
  other === undefined ? own : own + (other - own) * weight;

/** What bends the weather at `timeMs`; of overlapping spells the last. */
export function bendAt(spells: readonly Spell[], timeMs: number): Bend {
  const spell = spells.findLast(({ fromMs, toMs }) => timeMs > fromMs && timeMs < toMs);
  if (spell === undefined) return NOTHING;
  const kind: SpellKind = SPELLS[spell.kind];
  const lastsMs = spell.toMs - spell.fromMs;
  const edgeMs = kind.swells ? lastsMs / 2 : Math.min(EDGE_MS, lastsMs / 4);
  const sinceMs = spell.isOldAlready && !kind.swells ? edgeMs : timeMs - spell.fromMs;
  const w = clamp(Math.min(sinceMs, spell.toMs - timeMs) / edgeMs, 0, 1);
  const { nightC, dayC } = kind;
  return {
    windFactor: mix(1, kind.windFactor, w),
    windMs: (kind.windMs ?? 0) * w,
    gustMs: (kind.gustMs ?? 0) * w,
    warmerC: (kind.warmerC ?? 0) * w,
    moisterC: (kind.moisterC ?? 0) * w,
    rainFactor: mix(1, kind.rainFactor, w),
    trough: (own) => mix(own, kind.trough, w),
    cloud: (own) => mix(own, kind.cloud, w),
    temperatureC: (own, warmth) =>
      nightC === undefined || dayC === undefined ? own : mix(own, nightC + (dayC - nightC) * warmth, w),
  };
}

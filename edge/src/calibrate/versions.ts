/**
 * The versions of calibrations and placements of one gateway, kept in its journal. What was in force once is never changed:
 * a change begins when the gateway takes it up, or at its own later time, and readings that were accepted before keep
 * what they were calibrated with.
 */
import type { CalibrationFormula } from '@karez/model';

export interface Version<T> {
  version: number;
  fromMs: number;
  /** Null: nothing, after there was something. */
  what: T | null;
}

/** All versions of one thing, and the highest number that was ever given. */
export interface VersionLog<T> {
  last: number;
  versions: Version<T>[];
}

export interface Wanted<T> {
  /** Left out: from now on. */
  fromMs?: number;
  what: T;
}

/**
 * The log that follows from what the configuration wants now. A version whose time has not come yet may be replaced; one
 * whose time has come stays.
 */
export function settleVersions<T>(
  log: VersionLog<T> | undefined,
  wanted: readonly Wanted<T>[],
  nowMs: number,
): VersionLog<T> {
  let last = log?.last ?? 0;
  const versions = (log?.versions ?? []).filter((v) => v.fromMs <= nowMs);
  const planned = (log?.versions ?? []).filter((v) => v.fromMs > nowMs);
  const inOrder = [...wanted].sort((a, b) => (a.fromMs ?? 0) - (b.fromMs ?? 0));
  const present = inOrder.filter((w) => (w.fromMs ?? 0) <= nowMs).at(-1)?.what ?? null;
  if (!isSame(present, versions.at(-1)?.what ?? null)) versions.push({ version: ++last, fromMs: nowMs, what: present });
  for (const { fromMs = 0, what } of inOrder.filter((w) => (w.fromMs ?? 0) > nowMs)) {
    const known = planned.find((v) => v.fromMs === fromMs && isSame(v.what, what));
    versions.push(known ?? { version: ++last, fromMs, what });
  }
  return { last, versions };
}

/** Whether two contents say the same, whatever the order of their keys. */
function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, v]) => v !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, v]) => [key, sorted(v)]),
  );
}

/** By channel name and device id. */
export interface GatewayVersions {
  calibrations: Record<string, VersionLog<CalibrationFormula>>;
  placements: Record<string, VersionLog<Placement>>;
}

export interface Placement {
  field?: string;
  position?: readonly [number, number];
  depthCm?: number;
  heightCm?: number;
}

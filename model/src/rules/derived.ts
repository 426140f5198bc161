/**
 * Quantities that are computed from others of the same device, for devices that do not measure them. One row each: adding
 * one is adding a row, and a quantity of that id in the quantity table. Inputs are taken at one place of one device.
 *
 * Sources: FAO Irrigation and Drainage Paper 56 (Allen et al. 1998), equation 11 (saturation vapour pressure over water,
 * the form of Tetens 1930) and equation 54 (actual vapour pressure from temperature and humidity of the same time).
 */
import type { QuantityId } from '../quantities.ts';

export interface Derived {
  inputs: readonly QuantityId[];
  /** The value from one value of each input, in the units of the quantity table; NaN where there is none. */
  of(values: readonly number[]): number;
}

/** Saturation vapour pressure at an air temperature in °C, in kPa (FAO-56, equation 11). */
export function saturationKpa(celsius: number): number {
  return 0.6108 * Math.exp((17.27 * celsius) / (celsius + 237.3));
}

/** Vapour pressure of air of a temperature in °C and a relative humidity in %, in kPa (FAO-56, equation 54). */
export function vapourKpa(celsius: number, humidityPct: number): number {
  return (saturationKpa(celsius) * humidityPct) / 100;
}

/** The temperature in °C at which air of this vapour pressure in kPa is saturated: equation 11 solved for it. NaN for dry air. */
export function dewPointC(kpa: number): number {
  if (!(kpa > 0)) return Number.NaN;
  const x = Math.log(kpa / 0.6108);
  return (237.3 * x) / (17.27 - x);
}

const AIR = ['air.temperature', 'air.humidity'] as const;

export const DERIVED: Partial<Record<QuantityId, Derived>> = {
  'air.dew-point': { inputs: AIR, of: ([t, rh]) => dewPointC(vapourKpa(t as number, rh as number)) },
  'air.vapour-pressure-deficit': {
    inputs: AIR,
    of: ([t, rh]) => saturationKpa(t as number) - vapourKpa(t as number, rh as number),
  },
};

/** How a quantity is computed, or undefined where it can only be measured. */
export function derivedOf(quantity: string): Derived | undefined {
  return Object.hasOwn(DERIVED, quantity) ? DERIVED[quantity as QuantityId] : undefined;
}

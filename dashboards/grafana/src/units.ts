/** UCUM units of the quantity table as Grafana names them (its unit ids; `suffix:` where it has none). */
import { type QuantityId, quantityOf } from '@karez/model';

const UNITS: Record<string, string> = {
  '%': 'percent',
  Cel: 'celsius',
  hPa: 'pressurehpa',
  kPa: 'pressurekpa',
  'm/s': 'velocityms',
  mm: 'lengthmm',
  m: 'lengthm',
  deg: 'degree',
  V: 'volt',
  A: 'amp',
  L: 'litre',
  s: 's',
  'dB[mW]': 'dBm',
  dB: 'dB',
  '[ppm]': 'ppm',
  lx: 'lux',
  '1': 'none',
};

/** Grafana's unit of a quantity. */
export function unitOf(quantity: QuantityId): string {
  const { unit, label } = quantityOf(quantity) ?? { unit: '1', label: '' };
  return UNITS[unit] ?? `suffix: ${label}`;
}

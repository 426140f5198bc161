/**
 * Conversions between UCUM units (ucum.org, case-sensitive codes), for profiles of devices that speak other units than
 * the quantity table. Factors are exact fractions and a conversion is computed in whole numbers, so that 72.05 [degF] is
 * 22.25 Cel and rounds like it: no binary fraction stands between the device's digits and the stored ones.
 */

/** What a unit measures: only units of one dimension convert into each other. */
type Dimension =
  | 'temperature'
  | 'ratio'
  | 'conductivity'
  | 'pressure'
  | 'length'
  | 'speed'
  | 'irradiance'
  | 'photon flux'
  | 'volume'
  | 'flow'
  | 'time'
  | 'angle'
  | 'voltage'
  | 'current'
  | 'illuminance'
  | 'level'
  | 'gain';

/** A unit as `base = value × factor + offset`, both as fractions. */
type Row = [dimension: Dimension, factor: string, offset?: string];

/** Bases: Cel, 1, uS/cm, Pa, m, m/s, W/m2, umol/m2/s, m3, m3/s, s, deg, V, A, lx, dB[mW]. */
const UNITS: Record<string, Row> = {
  Cel: ['temperature', '1'],
  '[degF]': ['temperature', '5/9', '-160/9'],
  K: ['temperature', '1', '-273.15'],
  '1': ['ratio', '1'],
  'm3/m3': ['ratio', '1'],
  '%': ['ratio', '1/100'],
  'g/kg': ['ratio', '1/1000'],
  'mg/kg': ['ratio', '1/1000000'],
  '[ppm]': ['ratio', '1/1000000'],
  '[ppb]': ['ratio', '1/1000000000'],
  'uS/cm': ['conductivity', '1'],
  'mS/cm': ['conductivity', '1000'],
  'dS/m': ['conductivity', '1000'],
  'S/m': ['conductivity', '10000'],
  'mS/m': ['conductivity', '10'],
  'uS/m': ['conductivity', '1/100'],
  Pa: ['pressure', '1'],
  hPa: ['pressure', '100'],
  kPa: ['pressure', '1000'],
  MPa: ['pressure', '1000000'],
  mbar: ['pressure', '100'],
  bar: ['pressure', '100000'],
  atm: ['pressure', '101325'],
  // Conventional mercury (NIST SP 811, appendix B.8), which instruments are made to; UCUM's own figures end three digits earlier.
  "[in_i'Hg]": ['pressure', '3386.38864034'],
  'mm[Hg]': ['pressure', '133.322387415'],
  'cm[H2O]': ['pressure', '98.0665'],
  '[psi]': ['pressure', '6894.757293168'],
  um: ['length', '1/1000000'],
  mm: ['length', '1/1000'],
  cm: ['length', '1/100'],
  m: ['length', '1'],
  km: ['length', '1000'],
  'L/m2': ['length', '1/1000'],
  '[in_i]': ['length', '0.0254'],
  '[ft_i]': ['length', '0.3048'],
  '[yd_i]': ['length', '0.9144'],
  '[mi_i]': ['length', '1609.344'],
  'm/s': ['speed', '1'],
  'cm/s': ['speed', '1/100'],
  'm/min': ['speed', '1/60'],
  'km/h': ['speed', '5/18'],
  'mm/min': ['speed', '1/60000'],
  'mm/h': ['speed', '1/3600000'],
  'cm/h': ['speed', '1/360000'],
  '[in_i]/h': ['speed', '0.0254/3600'],
  '[ft_i]/s': ['speed', '0.3048'],
  '[mi_i]/h': ['speed', '1609.344/3600'],
  '[kn_i]': ['speed', '1852/3600'],
  'W/m2': ['irradiance', '1'],
  'kW/m2': ['irradiance', '1000'],
  'mW/cm2': ['irradiance', '10'],
  'umol/m2/s': ['photon flux', '1'],
  'umol/(m2.s)': ['photon flux', '1'],
  'mmol/m2/s': ['photon flux', '1000'],
  'mol/m2/s': ['photon flux', '1000000'],
  m3: ['volume', '1'],
  hL: ['volume', '1/10'],
  L: ['volume', '1/1000'],
  mL: ['volume', '1/1000000'],
  '[gal_us]': ['volume', '0.003785411784'],
  '[gal_br]': ['volume', '0.00454609'],
  '[cft_i]': ['volume', '0.028316846592'],
  'm3/s': ['flow', '1'],
  'm3/h': ['flow', '1/3600'],
  'L/s': ['flow', '1/1000'],
  'L/min': ['flow', '1/60000'],
  'L/h': ['flow', '1/3600000'],
  'mL/min': ['flow', '1/60000000'],
  '[gal_us]/min': ['flow', '0.003785411784/60'],
  '[gal_br]/min': ['flow', '0.00454609/60'],
  us: ['time', '1/1000000'],
  ms: ['time', '1/1000'],
  s: ['time', '1'],
  min: ['time', '60'],
  h: ['time', '3600'],
  d: ['time', '86400'],
  deg: ['angle', '1'],
  rad: ['angle', '57.295779513082320876798'],
  gon: ['angle', '9/10'],
  mV: ['voltage', '1/1000'],
  V: ['voltage', '1'],
  uA: ['current', '1/1000000'],
  mA: ['current', '1/1000'],
  A: ['current', '1'],
  lx: ['illuminance', '1'],
  klx: ['illuminance', '1000'],
  'dB[mW]': ['level', '1'],
  dB: ['gain', '1'],
};

interface Fraction {
  n: bigint;
  d: bigint;
}

/** Units that `unit` converts into, itself included; none where it is not in the table. */
export function convertibleWith(unit: string): string[] {
  const row = Object.hasOwn(UNITS, unit) ? UNITS[unit] : undefined;
  if (row === undefined) return [];
  return Object.keys(UNITS).filter((other) => (UNITS[other] as Row)[0] === row[0]);
}

/** What a device's raw number goes through on its way to the stored unit. */
export interface Steps {
  multiply?: number | undefined;
  divide?: number | undefined;
  offset?: number | undefined;
  /** Unit after multiplying, dividing and adding. */
  from: string;
  to: string;
}

const lines = new Map<string, [slope: Fraction, shift: Fraction]>();

/**
 * `(raw × multiply / 10^divide + offset)` in `from`, converted to `to` and rounded half away from zero to `decimals`.
 * @param raw finite, in the digits that it prints with.
 * @throws Error where the units do not convert: profiles are checked for that before.
 */
export function convertExactly(raw: number, steps: Steps, decimals: number): number {
  const key = `${steps.multiply} ${steps.divide} ${steps.offset} ${steps.from} ${steps.to}`;
  let line = lines.get(key);
  if (line === undefined) {
    line = lineOf(steps);
    lines.set(key, line);
  }
  const [slope, shift] = line;
  const value = plus(times(fraction(String(raw)), slope), shift);
  return rounded(value, decimals);
}

/** Slope and shift of the whole way: every step is a straight line. */
function lineOf({ multiply, divide, offset, from, to }: Steps): [Fraction, Fraction] {
  if (!convertibleWith(from).includes(to)) throw new Error(`${from} does not convert to ${to}`);
  const [, inFactor, inOffset = '0'] = UNITS[from] as Row;
  const [, outFactor, outOffset = '0'] = UNITS[to] as Row;
  const scale = times(fraction(String(multiply ?? 1)), { n: 1n, d: 10n ** BigInt(divide ?? 0) });
  const perUnit = over(fraction(inFactor), fraction(outFactor));
  const shift = over(minus(fraction(inOffset), fraction(outOffset)), fraction(outFactor));
  return [times(scale, perUnit), plus(times(fraction(String(offset ?? 0)), perUnit), shift)];
}

/** A fraction from `5/9`, `-160/9`, `0.0254/3600` or a number as it prints. */
function fraction(text: string): Fraction {
  const [upper, lower] = text.split('/');
  const n = decimal(upper as string);
  return lower === undefined ? n : over(n, decimal(lower));
}

function decimal(text: string): Fraction {
  const [mantissa, exponent = '0'] = text.toLowerCase().split('e');
  const [whole, part = ''] = (mantissa as string).split('.');
  const power = Number(exponent) - part.length;
  const digits = BigInt(`${whole}${part}`);
  return power >= 0 ? { n: digits * 10n ** BigInt(power), d: 1n } : { n: digits, d: 10n ** BigInt(-power) };
}

const times = (a: Fraction, b: Fraction): Fraction => ({ n: a.n * b.n, d: a.d * b.d });
const over = (a: Fraction, b: Fraction): Fraction => positive({ n: a.n * b.d, d: a.d * b.n });
const plus = (a: Fraction, b: Fraction): Fraction => ({ n: a.n * b.d + b.n * a.d, d: a.d * b.d });
const minus = (a: Fraction, b: Fraction): Fraction => plus(a, { n: -b.n, d: b.d });
const positive = ({ n, d }: Fraction): Fraction => (d < 0n ? { n: -n, d: -d } : { n, d });

function rounded({ n, d }: Fraction, decimals: number): number {
  const size = n < 0n ? -n : n;
  const units = (2n * size * 10n ** BigInt(decimals) + d) / (2n * d);
  if (units === 0n) return 0;
  const digits = units.toString().padStart(decimals + 1, '0');
  const text = decimals === 0 ? digits : `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
  return Number(n < 0n ? `-${text}` : text);
}

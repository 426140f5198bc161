/** Decimal numbers as text, so that no digit of a recording is lost or made up on its way. */

interface Decimal {
  isNegative: boolean;
  /** The number is `digits` × 10^-scale. */
  digits: string;
  scale: number;
}

/** Of a number as it stands in a file, e.g. 2987.25, -.5 or 1.2E-3. */
function decimalOf(text: string): Decimal {
  const [, sign, whole = '', fraction = '', exponent = '0'] = /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(
    text,
  ) as RegExpExecArray;
  return { isNegative: sign === '-', digits: whole + fraction, scale: fraction.length - Number(exponent) };
}

/**
 * The number divided by 10^`divide`, plainly written with at most `most` digits; further ones are rounded, a half away from
 * zero. Trailing zeros of the file stay. Undefined where more than `most` digits stand before its point.
 */
export function plainDigits(text: string, most: number, divide = 0): string | undefined {
  const { isNegative, digits, scale: written } = decimalOf(text);
  let scale = written + divide;
  let all = digits;
  if (scale < 0) {
    all += '0'.repeat(-scale);
    scale = 0;
  }
  all = all.padStart(scale + 1, '0');
  const whole = all.slice(0, all.length - scale).replace(/^0+(?=\d)/, '');
  const room = most - whole.length;
  if (room < 0) return undefined;
  const fraction = all.slice(all.length - scale);
  const kept = whole + fraction.slice(0, room);
  const isUp = Number(fraction[room] ?? 0) >= 5;
  const rounded = (BigInt(kept) + (isUp ? 1n : 0n)).toString().padStart(kept.length, '0');
  const decimals = Math.min(fraction.length, room);
  const [before, behind] = [rounded.slice(0, rounded.length - decimals), rounded.slice(rounded.length - decimals)];
  if (before.length + behind.length > most)
    return behind === '' ? undefined : plainDigits(`${isNegative ? '-' : ''}${before}.${behind}`, most);
  const isZero = /^0*$/.test(before + behind);
  return `${isNegative && !isZero ? '-' : ''}${before}${behind === '' ? '' : `.${behind}`}`;
}

/** Numbers as people read them: decimals of the quantity, a true minus sign, the grouping of the language. */
import { quantityOf } from '@karez/model/quantities';
import { stateName } from '@karez/model/states';

const formats = new Map<string, Intl.NumberFormat>();

/** A number with exactly so many decimals; −0 is 0. */
export function showNumber(value: number, decimals: number, language: string): string {
  const key = `${language}/${decimals}`;
  let format = formats.get(key);
  if (format === undefined) {
    format = new Intl.NumberFormat(language, {
      ...{ minimumFractionDigits: decimals, maximumFractionDigits: decimals },
      signDisplay: 'negative',
    });
    formats.set(key, format);
  }
  return format.format(value).replace('-', '−');
}

/** A value of a quantity: the word for it where it is a state, else the number. */
export function showValue(quantity: string, value: number, channelDecimals: number, language: string): string {
  const state = stateName(quantity, value);
  if (state !== undefined) return language.startsWith('zh') ? state.zh : state.en;
  return showNumber(value, decimalsOf(quantity, channelDecimals), language);
}

/** Decimals worth showing: those of the quantity; of an unknown one, those of the device. */
export function decimalsOf(quantity: string, channelDecimals = 0): number {
  return quantityOf(quantity)?.decimals ?? channelDecimals;
}

/** The unit as people read it; empty where there is none. */
export function unitOf(quantity: string): string {
  return quantityOf(quantity)?.label ?? '';
}

const BYTES = ['B', 'kB', 'MB', 'GB', 'TB'];

/** Bytes with a fitting unit, decimal (1 kB = 1000 B). */
export function showBytes(bytes: number, language: string): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < BYTES.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${showNumber(value, unit > 0 && value < 99.5 ? 1 : 0, language)} ${BYTES[unit]}`;
}

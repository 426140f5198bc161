/**
 * Times as text: RFC 3339, and what ISO 8601 allows beside it (comma, offset without colon), with up to nine decimals as
 * LoRaWAN servers write them. A time without an offset could be any of two dozen and is not read.
 */
const FORM = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(?:([Zz])|([+-])(\d\d):?(\d\d)?)$/;

/** UTC milliseconds since 1970, what is finer cut off; undefined where the text is no such time. */
export function isoTimeMs(text: string): number | undefined {
  const parts = FORM.exec(text);
  if (parts === null) return undefined;
  const [, year, month, day, hour, minute, second = '0', fraction = '', utc, sign, offsetHour, offsetMinute = '0'] =
    parts;
  const numbers = [year, month, day, hour, minute, second].map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const [y, mo, d, h, mi, s] = numbers;
  // 60 is a leap second; Date.UTC counts it as the next minute's first.
  if (h > 23 || mi > 59 || s > 60) return undefined;
  const ms = Date.UTC(y, mo - 1, d, h, mi, s, Number(fraction.padEnd(3, '0').slice(0, 3)));
  const date = new Date(Date.UTC(y, mo - 1, d));
  if (date.getUTCMonth() !== mo - 1 || date.getUTCDate() !== d) return undefined;
  if (utc !== undefined) return ms;
  const offset = Number(offsetHour) * 60 + Number(offsetMinute);
  if (Number(offsetHour) > 23 || Number(offsetMinute) > 59) return undefined;
  return ms - (sign === '-' ? -offset : offset) * 60_000;
}

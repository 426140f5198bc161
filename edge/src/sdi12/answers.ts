/**
 * What sensors answer, line by line, without the line end (SDI-12 v1.4, section 4.4 and table 5). A line is taken only if
 * it is whole: the address that was asked first, then the exact form of the answer, and the CRC where one was asked for.
 */
import { KarezError } from '@karez/model';
import { CRC_LENGTH, crcOf } from './crc.ts';

/** Seconds until the values are there, and how many they will be. */
export interface Timing {
  seconds: number;
  count: number;
}

/** What a sensor says of itself (section 4.4.2, table 7). */
export interface Identity {
  address: string;
  /** Of SDI-12, e.g. 1.3. */
  version: string;
  /** Eight and six characters, blanks at their ends kept: profiles are compared with them. */
  vendor: string;
  model: string;
  firmware: string;
  serial: string;
}

/** Digits of a value, its sign and point left out (table 11). Longer ones are two that lost the sign between them. */
const MOST_DIGITS = 7;

/** `a`: the acknowledgement, the service request, and the answer to an address query. Returns the address. */
export function readAddress(line: string, address: string): string {
  checkAddress(line, address === '?' ? (line[0] ?? '') : address);
  if (line.length !== 1 || !isAddress(line)) throw malformed(line, 'an address alone');
  return line;
}

/** `atttn` or `atttnn`: with how many digits the count is said depends on the command (tables 9 and 10). */
export function readTiming(line: string, address: string, digits: 1 | 2): Timing {
  checkAddress(line, address);
  if (line.length !== 4 + digits || !/^\d+$/.test(line.slice(1)))
    throw malformed(line, `the address, three digits of seconds and ${digits} of a count`);
  return { seconds: Number(line.slice(1, 4)), count: Number(line.slice(4)) };
}

/** `a<values>`, with a CRC behind where it was asked for. No values at all: the sensor gave the measurement up. */
export function readValues(line: string, address: string, hasCrc: boolean): number[] {
  checkAddress(line, address);
  const end = hasCrc ? line.length - CRC_LENGTH : line.length;
  if (hasCrc) checkCrc(line, end);
  const values: number[] = [];
  for (let at = 1; at < end; ) {
    const next = endOfValue(line, at, end);
    if (next === undefined) throw malformed(line.slice(0, end), `values of a sign and up to ${MOST_DIGITS} digits`);
    values.push(Number(line.slice(at, next)));
    at = next;
  }
  return values;
}

/** `allccccccccmmmmmmvvvxxx…`. */
export function readIdentity(line: string, address: string): Identity {
  checkAddress(line, address);
  const parts = /^(.)(\d\d)(.{8})(.{6})(.{3})(.{0,13})$/.exec(line);
  if (parts === null) throw malformed(line, 'an identification of 20 to 33 characters');
  const [, own, version, vendor, model, firmware, serial] = parts as unknown as string[];
  return {
    ...{ address: own as string, version: [...(version as string)].join('.') },
    ...{ vendor: vendor as string, model: model as string },
    ...{ firmware: (firmware as string).trim(), serial: (serial as string).trim() },
  };
}

/** Any of 0 to 9, A to Z, a to z (section 4.3). */
export function isAddress(text: string): boolean {
  return /^[0-9A-Za-z]$/.test(text);
}

/** Where the value that begins at `at` ends: at a sign or at `end`; undefined where it has not the form `pd.d`. */
function endOfValue(line: string, at: number, end: number): number | undefined {
  const sign = line.charCodeAt(at);
  if (sign !== 0x2b && sign !== 0x2d) return undefined;
  let digits = 0;
  let points = 0;
  let i = at + 1;
  for (; i < end; i++) {
    const code = line.charCodeAt(i);
    if (code === 0x2b || code === 0x2d) break;
    if (code === 0x2e) points++;
    else if (code >= 0x30 && code <= 0x39) digits++;
    else return undefined;
  }
  return digits >= 1 && digits <= MOST_DIGITS && points <= 1 ? i : undefined;
}

function checkAddress(line: string, address: string): void {
  if (line[0] === address) return;
  const isOther = line !== '' && isAddress(line[0] as string);
  if (isOther)
    throw new KarezError('FRAME_UNEXPECTED', `address ${line[0]} answered instead of ${address}`, { where: 'address' });
  throw malformed(line, `the address ${address} first`);
}

function checkCrc(line: string, end: number): void {
  if (end < 1) throw new KarezError('FRAME_TOO_SHORT', `"${line}" has no room for a CRC`, { where: 'crc' });
  const found = line.slice(end);
  const expected = crcOf(line, 0, end);
  if (found !== expected)
    throw new KarezError('FRAME_CHECKSUM', `CRC ${printed(found)}, expected ${expected}`, { where: 'crc' });
}

function malformed(line: string, expected: string): KarezError {
  return new KarezError('FRAME_MALFORMED', `"${printed(line)}" is not ${expected}`, { where: 'answer' });
}

/** As it can stand in a message: at most forty characters, what cannot be printed as dots. */
export function printed(text: string): string {
  const plain = text.replace(/[^ -~]/g, '.');
  return plain.length > 40 ? `${plain.slice(0, 40)}…` : plain;
}

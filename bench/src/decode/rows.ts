/**
 * Frames that one core turns into values, by protocol: recorded frames through the gateway's own framing, checksums and
 * profiles, and beside it, where there is one, what the plain library does with the same bytes. A protocol is one row.
 */
import type { BenchContext } from '../context.ts';
import { type Figure, figure } from '../figure.ts';
import { davisRow } from './davis.ts';
import { firmataRow } from './firmata.ts';
import { jsonRow } from './json.ts';
import { lorawanRow } from './lorawan.ts';
import { mavlinkRow } from './mavlink.ts';
import { modbusRow } from './modbus.ts';
import { nmeaRow } from './nmea.ts';
import { sdi12Row } from './sdi12.ts';
import { sparkplugRow } from './sparkplug.ts';
import { type Run, speed } from './speed.ts';

export interface DecoderRow {
  /** The figure becomes `decode.ID`. */
  id: string;
  /** What is decoded, in words, for the table. */
  what: string;
  ours(): Run;
  /** The plain library: what it makes of the same bytes, and how. */
  plain?: { what: string; run(): Run };
}

const ROWS: readonly DecoderRow[] = [
  modbusRow,
  davisRow,
  nmeaRow,
  sdi12Row,
  firmataRow,
  mavlinkRow,
  jsonRow,
  lorawanRow,
  sparkplugRow,
];

export async function decodeFigures(_context: BenchContext): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const { id, what, ours, plain } of ROWS) {
    const rate = await speed(ours());
    const limit = plain === undefined ? undefined : await speed(plain.run());
    const note = `one core, ${what}, to values${plain === undefined ? '' : `; limit: ${plain.what}`}`;
    figures.push(figure(`decode.${id}`, rate, 'frames/s', note, limit));
  }
  return figures;
}

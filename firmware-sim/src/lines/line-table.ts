/** Every kind of line that the simulator can play. A new protocol is a file beside this one and a row here. */
import Type, { type Static } from 'typebox';
import { davisLine } from './davis-line.ts';
import { firmataLine } from './firmata-line.ts';
import type { LineKind } from './line-kind.ts';
import { mavlinkLine } from './mavlink-line.ts';
import { modbusLine } from './modbus-line.ts';
import { nmeaLine } from './nmea-line.ts';
import { sdi12Line } from './sdi12-line.ts';

const LINES = {
  modbus: modbusLine,
  davis: davisLine,
  mavlink: mavlinkLine,
  nmea: nmeaLine,
  sdi12: sdi12Line,
  firmata: firmataLine,
};

/** A row of each stands here once more, because a type cannot be read out of a table. */
export const SimLine = Type.Union([
  modbusLine.schema,
  davisLine.schema,
  mavlinkLine.schema,
  nmeaLine.schema,
  sdi12Line.schema,
  firmataLine.schema,
]);
export type SimLine = Static<typeof SimLine>;

/** The kind of a line, for use with that line. */
export const kindOf = (line: SimLine): LineKind<typeof SimLine> =>
  LINES[line.type] as unknown as LineKind<typeof SimLine>;

/**
 * A part of the recorded file around the hours in which the probes were connected: NAN, a gap of four hours, values. The
 * whole file is played by `npm run replay`.
 */
import { expect, test } from 'vitest';
import { playTeros, TEROS_FILE } from './play-teros.ts';
import { isThere, partOf, readRecorded } from './recorded-table.ts';

const PART = { from: 655, rows: 45 };

test.runIf(isThere(TEROS_FILE))(
  'six recorded TEROS 12 come into the store to the last digit',
  async () => {
    const table = readRecorded(TEROS_FILE);
    expect(table.rows).toHaveLength(13_441);
    const proof = await playTeros(partOf(table, PART.from, PART.rows));
    // The probes were connected within the gap, so that before it all is absent.
    expect(proof).toEqual({ rows: 45, readings: (45 + 15) * 30, absent: (14 + 15) * 30, held: 15 * 6 });
  },
  60_000,
);

/**
 * Readings whose sequence number was committed before, compared with what InfluxDB holds. InfluxDB writes one point over
 * another without a word, so that a reading which shares number, channel and time with a stored one, but not the value,
 * would destroy it. Such a repeat is rare (an acknowledgement was lost, a gateway was restored from a copy of its disk),
 * and costs about as much to read as it costs to write.
 */
import { toRows } from '@karez/model';
import { inOrder, type Range } from '../vault/ranges.ts';
import { csvRows } from './influx-csv.ts';
import type { InfluxHttp } from './influx-http.ts';
import { fieldsOf, measurementOf, offsetNs } from './line-protocol.ts';
import type { StoreBatch, StoreChannel } from './store.ts';

export interface Compared {
  /** Rows of known numbers that are not there: another reading has their number. */
  conflicts: number;
  /** Rows in whose place another value stands. */
  clashes: number[];
  /** Rows that stand there already, whichever field their device stood in then. */
  same: number[];
}

interface Stored {
  value: number | null;
  quality: number;
}

export const quoted = (text: string) => `'${text.replace(/[\\']/g, '\\$&')}'`;

/** Compares the rows of a batch whose numbers are in `known`. Where there is too much to look at, nothing is found. */
export async function compareRepeats(http: InfluxHttp, batch: StoreBatch, known: Range[]): Promise<Compared> {
  const result: Compared = { conflicts: 0, clashes: [], same: [] };
  const isKnown = inOrder(known);
  const repeated = toRows(batch.readings)
    .map((row, i) => ({ ...row, i }))
    .filter((row) => isKnown(row.seq));
  for (const [quantity, rows] of Map.groupBy(repeated, (row) => channelOf(batch, row.channel).quantity)) {
    const answer = await http.csv(questionOf(batch, quantity, rows));
    if (answer === undefined) continue;
    const stored = pointsOf(answer);
    for (const row of rows) {
      const there = stored.get(placeOf(batch, row));
      if (there === undefined) result.conflicts++;
      else if (there.value !== orNull(row.value) || there.quality !== row.quality) result.clashes.push(row.i);
      else result.same.push(row.i);
    }
  }
  return { ...result, clashes: result.clashes.sort((a, b) => a - b) };
}

type Row = ReturnType<typeof toRows>[number];

const channelOf = (batch: StoreBatch, number: number) => batch.channels.get(number) as StoreChannel;
const orNull = (value: number): number | null => (Number.isNaN(value) ? null : value);
const nsText = (timeMs: number, ns: number) => `${timeMs}${ns.toString().padStart(6, '0')}`;

function questionOf({ farm, gateway }: StoreBatch, quantity: string, rows: readonly Row[]): string {
  const times = rows.map((row) => row.timeMs);
  const from = times.reduce((a, b) => Math.min(a, b));
  const to = times.reduce((a, b) => Math.max(a, b));
  const { value, bits, absent } = fieldsOf(quantity);
  return `SELECT ${value} AS v, ${bits} AS q, ${absent} AS a FROM "${measurementOf(quantity)}" WHERE farm = ${quoted(farm)} AND gateway = ${quoted(gateway)} AND time >= ${from}ms AND time < ${to + 1}ms GROUP BY device, place`;
}

/** A point's series and time, as the answer writes them. */
function placeOf(batch: StoreBatch, row: Row): string {
  const { device, place } = channelOf(batch, row.channel);
  return `${device}\n${place ?? ''}\n${nsText(row.timeMs, offsetNs(batch.epoch, row.seq))}`;
}

function pointsOf(csv: string): Map<string, Stored> {
  const points = new Map<string, Stored>();
  for (const { tags, timeNs, cells } of csvRows(csv)) {
    const [value = '', bits = '', absent = ''] = cells;
    if (value === '' && absent === '') continue;
    const place = `${tags.get('device') ?? ''}\n${tags.get('place') ?? ''}\n${timeNs}`;
    points.set(place, { value: value === '' ? null : Number(value), quality: Number(bits || absent) });
  }
  return points;
}

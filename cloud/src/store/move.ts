/**
 * Copies the readings of the embedded store into an InfluxDB, channel by channel and day by day. A day is compared first:
 * what is there already, whole and the same, is not copied again, so a move that was interrupted goes on where it was, and a
 * second one proves the first. A day that was copied is read back and compared again.
 */
import { createHash, type Hash } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { KarezError, newReadings } from '@karez/model';
import { DAY_MS } from '../rollup/levels.ts';
import { csvRows } from './influx-csv.ts';
import type { InfluxHttp } from './influx-http.ts';
import { quoted } from './influx-repeats.ts';
import { fieldsOf, Lines, measurementOf, offsetNs } from './line-protocol.ts';
import { pathChannel, type StoreChannel } from './store.ts';

export interface MoveParts {
  /** The vault's file; nobody else may write it meanwhile. */
  path: string;
  http: InfluxHttp;
  /** The field in which a channel's device stands now. */
  fieldOf(channel: StoreChannel): string | undefined;
  progress(done: MoveProgress): void;
}

export interface MoveProgress {
  channels: number;
  ofChannels: number;
  readings: number;
  ofReadings: number;
  /** Days of channels that were there already. */
  same: number;
  copied: number;
}

interface Row {
  time: number;
  epoch: string;
  seq: number;
  value: number | null;
  quality: number;
}

const LINES_PER_WRITE = 5_000;

/** @throws KarezError STORE_UNAVAILABLE, STORE_REFUSED where a day is not the same after it was copied. */
export async function moveReadings({ path, http, fieldOf, progress }: MoveParts): Promise<MoveProgress> {
  const db = new DatabaseSync(path);
  try {
    const all = db.prepare('SELECT id, path FROM series ORDER BY id').all() as { id: number; path: string }[];
    const { n } = db.prepare('SELECT count(*) AS n FROM reading').get() as { n: number };
    const done: MoveProgress = {
      ...{ channels: 0, ofChannels: all.length, readings: 0, ofReadings: n },
      same: 0,
      copied: 0,
    };
    const read = db.prepare(
      'SELECT time, epoch, seq, value, quality FROM reading JOIN source ON source.id = reading.source WHERE series = ? AND time >= ? AND time < ? ORDER BY time, source, seq',
    );
    const next = db.prepare('SELECT min(time) AS time FROM reading WHERE series = ? AND time >= ?');
    for (const { id, path: name } of all) {
      const channel = pathChannel(name);
      const field = fieldOf(channel);
      for (let at = Number.MIN_SAFE_INTEGER; ; ) {
        const { time } = next.get(id, at) as { time: number | null };
        if (time === null) break;
        const fromMs = Math.floor(time / DAY_MS) * DAY_MS;
        at = fromMs + DAY_MS;
        const rows = read.all(id, fromMs, at) as unknown as Row[];
        if (await copyDay(http, { ...channel, field }, rows, fromMs)) done.copied++;
        else done.same++;
        done.readings += rows.length;
        progress(done);
      }
      done.channels++;
      progress(done);
    }
    // In its new place none of it is rolled up.
    db.exec('INSERT OR IGNORE INTO dirty (hour, series) SELECT DISTINCT time / 3600000, series FROM reading');
    return done;
  } finally {
    db.close();
  }
}

/** @returns whether it had to be copied. */
async function copyDay(
  http: InfluxHttp,
  channel: StoreChannel,
  rows: readonly Row[],
  fromMs: number,
): Promise<boolean> {
  const here = digestOf(rows.map((row) => ({ ...row, ns: nsOf(row) })));
  if ((await digestThere(http, channel, fromMs)) === here) return false;
  for (const [epoch, some] of Map.groupBy(rows, (row) => row.epoch))
    for (let i = 0; i < some.length; i += LINES_PER_WRITE)
      await write(http, channel, epoch, some.slice(i, i + LINES_PER_WRITE));
  if ((await digestThere(http, channel, fromMs)) !== here) {
    const day = new Date(fromMs).toISOString().slice(0, 10);
    throw new KarezError(
      'STORE_REFUSED',
      `${channel.device} ${channel.quantity} of ${day} is not the same in InfluxDB after it was copied`,
    );
  }
  return true;
}

async function write(http: InfluxHttp, channel: StoreChannel, epoch: string, rows: readonly Row[]): Promise<void> {
  const readings = newReadings(rows.length);
  for (const { time, seq, value, quality } of rows) {
    const at = readings.count++;
    readings.timeMs[at] = time;
    readings.seq[at] = seq;
    readings.channel[at] = 1;
    readings.value[at] = value ?? Number.NaN;
    readings.quality[at] = quality;
  }
  const { farm, gateway } = channel;
  const lines = new Lines({ ...{ farm, gateway, epoch, readings }, channels: new Map([[1, channel]]) });
  const refusal = await http.write(rows.map((_, i) => lines.of(i)).join(''));
  if (refusal !== undefined) throw new KarezError('STORE_REFUSED', `InfluxDB refuses readings: ${refusal.reason}`);
}

const nsOf = ({ time, epoch, seq }: Row) => `${time}${offsetNs(epoch, seq).toString().padStart(6, '0')}`;

interface Point {
  ns: string;
  value: number | null;
  quality: number;
}

/** Of points in any order: their number and what they are. */
function digestOf(points: readonly Point[]): string {
  const hash: Hash = createHash('sha256');
  const lines = points.map(({ ns, value, quality }) => `${ns} ${value} ${quality}`).sort();
  for (const line of lines) hash.update(`${line}\n`);
  return `${points.length} ${hash.digest('hex')}`;
}

async function digestThere(http: InfluxHttp, channel: StoreChannel, fromMs: number): Promise<string> {
  const { farm, gateway, device, place, quantity } = channel;
  const { value, bits, absent } = fieldsOf(quantity);
  const tags = Object.entries({ farm, gateway, device, place: place ?? '' }).map(
    ([key, tag]) => `${key} = ${quoted(tag)}`,
  );
  const question = `SELECT ${value} AS v, ${bits} AS q, ${absent} AS a FROM "${measurementOf(quantity)}" WHERE ${tags.join(' AND ')} AND time >= ${fromMs}ms AND time < ${fromMs + DAY_MS}ms`;
  const answer = await http.csv(question);
  if (answer === undefined)
    throw new KarezError('STORE_UNAVAILABLE', 'InfluxDB answers more for one day of a channel than is read at once');
  const points: Point[] = [];
  for (const { timeNs, cells } of csvRows(answer)) {
    const [v = '', q = '', a = ''] = cells;
    if (v !== '' || a !== '') points.push({ ns: timeNs, value: v === '' ? null : Number(v), quality: Number(q || a) });
  }
  return digestOf(points);
}

/** Bytes on the wire for each reading of recorded field data, everything of a batch counted (its topic is not part of it). */
import { newReadings, QUALITY, type Readings } from '@karez/model';
import { decodeBatch, encodeBatch } from '@karez/model/wire';
import { type Figure, figure } from './figure.ts';
import { plainColumnsSize } from './plain-columns.ts';
import { recordedSeries, type Series } from './recorded.ts';

const ADDRESS = { farm: 'farm', gateway: 'gw-1' };
const EPOCH = '01234567';
const DAY_MS = 86_400_000;

/** Rows `from` to `to` of a series as a gateway would journal them: sample by sample, channels numbered in order. */
export function asReadings(series: Series, from: number, to: number, firstSeq = 1): Readings {
  const width = series.columns.length;
  const readings = newReadings((to - from) * width);
  let n = 0;
  for (let row = from; row < to; row++) {
    for (let c = 0; c < width; c++, n++) {
      const value = series.columns[c]?.[row] as number;
      readings.seq[n] = firstSeq + n;
      readings.timeMs[n] = series.timesMs[row] as number;
      readings.channel[n] = c + 1;
      readings.value[n] = value;
      readings.quality[n] = Number.isNaN(value) ? QUALITY.ABSENT : 0;
    }
  }
  readings.count = n;
  return readings;
}

/** Series with their columns repeated side by side by others, so that a live block holds at least `channels`. */
function wide(all: Series[], channels: number): Series[] {
  return all.map((series) => {
    const columns = [...series.columns];
    const decimals = [...series.decimals];
    for (let i = 0; columns.length < channels; i++) {
      // The same probe at the same hour of a day before stands in for its neighbour.
      const shift = rowsPerDay(series) * (1 + Math.floor(i / series.columns.length));
      const source = series.columns[i % series.columns.length] as Float64Array;
      columns.push(source.map((_, row) => source[Math.max(0, row - shift)] as number));
      decimals.push(series.decimals[i % series.decimals.length] as number);
    }
    return { ...series, columns, decimals };
  });
}

type SizeOf = (readings: Readings, width: number) => number;

const encodedSize: SizeOf = (readings) => encodeBatch(readings, { ...ADDRESS, epoch: EPOCH }).length;

/** Mean bytes for each reading in blocks of `rowsPerBlock` rows. */
function bytesPerReading(series: Series, rowsPerBlock: number, sizeOf: SizeOf, most = 400): number {
  let bytes = 0;
  let readings = 0;
  const width = series.columns.length;
  const blocks = Math.max(1, Math.floor(series.timesMs.length / rowsPerBlock));
  const stride = Math.max(1, Math.floor(blocks / most));
  for (let block = 0; block < blocks; block += stride) {
    const from = block * rowsPerBlock;
    const to = Math.min(series.timesMs.length, from + rowsPerBlock);
    const part = asReadings(series, from, to, 1_000_000 + from * width);
    bytes += sizeOf(part, width);
    readings += part.count;
  }
  return bytes / readings;
}

const rowsPerDay = (series: Series) => {
  const steps = Array.from(series.timesMs.subarray(1), (t, i) => t - (series.timesMs[i] as number)).sort(
    (a, b) => a - b,
  );
  return Math.max(12, Math.round(DAY_MS / (steps[steps.length >> 1] as number)));
};

const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;

/** How many readings a second one core encodes and decodes, in hour blocks. */
function speed(all: Series[]): { encode: number; decode: number } {
  const blocks = all.flatMap((series) => Array.from({ length: 60 }, (_, i) => asReadings(series, i * 12, i * 12 + 12)));
  const total = blocks.reduce((sum, b) => sum + b.count, 0);
  const run = () => {
    const began = performance.now();
    const encoded = blocks.map((b) => encodeBatch(b, { ...ADDRESS, epoch: EPOCH }));
    const middle = performance.now();
    for (const bytes of encoded) decodeBatch(bytes, ADDRESS);
    return { encode: (total / (middle - began)) * 1000, decode: (total / (performance.now() - middle)) * 1000 };
  };
  // The best of several, as other work on the machine only slows it.
  const runs = Array.from({ length: 6 }, run);
  return { encode: Math.max(...runs.map((r) => r.encode)), decode: Math.max(...runs.map((r) => r.decode)) };
}

export interface WireSizes {
  name: string;
  day: number;
  hour: number;
  live: number;
}

/** Sizes by file. */
export function measureWire(dataDir: string, sizeOf = encodedSize): WireSizes[] {
  const all = recordedSeries(dataDir);
  const live = wide(all, 20);
  return all.map((series, i) => ({
    name: series.name,
    day: bytesPerReading(series, rowsPerDay(series), sizeOf),
    hour: bytesPerReading(series, 12, sizeOf),
    live: bytesPerReading(live[i] as Series, 1, sizeOf),
  }));
}

export async function wireFigures({ dataDir, say }: { dataDir: string; say(text: string): void }): Promise<Figure[]> {
  const sizes = measureWire(dataDir);
  if (sizes.length === 0) {
    say(`skipped: no real data at ${dataDir}`);
    return [];
  }
  for (const s of sizes) {
    const row = [s.day, s.hour, s.live].map((n) => n.toFixed(2)).join('  ');
    say(`  day, hour, live: ${row}  ${s.name}`);
  }
  const plain = measureWire(dataDir, plainColumnsSize);
  const { encode, decode } = speed(recordedSeries(dataDir));
  const size = (id: string, key: 'day' | 'hour' | 'live', what: string) => [
    figure(`wire.${id}`, mean(sizes.map((s) => s[key])), 'B/reading', `${what}, mean of ${sizes.length} files`),
    figure(`wire.${id}.zstd`, mean(plain.map((s) => s[key])), 'B/reading', 'the same as differences, varints, zstd'),
  ];
  return [
    ...size('backlog', 'hour', 'hour blocks (12 samples a channel)'),
    ...size('day', 'day', 'day blocks'),
    ...size('live', 'live', 'one sample of at least 20 channels'),
    figure('wire.encode', encode, 'readings/s', 'one core, hour blocks'),
    figure('wire.decode', decode, 'readings/s', 'one core, hour blocks'),
  ];
}

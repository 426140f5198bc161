/** Bytes on the wire for each reading of recorded field data, everything of a batch counted (its topic is not part of it). */
import { newReadings, QUALITY, type Readings } from '@karez/model';
import { decodeBatch, encodeBatch } from '@karez/model/wire';
import { type Figure, figure } from './figure.ts';
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

/** Mean bytes for each reading in blocks of `rowsOf` rows. */
function bytesPerReading(series: Series, rowsPerBlock: number, most = 400): number {
  let bytes = 0;
  let readings = 0;
  const blocks = Math.max(1, Math.floor(series.timesMs.length / rowsPerBlock));
  const stride = Math.max(1, Math.floor(blocks / most));
  for (let block = 0; block < blocks; block += stride) {
    const from = block * rowsPerBlock;
    const part = asReadings(
      series,
      from,
      Math.min(series.timesMs.length, from + rowsPerBlock),
      1_000_000 + from * series.columns.length,
    );
    const encoded = encodeBatch(part, { ...ADDRESS, epoch: EPOCH });
    bytes += encoded.length;
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
  run();
  return run();
}

export interface WireSizes {
  name: string;
  day: number;
  hour: number;
  live: number;
}

/** Sizes by file. */
export function measureWire(dataDir: string): WireSizes[] {
  const all = recordedSeries(dataDir);
  const live = wide(all, 20);
  return all.map((series, i) => ({
    name: series.name,
    day: bytesPerReading(series, rowsPerDay(series)),
    hour: bytesPerReading(series, 12),
    live: bytesPerReading(live[i] as Series, 1),
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
  const { encode, decode } = speed(recordedSeries(dataDir));
  return [
    figure(
      'wire.backlog',
      mean(sizes.map((s) => s.hour)),
      'B/reading',
      `hour blocks (12 samples a channel), mean of ${sizes.length} files`,
    ),
    figure('wire.day', mean(sizes.map((s) => s.day)), 'B/reading', 'day blocks, mean of the files'),
    figure(
      'wire.live',
      mean(sizes.map((s) => s.live)),
      'B/reading',
      'one sample of at least 20 channels, mean of the files',
    ),
    figure('wire.encode', encode, 'readings/s', 'one core, hour blocks'),
    figure('wire.decode', decode, 'readings/s', 'one core, hour blocks'),
  ];
}

/**
 * What a batch could be instead: columns of scaled whole numbers as differences in varints, then zstd. Only its size
 * is measured, beside ours (docs/decisions/0006); it leaves out what it can, so that it is not made to look large.
 */
import { constants, zstdCompressSync } from 'node:zlib';
import type { Readings } from '@karez/model';

/** Format, epoch, checksum. */
const HEADER = 9;
const MOST_DECIMALS = 9;
const COMPRESSION_LEVEL = 19;

/** Bytes of `readings`, a table of `width` channels, in columns: the smaller of compressed and not. */
export function plainColumnsSize(readings: Readings, width: number): number {
  const out: number[] = [];
  varint(out, readings.seq[0] as number);
  varint(out, readings.count);
  varint(out, width);
  const rows = Array.from({ length: readings.count / width }, (_, row) => row);
  differences(
    out,
    rows.map((row) => (readings.timeMs[row * width] as number) / 1000),
  );
  for (let c = 0; c < width; c++)
    column(
      out,
      Array.from(rows, (row) => readings.value[row * width + c] as number),
    );
  const plain = Uint8Array.from(out);
  const compressed = zstdCompressSync(plain, {
    params: { [constants.ZSTD_c_compressionLevel]: COMPRESSION_LEVEL, [constants.ZSTD_c_checksumFlag]: 0 },
  });
  return HEADER + Math.min(plain.length, compressed.length);
}

function column(out: number[], values: readonly number[]): void {
  const present = values.filter((v) => !Number.isNaN(v));
  let decimals = 0;
  const carries = (v: number) => Math.round(v * 10 ** decimals) / 10 ** decimals === v;
  while (decimals <= MOST_DECIMALS && !present.every(carries)) decimals++;
  out.push(decimals, present.length === values.length ? 0 : 1);
  if (present.length < values.length) out.push(...values.map((v) => (Number.isNaN(v) ? 1 : 0)));
  if (decimals > MOST_DECIMALS) out.push(...new Uint8Array(Float64Array.from(present).buffer));
  else
    differences(
      out,
      present.map((v) => Math.round(v * 10 ** decimals)),
    );
}

/** Differences, or differences of differences where those are smaller. */
function differences(out: number[], numbers: readonly number[]): void {
  const once = numbers.map((x, i) => x - (numbers[i - 1] ?? 0));
  const twice = once.map((x, i) => x - (i < 2 ? 0 : (once[i - 1] as number)));
  const [a, b] = [varints(once), varints(twice)];
  out.push(...(b.length < a.length ? b : a));
}

function varints(numbers: readonly number[]): number[] {
  const out: number[] = [];
  for (const x of numbers) varint(out, x < 0 ? -x * 2 - 1 : x * 2);
  return out;
}

function varint(out: number[], value: number): void {
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) out.push(128 + (rest % 128));
  out.push(rest);
}

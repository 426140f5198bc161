/**
 * Writes batches into InfluxDB in parts of as many lines as one write takes. A part that fails at once is tried once more by itself,
 * so that a connection which breaks does not make gateways send a whole commit again; points that InfluxDB will never take are found.
 */
import type { Clock } from '@karez/model';
import { findGuilty, type Guilty, type Refusal } from './find-guilty.ts';
import type { InfluxHttp } from './influx-http.ts';
import { Lines } from './line-protocol.ts';
import type { StoreBatch, StoreChannel } from './store.ts';

/** Lines in one write: InfluxDB's documentation advises 5,000 to 10,000. */
const LINES_PER_WRITE = 10_000;
/** Writes under way at once, and one more connection for questions. */
export const WRITERS = 2;
/** A failure that takes longer to show is the server's, not the connection's, and gateways are to hear of it. */
const QUICK_MS = 2_000;
const AGAIN_AFTER_MS = 250;
/** A point by its place in the batches of a commit. */
export interface Point {
  batch: number;
  row: number;
}

/** Neighbouring rows of a batch, the last one excluded. */
interface Run {
  batch: number;
  from: number;
  to: number;
}

export interface WriteParts {
  http: Pick<InfluxHttp, 'write'>;
  clock: Clock;
}

/**
 * Writes every reading of the batches; the points that InfluxDB will never take come back, each with its reason.
 * @param there by batch, rows that stand there already and are not written again.
 */
export async function writeAll(
  parts: WriteParts,
  batches: readonly StoreBatch[],
  there: readonly ReadonlySet<number>[],
): Promise<Guilty<Point>[]> {
  const lines = batches.map((batch) => new Lines(batch));
  const text = (runs: readonly Run[]) => {
    let body = '';
    for (const { batch, from, to } of runs)
      for (let row = from; row < to; row++) if (!there[batch]?.has(row)) body += (lines[batch] as Lines).of(row);
    return body;
  };
  const guilty: Guilty<Point>[] = [];
  const next = partsOf(batches).values();
  let failed = false;
  const worker = async () => {
    for (const part of next) {
      if (failed) return;
      const refusal = await write(parts, text(part));
      if (refusal === undefined) continue;
      const found = await findGuilty(
        part.flatMap(pointsOf),
        refusal,
        (point) => quantityAt(batches, point),
        (some) => write(parts, text(some.map(({ batch, row }) => ({ batch, from: row, to: row + 1 })))),
      );
      guilty.push(...found);
    }
  };
  const stopAll = (error: unknown) => {
    failed = true;
    throw error;
  };
  await Promise.all(Array.from({ length: WRITERS }, () => worker().catch(stopAll)));
  return guilty;
}

async function write({ http, clock }: WriteParts, text: string): Promise<Refusal | undefined> {
  if (text === '') return undefined;
  const began = clock.monoMs();
  try {
    return await http.write(text);
  } catch (error) {
    // What the server itself said is for gateways to hear.
    if (clock.monoMs() - began > QUICK_MS || !((error as Error).cause instanceof Error)) throw error;
    await new Promise<void>((resolve) => void clock.after(AGAIN_AFTER_MS, resolve));
    return await http.write(text);
  }
}

/** All rows, in parts of as many as one write takes. */
function partsOf(batches: readonly StoreBatch[]): Run[][] {
  const parts: Run[][] = [];
  let room = 0;
  for (const [batch, { readings }] of batches.entries()) {
    for (let from = 0; from < readings.count; ) {
      if (room === 0) {
        parts.push([]);
        room = LINES_PER_WRITE;
      }
      const to = Math.min(readings.count, from + room);
      parts.at(-1)?.push({ batch, from, to });
      room -= to - from;
      from = to;
    }
  }
  return parts;
}

const pointsOf = ({ batch, from, to }: Run): Point[] =>
  Array.from({ length: to - from }, (_, i) => ({ batch, row: from + i }));

function quantityAt(batches: readonly StoreBatch[], { batch, row }: Point): string {
  const { readings, channels } = batches[batch] as StoreBatch;
  return (channels.get(readings.channel[row] as number) as StoreChannel).quantity;
}

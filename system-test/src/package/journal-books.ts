/** What a gateway's journal holds, read from outside: every block decoded, every number counted. */
import { DatabaseSync } from 'node:sqlite';
import { decodeBatch } from '@karez/model/wire';

export interface Books {
  readings: number;
  /** Sampling times, each once. */
  times: Set<number>;
  /** Sequence numbers that stand in two blocks, or that are missing between the first and the last of a segment. */
  twice: number;
  missing: number;
}

/** Reads it; the gateway may run. */
export function readBooks(path: string, address: { farm: string; gateway: string }): Books {
  const db = new DatabaseSync(path);
  const times = new Set<number>();
  const seen = new Set<number>();
  let readings = 0;
  let twice = 0;
  let missing = 0;
  try {
    const ends = db
      .prepare('SELECT last FROM segment')
      .all()
      .map((row) => row.last as number);
    let before = 0;
    for (const row of db.prepare('SELECT first, last, data FROM block ORDER BY first').iterate()) {
      const { readings: block } = decodeBatch(row.data as Uint8Array, address);
      // A new segment begins behind the last number of the one before.
      if (before > 0 && row.first !== before + 1 && !ends.includes(before))
        missing += (row.first as number) - before - 1;
      before = row.last as number;
      for (let i = 0; i < block.count; i++) {
        if (seen.has(block.seq[i] as number)) twice++;
        seen.add(block.seq[i] as number);
        times.add(block.timeMs[i] as number);
        readings++;
      }
    }
  } finally {
    db.close();
  }
  return { readings, times, twice, missing };
}

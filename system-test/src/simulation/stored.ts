/** What the cloud has at the end, read from its file by these lines alone. */
import { DatabaseSync } from 'node:sqlite';
import { decodeBatch } from '@karez/model/wire';
import { FARM, GATEWAY } from './world.ts';

export interface Row {
  channel: string;
  timeMs: number;
  value: number | null;
  quality: number;
  epoch: string;
  seq: number;
}

export interface InStore {
  rows: Row[];
  /** Values of readings in quarantine, with the reason's code. */
  quarantined: Map<number, string>;
  /** Newest value of each channel. */
  latest: Map<string, { timeMs: number; value: number | null }>;
}

export function readStore(path: string): InStore {
  const db = new DatabaseSync(path, { readOnly: true });
  try {
    const rows = db
      .prepare(
        `SELECT path AS channel, time AS timeMs, value, quality, epoch, seq FROM reading
         JOIN series ON series.id = reading.series JOIN source ON source.id = reading.source ORDER BY source.id, seq`,
      )
      .all() as unknown as Row[];
    const quarantined = new Map<number, string>();
    const entries = db.prepare('SELECT code, content FROM quarantine WHERE epoch IS NOT NULL').all();
    for (const { code, content } of entries as { code: string; content: Uint8Array }[]) {
      const { readings } = decodeBatch(content, { farm: FARM, gateway: GATEWAY });
      for (let i = 0; i < readings.count; i++) quarantined.set(readings.value[i] as number, code);
    }
    const latest = db
      .prepare('SELECT path, time AS timeMs, value FROM latest JOIN series ON series.id = latest.series')
      .all() as unknown as { path: string; timeMs: number; value: number | null }[];
    return { rows, quarantined, latest: new Map(latest.map(({ path, ...shown }) => [path, shown])) };
  } finally {
    db.close();
  }
}

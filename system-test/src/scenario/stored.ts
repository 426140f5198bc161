/** Readings out of the store's own file, once the cloud has stopped, by SQL of our own. */
import { DatabaseSync } from 'node:sqlite';

export interface StoredReading {
  channel: string;
  timeMs: number;
  value: number | null;
  quality: number;
}

export interface StoredReadings {
  /** Of one device, and where `channel` names a quantity, with a place or without, of that; by time. */
  of(device: string, channel: string | undefined): StoredReading[];
  close(): void;
}

export function openStored(path: string): StoredReadings {
  const db = new DatabaseSync(path, { readOnly: true });
  const series = db.prepare("SELECT id, path FROM series WHERE path LIKE '%/' || ? || '/%'");
  const rows = db.prepare('SELECT time, value, quality FROM reading WHERE series = ? ORDER BY time, seq');
  return {
    of(device, channel) {
      const found = series.all(device) as unknown as { id: number; path: string }[];
      return found.flatMap(({ id, path }) => {
        // farm/gateway/device/quantity[@place]
        const [, , of, name] = path.split('/') as [string, string, string, string];
        if (of !== device || (channel !== undefined && name !== channel && name.split('@')[0] !== channel)) return [];
        return (rows.all(id) as unknown as { time: number; value: number | null; quality: number }[]).map(
          ({ time, value, quality }) => ({ channel: name, timeMs: time, value, quality }),
        );
      });
    },
    close: () => db.close(),
  };
}

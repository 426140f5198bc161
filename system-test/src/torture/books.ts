/**
 * What gateway and cloud have written down, read from their files by SQL of our own once both have stopped. Nothing of
 * the code that wrote them is used, so that a fault in it cannot hide itself.
 */
import { DatabaseSync } from 'node:sqlite';

export type Range = [first: number, last: number];

/** Sequence numbers in a segment (docs/PROTOCOL.md, Sequence numbers). */
const SEGMENT = 2 ** 36;

export interface GatewayBook {
  epoch: string;
  /** First and last number given of each segment. */
  given: Range[];
  /** By the gateway's own count. */
  stored: number;
  refused: number;
  lost: Record<string, number>;
  /** Readings that the cloud has not acknowledged. */
  waiting: number;
}

/** Reads a journal that was closed cleanly. */
export function readGatewayBook(path: string): GatewayBook {
  return read(path, (all) => {
    const meta = new Map(all('SELECT key, value FROM meta').map((row) => [row.key as string, row.value]));
    const number = (key: string) => Number(meta.get(key) ?? 0);
    if (number('clean') !== 1) throw new Error(`${path} was not closed cleanly`);
    const given = all('SELECT number, last FROM segment ORDER BY number').map(
      (row): Range => [Number(row.number) * SEGMENT + 1, Number(row.last)],
    );
    const newest = number('next') - 1;
    const first = Math.floor(newest / SEGMENT) * SEGMENT + 1;
    if (newest >= first && given.at(-1)?.[0] !== first) given.push([first, newest]);
    const { epoch } = JSON.parse(String(meta.get('identity')).slice(9)) as { epoch: string };
    const lost = all('SELECT reason, readings FROM lost');
    return {
      ...{ epoch, given, stored: number('stored'), refused: number('refused') },
      lost: Object.fromEntries(lost.map((row) => [row.reason as string, Number(row.readings)])),
      waiting: Number(all('SELECT coalesce(sum(count), 0) AS n FROM block')[0]?.n),
    };
  });
}

export interface CloudBook {
  /** Numbers committed, by epoch. */
  ledger: Map<string, Range[]>;
  /** Numbers refused for good, by epoch. */
  refused: Map<string, Range[]>;
  conflicts: number;
  quarantined: number;
}

/** Reads the cloud's control database. */
export function readCloudBook(path: string): CloudBook {
  return read(path, (all) => {
    const ranges = (table: string) =>
      byKey(
        all(`SELECT epoch, first, last FROM ${table} JOIN source ON source.id = ${table}.source ORDER BY epoch, first`),
        'epoch',
        (row): Range => [Number(row.first), Number(row.last)],
      );
    return {
      ...{ ledger: ranges('ledger'), refused: ranges('refused') },
      conflicts: Number(all('SELECT coalesce(sum(conflicts), 0) AS n FROM source')[0]?.n),
      quarantined: Number(all('SELECT count(*) AS n FROM quarantine')[0]?.n),
    };
  });
}

/** What stands in the store itself. */
export interface StoredRows {
  count: number;
  /** Sampling times by `device/quantity[@place]`. */
  times: Map<string, number[]>;
  /** Sequence numbers, where the store keeps them. */
  numbers: number[] | undefined;
}

/** Rows of the embedded store. */
export function readEmbeddedRows(path: string): StoredRows {
  return read(path, (all) => {
    const rows = all(
      'SELECT path, time, seq FROM reading JOIN series ON series.id = reading.series ORDER BY path, time, seq',
    );
    // farm/gateway/device/quantity[@place]
    const nameOf = (row: Row) => String(row.path).split('/').slice(2).join('/');
    return {
      count: rows.length,
      times: byKey(rows, nameOf, (row) => Number(row.time)),
      numbers: rows.map((row) => Number(row.seq)),
    };
  });
}

type Row = Record<string, unknown>;

function read<T>(path: string, use: (all: (sql: string) => Row[]) => T): T {
  const db = new DatabaseSync(path, { readOnly: true });
  try {
    return use((sql) => db.prepare(sql).all() as Row[]);
  } finally {
    db.close();
  }
}

function byKey<T>(rows: Row[], key: string | ((row: Row) => string), value: (row: Row) => T): Map<string, T[]> {
  const map = new Map<string, T[]>();
  for (const row of rows) {
    const name = typeof key === 'string' ? String(row[key]) : key(row);
    const list = map.get(name);
    if (list === undefined) map.set(name, [value(row)]);
    else list.push(value(row));
  }
  return map;
}

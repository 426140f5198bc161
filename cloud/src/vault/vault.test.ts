/** The vault itself: data of the first version are read on; ranges; a failed commit leaves nothing behind. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { LIMITS, seededRandom, toColumns } from '@karez/model';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { inOrder, joined, missingFrom, type Range, RangeTable, runsOf, sizeOf } from './ranges.ts';
import { SCHEMA_VERSION } from './tables.ts';
import { Vault } from './vault.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'karez-vault-'));
  path = join(folder, 'cloud.db');
});
afterEach(() => rmSync(folder, { recursive: true }));

const NOW = Date.UTC(2026, 5, 1);
const batch = (rows: [seq: number, value: number][], channel = 1) => ({
  ...{ farm: 'farm', gateway: 'gw', epoch: '00000001', paths: new Map([[1, 'farm/gw/probe/soil.moisture']]) },
  readings: toColumns(rows.map(([seq, value]) => ({ seq, timeMs: NOW + seq, channel, value, quality: 0 }))),
});

test('data of the first version are read on', () => {
  // As the first version made them.
  const old = new DatabaseSync(path);
  old.exec(`
    CREATE TABLE gateway (farm TEXT NOT NULL, gateway TEXT NOT NULL, salt BLOB NOT NULL, hash BLOB NOT NULL, created INTEGER NOT NULL, PRIMARY KEY (farm, gateway)) WITHOUT ROWID;
    CREATE TABLE source (id INTEGER PRIMARY KEY, farm TEXT NOT NULL, gateway TEXT NOT NULL, epoch TEXT NOT NULL, inventory TEXT, received INTEGER, UNIQUE (farm, gateway, epoch));
    CREATE TABLE ledger (source INTEGER NOT NULL REFERENCES source, first INTEGER NOT NULL, last INTEGER NOT NULL, PRIMARY KEY (source, first)) WITHOUT ROWID;
    CREATE TABLE series (id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE);
    CREATE TABLE latest (series INTEGER PRIMARY KEY REFERENCES series, time INTEGER NOT NULL, value REAL, quality INTEGER NOT NULL);
    CREATE TABLE reading (series INTEGER NOT NULL, time INTEGER NOT NULL, source INTEGER NOT NULL, seq INTEGER NOT NULL, value REAL, quality INTEGER NOT NULL, PRIMARY KEY (series, time, source, seq)) WITHOUT ROWID;
    CREATE TABLE quarantine (id INTEGER PRIMARY KEY, farm TEXT NOT NULL, gateway TEXT NOT NULL, epoch TEXT, first INTEGER, last INTEGER, readings INTEGER NOT NULL, code TEXT NOT NULL, reason TEXT NOT NULL, received INTEGER NOT NULL, content BLOB);
    CREATE INDEX quarantine_gateway ON quarantine (farm, gateway);
    CREATE TABLE refused (source INTEGER NOT NULL REFERENCES source, first INTEGER NOT NULL, last INTEGER NOT NULL, PRIMARY KEY (source, first)) WITHOUT ROWID;
    INSERT INTO gateway VALUES ('farm', 'gw', x'01', x'02', 5);
    INSERT INTO source (farm, gateway, epoch) VALUES ('farm', 'gw', '00000001');
    INSERT INTO ledger VALUES (1, 1, 10);
    INSERT INTO series VALUES (1, 'farm/gw/probe/soil.moisture');
    INSERT INTO latest VALUES (1, ${NOW}, 20.5, 0);
    PRAGMA user_version = 1;
  `);
  old.close();
  const vault = new Vault({ path, keepReadings: true });
  expect(vault.gateways()).toEqual([{ farm: 'farm', gateway: 'gw', heardMs: null }]);
  expect(vault.latest()).toEqual([['farm/gw/probe/soil.moisture', NOW, 20.5, 0, 0]]);
  expect(vault.commit([batch([[11, 1]])], NOW + 100)).toEqual([{ conflicts: 0, clashes: [] }]);
  expect(vault.ledger([])).toMatchObject([{ ranges: [[1, 11]], stored: 11, conflicts: 0, given: 0 }]);
  vault.close();
});

test('data of a newer version are left alone', () => {
  new Vault({ path, keepReadings: true }).close();
  const newer = new DatabaseSync(path);
  newer.exec(`PRAGMA user_version = ${SCHEMA_VERSION + 1}`);
  newer.close();
  expect(() => new Vault({ path, keepReadings: true })).toThrow(/written by a newer Karez/);
});

test('a commit that fails leaves nothing, and names that it gave are void', () => {
  const vault = new Vault({ path, keepReadings: true });
  const broken = { ...batch([[1, 1]]), paths: new Map<number, string>() };
  expect(() => vault.commit([batch([[1, 1]]), broken], NOW)).toThrow();
  expect(vault.ledger([])).toEqual([]);
  expect(vault.latest()).toEqual([]);
  vault.commit([batch([[1, 1]])], NOW + 10);
  expect(vault.ledger([])).toMatchObject([{ ranges: [[1, 1]] }]);
  expect(vault.latest()).toHaveLength(1);
  vault.close();
});

describe('the quarantine', () => {
  const entry = (first: number, bytes: number, fill = first) => ({
    ...{ farm: 'farm', gateway: 'gw', epoch: '00000001', ranges: [[first, first + 1]] as Range[], readings: 2 },
    ...{ code: 'TIME_IN_FUTURE', reason: 'why', receivedMs: first, content: new Uint8Array(bytes).fill(fill) },
  });

  test('keeps the newest, bounded in items and bytes, and never forgets a number', () => {
    const vault = new Vault({ path, keepReadings: true });
    const many = Array.from({ length: LIMITS.quarantineItems + 20 }, (_, i) => entry(i * 2 + 1, 10));
    vault.quarantine(many);
    const count = () => {
      const db = new DatabaseSync(path);
      const { n, bytes } = db.prepare('SELECT count(*) AS n, sum(length(content)) AS bytes FROM quarantine').get() as {
        n: number;
        bytes: number;
      };
      db.close();
      return { n, bytes };
    };
    expect(count()).toEqual({ n: LIMITS.quarantineItems, bytes: LIMITS.quarantineItems * 10 });
    const large = LIMITS.batchBytes;
    vault.quarantine(Array.from({ length: 100 }, (_, i) => entry(10_001 + i * 2, large, i)));
    expect(count().bytes).toBeLessThanOrEqual(LIMITS.quarantineBytes);
    expect(count().n).toBe(Math.floor(LIMITS.quarantineBytes / large));
    expect(vault.ledger([])[0]?.quarantined).toBe((many.length + 100) * 2);
    expect(vault.quarantined('farm', 'gw')[0]).toMatchObject({ first: 10_199, last: 10_200, readings: 2 });
    vault.close();
  });

  test('keeps what comes again once, and what differs beside it', () => {
    const vault = new Vault({ path, keepReadings: true });
    vault.quarantine([entry(1, 10)]);
    vault.quarantine([entry(1, 10)]);
    expect(vault.quarantined('farm', 'gw')).toHaveLength(1);
    vault.quarantine([entry(1, 10, 9)]);
    expect(vault.quarantined('farm', 'gw')).toHaveLength(2);
    const [newest] = vault.quarantined('farm', 'gw');
    expect(vault.quarantinedOne('farm', 'gw', newest?.id as number)?.content?.[0]).toBe(9);
    expect(vault.quarantinedOne('other', 'gw', newest?.id as number)).toBeUndefined();
    vault.close();
  });
});

describe('ranges', () => {
  const random = seededRandom(7);
  const numbers = (most: number) => Array.from({ length: most }, (_, i) => i + 1).filter(() => random.next() < 0.6);
  const set = (ranges: readonly Range[]) => {
    const all = new Set<number>();
    for (const [first, last] of ranges) for (let n = first; n <= last; n++) all.add(n);
    return all;
  };

  test('are what sets are, whatever is asked (1,000 cases from one seed)', () => {
    for (let round = 0; round < 1_000; round++) {
      const [a, b] = [numbers(40), numbers(40)];
      const [runsA, runsB] = [runsOf(a, a.length), runsOf(b, b.length)];
      expect(set(missingFrom(runsA, runsB))).toEqual(new Set(a.filter((n) => !b.includes(n))));
      expect(set(joined([...runsB, ...runsA]))).toEqual(new Set([...a, ...b].sort((x, y) => x - y)));
      expect(joined(runsA)).toEqual(runsA);
      expect(sizeOf(runsA)).toBe(a.length);
      const isIn = inOrder(runsB);
      expect(a.filter((n) => isIn(n))).toEqual(a.filter((n) => b.includes(n)));
    }
  });

  test('in a table join what they touch, and tell what they share', () => {
    const vault = new Vault({ path, keepReadings: true });
    vault.commit([batch([[1, 1]])], NOW);
    vault.close();
    const db = new DatabaseSync(path);
    db.exec('BEGIN; DELETE FROM ledger');
    const table = new RangeTable(db, 'ledger');
    const there = new Set<number>();
    for (let round = 0; round < 500; round++) {
      const first = 1 + Math.floor(random.next() * 300);
      const last = first + Math.floor(random.next() * 5);
      const before = [...there].filter((n) => n >= first && n <= last).sort((x, y) => x - y);
      expect(set(table.overlap(1, [first, last]))).toEqual(new Set(before));
      table.add(1, [first, last]);
      for (let n = first; n <= last; n++) there.add(n);
      expect(table.size(1)).toBe(there.size);
    }
    const sorted = [...there].sort((x, y) => x - y);
    expect(table.all(1)).toEqual(runsOf(sorted, sorted.length));
    expect(table.newest(1, 2)).toEqual(table.all(1).slice(-2));
    db.close();
  });
});

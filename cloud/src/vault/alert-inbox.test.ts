/** Transitions among readings: whole or in parts, once or twice, committed or not. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toColumns } from '@karez/model';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Vault } from './vault.ts';

let folder: string;
let vault: Vault;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'karez-inbox-'));
  vault = new Vault({ path: join(folder, 'cloud.db'), keepReadings: true });
});
afterEach(() => {
  vault.close();
  rmSync(folder, { recursive: true });
});

const NOW = Date.UTC(2026, 5, 1);
const from = { farm: 'farm', gateway: 'gw', epoch: '00000001' };
const names = ['alert.rule', 'alert.subject', 'alert.state', 'alert.value'];
const batch = (rows: [seq: number, channel: number, value: number][]) => ({
  ...{
    ...from,
    paths: new Map([[1, 'farm/gw/p/soil.moisture'], ...names.map((n, i) => [11 + i, `farm/gw/alerts/${n}`] as const)]),
  },
  alerts: new Map(names.map((_, i) => [11 + i, i])),
  readings: toColumns(
    rows.map(([seq, channel, value]) => ({ seq, timeMs: NOW, channel, value, quality: Number.isNaN(value) ? 16 : 0 })),
  ),
});
const whole = (seq: number, values: number[]): [number, number, number][] =>
  values.map((value, i) => [seq + i, 11 + i, value]);
const row = (seq: number, columns: number[]) => ({ ...from, seq, timeMs: NOW, columns });

test('a transition among readings is there once, however often it comes, until it is taken', () => {
  const rows = [
    [1, 1, 20] as [number, number, number],
    ...whole(2, [7, 3, 18, Number.NaN]),
    ...whole(6, [7, 3, 0, 1.5]),
  ];
  vault.commit([batch(rows)], NOW);
  vault.commit([batch(rows)], NOW);
  expect(vault.alertInbox(10)).toEqual([row(2, [7, 3, 18, Number.NaN]), row(6, [7, 3, 0, 1.5])]);
  expect(vault.alertInbox(1)).toHaveLength(1);
  vault.alertsTaken([{ ...from, seq: 2 }]);
  expect(vault.alertInbox(10).map((r) => r.seq)).toEqual([6]);
  vault.alertsTaken([{ ...from, seq: 6 }]);
  vault.commit([batch(rows)], NOW);
  expect(vault.alertInbox(10)).toEqual([]);
});

test('one that two batches share is put together, in either order', () => {
  const parts = whole(2, [7, 3, 18, -1]);
  vault.commit([batch(parts.slice(3))], NOW);
  expect(vault.alertInbox(10)).toEqual([]);
  vault.commit([batch(parts.slice(0, 3))], NOW);
  expect(vault.alertInbox(10)).toEqual([row(2, [7, 3, 18, -1])]);
});

test('parts whose others never come are kept up to a bound', () => {
  vault.commit([batch(Array.from({ length: 1_500 }, (_, i) => [10 + i * 4, 11, 7] as [number, number, number]))], NOW);
  vault.commit([batch(whole(2, [7, 3, 18, -1]))], NOW);
  vault.alertsTaken([]);
  expect(vault.alertInbox(10)).toHaveLength(1);
});

test('it is still there after a restart', () => {
  vault.commit([batch(whole(2, [7, 3, 18, -1]))], NOW);
  vault.close();
  vault = new Vault({ path: join(folder, 'cloud.db'), keepReadings: true });
  expect(vault.alertInbox(10)).toHaveLength(1);
});

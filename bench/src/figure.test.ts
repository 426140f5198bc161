import { expect, test } from 'vitest';
import { Endings } from './endings.ts';
import { figure, quantile, table } from './figure.ts';
import { PARTS } from './parts.ts';
import { memoryMb, written } from './proc.ts';

test('a figure stands beside its limit, rounded to what a measurement can tell', () => {
  expect(figure('a.b', 123_456, 'readings/s', 'note', 500_000)).toEqual({
    ...{ id: 'a.b', value: 123_500, unit: 'readings/s', note: 'note', limit: 500_000, ratio: 0.247 },
  });
  expect(figure('a.c', 0.92649, 'B/reading', 'note')).toEqual({
    ...{ id: 'a.c', value: 0.9265, unit: 'B/reading', note: 'note' },
  });
});

test('quantiles are by the nearest rank, of values in any order', () => {
  const values = Array.from({ length: 100 }, (_, i) => ((i * 37) % 100) + 1);
  expect([0, 0.5, 0.99, 1].map((q) => quantile(values, q))).toEqual([1, 50, 99, 100]);
  expect(quantile([7], 0.99)).toBe(7);
  expect(quantile([], 0.5)).toBeNaN();
});

test('the table lines up under its head', () => {
  const lines = table([
    figure('drain.influx', 250_000, 'readings/s', 'with a limit', 500_000),
    figure('edge.rss', 61.5, 'MB', 'without'),
  ]).split('\n');
  expect(lines).toHaveLength(4);
  const [head, rule, drain, rss] = lines as [string, string, string, string];
  expect(head.split(/ {2,}/)).toEqual(['figure', 'value', 'unit', 'raw limit', 'ratio', 'what']);
  expect(rule).toMatch(/^[- ]+$/);
  expect(drain.split(/ {2,}/)).toEqual(['drain.influx', '250,000', 'readings/s', '500,000', '0.50', 'with a limit']);
  expect(rss.split(/ {2,}/)).toEqual(['edge.rss', '61.5', 'MB', 'without']);
  for (const line of [drain, rss]) expect(line.indexOf('with')).toBe(head.indexOf('what'));
});

test.each(Object.keys(PARTS))('the part %s can be loaded', async (name) => {
  expect(await PARTS[name]?.()).toBeTypeOf('function');
});

test('endings run once, last one first, and one that fails keeps none from running', async () => {
  const ran: string[] = [];
  const endings = new Endings();
  endings.add(() => ran.push('first'));
  endings.add(async () => {
    ran.push('second');
    throw new Error('it has gone already');
  });
  endings.add(() => ran.push('third'));
  await endings.run();
  await endings.run();
  expect(ran).toEqual(['third', 'second', 'first']);
  await endings.close();
  endings.add(() => ran.push('too late'));
  expect(ran.at(-1)).toBe('too late');
});

test('the kernel tells memory and bytes written of this very process', () => {
  const { now, highest } = memoryMb(process.pid);
  expect(now).toBeGreaterThan(10);
  expect(highest).toBeGreaterThanOrEqual(now);
  expect(written(process.pid).calls).toBeGreaterThan(0);
});

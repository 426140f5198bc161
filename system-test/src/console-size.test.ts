/** How much a phone on a weak link must fetch before the console's first page stands. Reads the build. */
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';

const dist = new URL('../../dashboards/console/dist/', import.meta.url);
/** As issue 5 and the design ask, bytes. */
const MOST = 200_000;

test('the first view is at most 200 kB, compressed; charts come after', () => {
  const page = readFileSync(new URL('index.html', dist), 'utf8');
  const first = [...page.matchAll(/(?:src|href)="\.\/([^"]+\.(?:js|css))"/g)].map((m) => m[1] as string);
  expect(first.filter((f) => f.startsWith('assets/')).length).toBeGreaterThan(1);
  expect(first.filter((f) => f.includes('plot'))).toEqual([]);
  const bytes = ['index.html', ...first].reduce((sum, f) => sum + gzipSync(readFileSync(new URL(f, dist))).length, 0);
  expect(bytes).toBeGreaterThan(20_000);
  expect(bytes).toBeLessThanOrEqual(MOST);
});

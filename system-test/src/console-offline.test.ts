/**
 * The console on a phone whose server goes away and comes back: the page opens all the same, says from when its values
 * are, changes nothing, and goes on by itself. In a real browser, before a real cloud that is really gone.
 */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Visit, visit } from './browser.ts';
import { FARM, makeFarm, type TestFarm } from './farm.ts';
import type { Service } from './process.ts';

let farm: TestFarm;
let cloud: Service;
let seen: Visit;
let page: Page;

beforeAll(async () => {
  farm = await makeFarm({ nodes: 2, probes: 1 });
  cloud = await farm.startCloud();
  await farm.startSim();
  await farm.startGateway();
  seen = await visit(String(cloud.ready.welcome));
  page = seen.page;
}, 120_000);

afterAll(async () => {
  await seen?.close();
  await farm?.close();
});

const top = async () => (await page.getByRole('heading', { level: 1 }).textContent()) ?? '';
const link = async () => (await page.locator('.link-state').textContent()) ?? '';
/** What the page remembers, by key. Runs in the page, whose types this program does not know. */
const remembered = () =>
  page.evaluate<Record<string, { savedMs?: number }>>(`new Promise((resolve, reject) => {
    const opening = indexedDB.open('karez', 1);
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const found = {};
      const asking = opening.result.transaction('kept').objectStore('kept').openCursor();
      asking.onsuccess = () => {
        const at = asking.result;
        if (at === null) return opening.result.close(), resolve(found);
        found[at.key] = at.value;
        at.continue();
      };
    };
  })`);

test('the page can be installed: a manifest with pictures that are there, and a worker', async () => {
  await page.getByLabel('Your name').fill('Gül');
  await page.getByLabel('Name or e-mail').fill('guel');
  await page.getByLabel('Password').fill('a few words are good');
  await page.getByRole('button', { name: 'Begin' }).click();
  await page.waitForURL(`**/#/farm/${FARM}`);
  const manifest = await page.locator('link[rel=manifest]').getAttribute('href');
  const at = new URL(String(manifest), page.url());
  const { icons } = (await (await fetch(at)).json()) as { icons: { src: string; type: string }[] };
  for (const { src, type } of icons) {
    const icon = await fetch(new URL(src, at));
    expect([icon.status, icon.headers.get('content-type')], src).toEqual([200, type]);
  }
  await page.evaluate('navigator.serviceWorker.ready.then(() => undefined)');
  await expect.poll(() => page.evaluate('navigator.serviceWorker.controller !== null')).toBe(true);
});

test('without the server it opens with the last values and their time, and lets nothing be changed', async () => {
  await expect.poll(link, { timeout: 30_000 }).toBe('Live');
  await page.getByRole('link', { name: 'People' }).waitFor();
  await expect.poll(async () => Object.keys(await remembered()).sort()).toEqual([`farm/${FARM}`, 'farms', 'session']);
  // Values that the devices had not sent before the first load are in what is remembered when the page is left.
  await expect.poll(() => page.locator('.area-card .value-number').count(), { timeout: 30_000 }).toBeGreaterThan(2);
  await page.goto('about:blank');
  await cloud.kill();

  await page.goto(new URL('./', String(cloud.ready.http)).href);
  await expect.poll(top, { timeout: 30_000 }).toMatch(/^No connection since \d\d:\d\d\. What you see is from then\.$/);
  const savedMs = (await remembered())[`farm/${FARM}`]?.savedMs ?? 0;
  expect(savedMs).toBeGreaterThan(0);
  expect(await link()).toMatch(/^Reconnecting, values from \d\d:\d\d$/);
  expect(/\d\d:\d\d/.exec(await link())?.[0]).toBe(/\d\d:\d\d/.exec(await top())?.[0]);
  expect(await page.locator('.area-card .value-number').count()).toBeGreaterThan(2);
  expect(await page.getByRole('link', { name: 'People' }).count()).toBe(0);
});

test('the worker keeps no answer of the API and gives none', async () => {
  const kept = await page.evaluate<string[]>(`(async () => {
    const names = await caches.keys();
    const all = await Promise.all(names.map(async (name) => (await (await caches.open(name)).keys()).map((r) => r.url)));
    return all.flat();
  })()`);
  expect(kept.length).toBeGreaterThan(3);
  expect(kept.filter((url) => url.includes('/api/'))).toEqual([]);
  const asked = await page.evaluate(`fetch('./api/v1/farms').then(() => 'answered', () => 'no answer')`);
  expect(asked).toBe('no answer');
});

test('when the server is back it goes on by itself, with everything that may be done', async () => {
  await farm.startCloud();
  await expect.poll(link, { timeout: 60_000 }).toBe('Live');
  await expect.poll(top, { timeout: 60_000 }).toMatch(/fine|look/);
  await page.getByRole('link', { name: 'People' }).waitFor();
});

test('whoever logs out leaves nothing on the device', async () => {
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('button', { name: 'Log out' }).click();
  await page.getByRole('button', { name: 'Log in' }).waitFor();
  await expect.poll(async () => Object.keys(await remembered())).toEqual([]);
});

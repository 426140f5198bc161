/**
 * The console in a real browser, before a real cloud with real gateways: what an operator sees, and what must never be
 * seen. A simulated farm gives the moving values; a second gateway gives a past that is known to the millisecond.
 */
import type { MqttClient } from 'mqtt';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inkBetween, seriousFindings, type Visit, visit } from './browser.ts';
import { FARM, makeFarm, type TestFarm } from './farm.ts';
import { addPastGateway, PAST_CHANNEL, sendPast } from './past.ts';
import { type Service, waitFor } from './process.ts';

const MINUTE = 60_000;
const CHART = `/chart?c=${encodeURIComponent(PAST_CHANNEL)}&range=1h`;
let farm: TestFarm;
let sim: Service;
let seen: Visit;
let page: Page;
let well: MqttClient;
let origin: string;
/** Between these two moments the well said nothing. */
const gap = { fromMs: 0, toMs: 0 };

beforeAll(async () => {
  farm = await makeFarm({ nodes: 3, probes: 2 });
  const password = addPastGateway(FARM, `${farm.folder}/cloud`);
  const cloud = await farm.startCloud();
  sim = await farm.startSim();
  await farm.startGateway();

  const now = Date.now();
  gap.fromMs = now - 30 * MINUTE;
  gap.toMs = now - 20 * MINUTE;
  const times = Array.from({ length: 51 }, (_, i) => now - (50 - i) * MINUTE);
  const points = times
    .filter((t) => t <= gap.fromMs || t >= gap.toMs)
    .map((t, i): [number, number] => [t, 3 + Math.sin(i / 5) / 2]);
  well = await sendPast(FARM, password, farm.link.port, MINUTE, points);

  origin = new URL(String(cloud.ready.http)).origin;
  seen = await visit(String(cloud.ready.welcome));
  page = seen.page;
}, 120_000);

afterAll(async () => {
  await seen?.close();
  await well?.endAsync(true);
  await farm?.close();
});

const goTo = (path: string) => page.goto(`${origin}/#/farm/${FARM}${path}`);
const rowsOf = (section: string) =>
  page.locator('.rows-section', { has: page.getByRole('heading', { name: section }) });
/** Numbers of a section's rows, as they stand on the page now. */
const numbersOf = async (section: string) =>
  (await rowsOf(section).locator('.value-number').allTextContents()).join(' ');
const text = async (locator: Locator) => (await locator.textContent()) ?? '';
const sentence = () => text(page.getByRole('heading', { level: 1 }));

test('the printed link makes the first account; the page asks nothing else of the server before', async () => {
  await page.getByLabel('Your name').fill('Gül');
  await page.getByLabel('Name or e-mail').fill('guel');
  await page.getByLabel('Password').fill('short');
  await page.getByRole('button', { name: 'Begin' }).click();
  expect(await page.locator('input:invalid').count()).toBe(1);
  await page.getByLabel('Password').fill('a few words are good');
  await page.getByRole('button', { name: 'Begin' }).click();
});

test('where there is one farm its overview opens by itself, with a sentence on top', async () => {
  await page.waitForURL(`**/#/farm/${FARM}`);
  await expect.poll(() => sentence(), { timeout: 30_000 }).toMatch(/fine|look/);
  await page.getByRole('link', { name: /^North/ }).waitFor();
});

test('values of all four device families show, with units, and change by themselves', async () => {
  await goTo('/field/north');
  await page.getByRole('heading', { name: 'Sprayer from the whole farm' }).waitFor();
  for (const [section, unit] of [
    ['Soil 20 cm', '%'],
    ['Soil 30 cm', '%'],
    ['Air', '°C'],
    ['Sprayer', 'L'],
  ] as const) {
    await expect.poll(() => text(rowsOf(section)), { timeout: 30_000 }).toMatch(new RegExp(`\\d.*${unit}`, 's'));
  }
  // Only the second probe on the wire measures at 20 cm, only the nodes on Wi-Fi at 30 cm.
  await rowsOf('Soil 20 cm')
    .getByRole('button', { name: /more values/ })
    .click();
  const families: Record<string, () => Promise<string>> = {
    'Modbus probe': () => numbersOf('Soil 20 cm'),
    'Wi-Fi nodes': () => numbersOf('Soil 30 cm'),
    'weather console': () => numbersOf('Air'),
    drone: () => numbersOf('Sprayer'),
  };
  for (const [family, read] of Object.entries(families)) {
    const before = await waitFor(`a value of the ${family}`, async () => (await read()).match(/\d/) && read());
    await waitFor(`a value of the ${family} to change`, async () => (await read()) !== before);
  }
}, 120_000);

describe('a chart', () => {
  test('draws a gap as a gap: no line where nothing was heard', async () => {
    const range = `${gap.fromMs - 15 * MINUTE}-${gap.toMs + 15 * MINUTE}`;
    await goTo(`/chart?c=${encodeURIComponent(PAST_CHANNEL)}&range=${range}`);
    await page.getByText('1 gap without readings.').waitFor();
    const [from, to] = range.split('-').map(Number) as [number, number];
    const share = (ms: number) => (ms - from) / (to - from);
    const drawn = (fromMs: number, toMs: number) => inkBetween(page, share(fromMs), share(toMs));
    await waitFor('the line before the gap', async () => (await drawn(gap.fromMs - 10 * MINUTE, gap.fromMs)) > 0);
    expect(await drawn(gap.toMs, gap.toMs + 10 * MINUTE)).toBeGreaterThan(0);
    expect(await drawn(gap.fromMs + MINUTE / 2, gap.toMs - MINUTE / 2)).toBe(0);
  });

  test('is reached and read by keys', async () => {
    const focused = page.locator('.chart-frame:focus');
    for (let i = 0; i < 40 && (await focused.count()) === 0; i++) await page.keyboard.press('Tab');
    expect(await focused.count()).toBe(1);
    expect(await focused.getAttribute('aria-label')).toMatch(/Water level.*Arrow keys/);
    const readout = page.locator('.readout');
    await page.keyboard.press('End');
    await expect.poll(() => text(readout)).toMatch(/\d\.\d\d m/);
    const last = await text(readout);
    await page.keyboard.press('ArrowLeft');
    await expect.poll(() => text(readout)).not.toBe(last);

    const rangeOf = () => /range=(\d+)-(\d+)/.exec(page.url());
    const [, from, to] = rangeOf() ?? [];
    await page.keyboard.press('+');
    await waitFor('half the time to be shown', () => {
      const [, nextFrom, nextTo] = rangeOf() ?? [];
      return Math.abs((Number(nextTo) - Number(nextFrom)) * 2 - (Number(to) - Number(from))) < 5;
    });
    for (let i = 0; i < 3; i++) await page.keyboard.press('Escape');
    await page.waitForURL((url) => !url.hash.includes('/chart'));
  });
});

test('the language changes in one tap, and stays', async () => {
  await goTo('/settings');
  await page.getByText('中文').click();
  await page.getByRole('link', { name: '总览' }).waitFor();
  await page.reload();
  await goTo('');
  await expect.poll(() => sentence()).toMatch(/正常|查看/);
  expect(await page.locator('html').getAttribute('lang')).toBe('zh-CN');
  await goTo('/settings');
  await page.getByText('English').click();
  await page.getByRole('link', { name: 'Overview' }).waitFor();
});

test('a device that falls silent is silent in words, on top and in its field', async () => {
  await goTo('');
  sim.tell({ fault: 'silence', device: 'node-3' });
  await expect
    .poll(() => sentence(), { timeout: 30_000 })
    .toMatch(/North needs a look: .*node-3 silent since \d\d:\d\d/);
  await page.getByRole('link', { name: /^North/ }).click();
  expect(await text(page.locator('h1:focus')), 'the focus is on the new page').toBe('North');
  await page
    .getByRole('button', { name: /^Moisture: show each device/ })
    .first()
    .click();
  await expect.poll(() => text(page.locator('.device-row', { hasText: 'node-3' }))).toMatch(/silent/);
  sim.tell({ fault: 'none', device: 'node-3' });
});

test('a gateway that is away is told, and its accounts say that nothing is missing', async () => {
  await goTo('/gateways');
  await page.getByRole('heading', { name: 'Test gateway' }).waitFor();
  await expect
    .poll(() => text(page.locator('main')), { timeout: 30_000 })
    .toMatch(/all [\d,]+ readings are in the cloud/);
  await well.endAsync(true);
  const card = page.locator('article', { has: page.getByRole('heading', { name: 'Well house' }) });
  await expect.poll(() => text(card)).toMatch(/not connected/);
  await goTo('');
  await expect.poll(() => sentence()).toMatch(/No word from Well house since/);
});

test.each([
  '',
  '/field/north',
  '/map',
  '/gateways',
  '/people',
  '/settings',
  '/alerts',
  '/rules',
  '/rule',
  '/device/gw-1/soil-1',
  CHART,
])('axe-core has no serious finding on %s, light or dark', async (path) => {
  await goTo(path);
  await page.getByRole('heading', { level: 1 }).waitFor();
  for (const theme of ['light', 'dark']) {
    await page.evaluate(`document.documentElement.dataset.theme = '${theme}'`);
    expect(await seriousFindings(page), theme).toEqual([]);
  }
});

test('nothing was asked of another host, and the page had nothing to complain of', () => {
  expect([...seen.origins]).toEqual([origin]);
  expect(seen.complaints).toEqual([]);
});

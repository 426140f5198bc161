/**
 * From a threshold to an acknowledged alert, on a phone-size page in a real browser: a rule is written and tried on the
 * past, the simulator breaches it, the gateway raises the alert, somebody sees it and sees to it.
 */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { seriousFindings, type Visit, visit } from './browser.ts';
import { FARM, makeFarm, type TestFarm } from './farm.ts';
import { type Service, waitFor } from './process.ts';

const CHANNEL = 'gw-1/soil-1/soil.moisture@d10';
let farm: TestFarm;
let sim: Service;
let seen: Visit;
let page: Page;
let origin: string;
let threshold: number;

beforeAll(async () => {
  farm = await makeFarm({ nodes: 1, probes: 1 });
  const cloud = await farm.startCloud();
  sim = await farm.startSim();
  await farm.startGateway();
  origin = new URL(String(cloud.ready.http)).origin;
  seen = await visit(String(cloud.ready.welcome));
  page = seen.page;
  const moisture = await waitFor(
    'soil moisture',
    async () => (await farm.api.latest()).values[CHANNEL]?.[1] ?? undefined,
  );
  threshold = Math.round(Number(moisture) * 10) / 10 + 2;
}, 120_000);

afterAll(async () => {
  await seen?.close();
  await farm?.close();
});

const goTo = (path: string) => page.goto(`${origin}/#/farm/${FARM}${path}`);
const top = async () => (await page.getByRole('heading', { level: 1 }).textContent()) ?? '';

test('a threshold is written, with what is wrong beside its field, and tried on the past', async () => {
  await page.getByLabel('Your name').fill('Gül');
  await page.getByLabel('Name or e-mail').fill('guel');
  await page.getByLabel('Password').fill('a few words are good');
  await page.getByRole('button', { name: 'Begin' }).click();
  await page.waitForURL(`**/#/farm/${FARM}`);
  await page.getByRole('link', { name: /^Alerts/ }).click();
  await page.getByRole('link', { name: 'Rules' }).click();
  await page.getByRole('link', { name: /Device silent/ }).waitFor();
  await page.getByRole('link', { name: 'Write a rule' }).click();

  await page.getByLabel('Condition').selectOption({ label: 'Above a value' });
  await page.getByLabel('What', { exact: true }).selectOption({ label: 'Soil moisture' });
  await page.getByRole('button', { name: 'Save' }).click();
  const threshold_ = page.getByLabel('Threshold');
  expect(await threshold_.getAttribute('aria-invalid')).toBe('true');
  await page.getByLabel('Name, in English').fill('Leaking valve');
  await threshold_.fill(String(threshold));
  await page.getByLabel('Over again at').fill(String(threshold + 1));
  await page.getByText('At the threshold or below it.').waitFor();
  await page.getByLabel('Over again at').fill(String(threshold - 1));
  await page.getByText('At the threshold or below it.').waitFor({ state: 'detached' });
  await page.getByLabel('Where').selectOption('devices:gw-1/soil-1');
  await page.getByLabel('What people are told, in English').fill('{field} is wet: {value} {unit}.');

  await page.getByRole('button', { name: 'Try it on the last month' }).click();
  await page.getByText('It would not have fired in the last month.').waitFor();
  await page.getByText(/Looked at [\d,]+ readings of 1 channels or devices/).waitFor();
  expect(await seriousFindings(page)).toEqual([]);
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('link', { name: /Leaking valve/ }).waitFor();
  await page.getByText('Every gateway works by these rules').waitFor();
  expect(await seriousFindings(page)).toEqual([]);
});

test('the simulator breaches it: the first page says so, its field is marked, the way to the alerts counts it', async () => {
  await goTo('');
  sim.tell({ fault: 'drift', device: 'soil-1', value: 'moisturePct', perHour: 900 });
  await expect.poll(top, { timeout: 60_000 }).toMatch(/^North is wet: \d+\.\d %\. Since \d\d:\d\d\.$/);
  expect(await page.locator('.area-card.state-alert', { hasText: 'North' }).count()).toBe(1);
  await page.getByRole('link', { name: /Alerts.*1 alert needs somebody/ }).waitFor();
  expect(await seriousFindings(page)).toEqual([]);
}, 90_000);

test('one tap of a thumb’s size says who sees to it', async () => {
  await page.getByRole('link', { name: /^Alerts/ }).click();
  const card = page.locator('.alert-card', { hasText: 'North is wet' });
  expect(await seriousFindings(page)).toEqual([]);
  const button = card.getByRole('button', { name: 'I see to it' });
  const box = await button.boundingBox();
  expect(Math.min(box?.width ?? 0, box?.height ?? 0)).toBeGreaterThanOrEqual(44);
  await button.click();
  await card.getByText(/Gül sees to it, since \d\d:\d\d/).waitFor();
  expect(await card.getByRole('button', { name: 'I see to it' }).count()).toBe(0);
  expect(await page.locator('.nav-count').count()).toBe(0);
  await card.getByRole('button', { name: 'What happened' }).click();
  await card.locator('.alert-story').getByText('Gül sees to it').waitFor();
});

test('it ends by itself, and stands among the earlier ones', async () => {
  sim.tell({ fault: 'none', device: 'soil-1' });
  const earlier = page.locator('section', { has: page.getByRole('heading', { name: 'Earlier' }) });
  await earlier.getByText(/North is wet/).waitFor({ timeout: 60_000 });
  await goTo('');
  await expect.poll(top, { timeout: 30_000 }).not.toMatch(/wet/);
}, 120_000);

test('who changed what is kept', async () => {
  await goTo('/rules');
  await page.getByRole('link', { name: /Leaking valve/ }).click();
  await page.getByLabel('How bad').selectOption({ label: 'Alarm' });
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('link', { name: /Leaking valve.*Alarm/s }).click();
  await page.getByRole('button', { name: 'Who changed what' }).click();
  await page.getByText('severity: warning → critical').waitFor();
  await page.getByText(/Gül.*made it/).waitFor();
});

test('the page had nothing to complain of', () => expect(seen.complaints).toEqual([]));

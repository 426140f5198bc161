/** Somebody on a phone opens a valve, sees it run, closes it, and stops everything: a real browser, the real gateway, a board of the test. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { seriousFindings, type Visit, visit } from '../browser.ts';
import { FARM } from '../farm.ts';
import { waitFor } from '../process.ts';
import { type CommandFarm, makeCommandFarm } from './relay-rig.ts';

let it: CommandFarm;
let seen: Visit;

beforeAll(async () => {
  it = await makeCommandFarm();
  const cloud = await it.farm.startCloud();
  await it.farm.startGateway();
  await waitFor('known actuators', async () => {
    const { actuators = [] } = await it.actuators().catch(() => ({ actuators: [] }));
    return actuators.length === 5 && actuators.every(({ value }) => value === 0);
  });
  seen = await visit(String(cloud.ready.welcome));
}, 120_000);
afterAll(async () => {
  await seen?.close();
  await it?.close();
});

test('a valve is opened after a question, closed again, and everything stops', { timeout: 90_000 }, async () => {
  const { page } = seen;
  await page.getByLabel('Your name').fill('Gül');
  await page.getByLabel('Name or e-mail').fill('guel');
  await page.getByLabel('Password').fill('a few words are good');
  await page.getByRole('button', { name: 'Begin' }).click();
  await page.waitForURL(`**/#/farm/${FARM}`);
  await page.getByRole('link', { name: 'Switches' }).click();
  const card = page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: 'Valve 3' }) });
  await card.getByRole('button', { name: 'Open for' }).click();
  await card.getByText('Open Valve 3 for 1 min?').waitFor();
  expect(it.rig.board.changes).toEqual([]);
  await page.screenshot({ path: `${process.env.KAREZ_PICTURES ?? it.farm.folder}/switches-ask.png`, fullPage: true });
  await card.getByRole('button', { name: 'Yes, open' }).click();
  await card.getByText('Confirmed, running').waitFor();
  await card.getByText(/left/).waitFor();
  expect(it.rig.board.isOn(3)).toBe(true);
  expect(await seriousFindings(page)).toEqual([]);
  await page.screenshot({ path: `${process.env.KAREZ_PICTURES ?? it.farm.folder}/switches-phone.png`, fullPage: true });
  await card.getByRole('button', { name: 'Close now' }).click();
  await card.getByText('Done').waitFor();
  expect(it.rig.board.isOn(3)).toBe(false);
  await page.getByRole('button', { name: 'Stop everything' }).click();
  await page.getByRole('button', { name: 'Yes, stop everything' }).click();
  await page.getByText(/Everything was stopped by Gül/).waitFor();
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.screenshot({ path: `${process.env.KAREZ_PICTURES ?? it.farm.folder}/switches-desk.png`, fullPage: true });
  expect(await seriousFindings(page)).toEqual([]);
  await page.getByRole('button', { name: 'Release' }).click();
  await page.getByRole('button', { name: 'Yes, release' }).click();
  await page.getByText(/Everything was stopped/).waitFor({ state: 'detached' });
  expect(seen.complaints).toEqual([]);
});

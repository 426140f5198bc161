/**
 * `npm run pictures`: the demonstration farm, and a picture of each page of its console in docs/pictures: phone and desk,
 * light and dark, English and Chinese. Each page in four pictures that together show all of it.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from '@karez/model/testing';
import type { Page } from 'playwright-core';
import { visit } from './browser.ts';
import { ROOT } from './process.ts';

const FARM = 'demo';
/** So that trends have something to show, ms. */
const LIVE_MS = 90_000;
const PAGES: Record<string, string> = {
  overview: '',
  field: '/field/north',
  map: '/map',
  alerts: '/alerts',
  rules: '/rules',
  rule: '/rule/dry-soil',
  device: '/device/gw-1/drone',
  gateways: '/gateways',
  people: '/people',
  settings: '/settings',
};
const LOOKS = [
  ['phone', 'light', 'en'],
  ['phone', 'dark', 'zh'],
  ['desk', 'dark', 'en'],
  ['desk', 'light', 'zh'],
] as const;
const SIZES = { phone: { width: 390, height: 844 }, desk: { width: 1280, height: 800 } };

/** A rule that fires in the simulated soil, so that there is an alert to be seen. */
const RULE = {
  ...{ id: 'dry-soil', enabled: true, scope: {}, severity: 'warning', tell: [{ role: 'owner' }] },
  title: { en: 'Soil drier than 18.5 %', zh: '土壤含水率低于 18.5 %' },
  condition: { type: 'below', input: { quantity: 'soil.moisture' }, unit: '%', value: 18.5, recover: 20 },
  message: { en: 'Dry at {device}: {value} {unit}. Irrigate.', zh: '{device}偏干：{value} {unit}，请灌溉。' },
};

const folder = mkdtempSync(join(tmpdir(), 'karez-pictures-'));
const pictures = join(ROOT, 'docs/pictures');
mkdirSync(pictures, { recursive: true });
const port = await freePort();
const demo = spawn(process.execPath, [join(ROOT, 'bin/demo.ts'), '--data', folder, '--http-port', String(port)], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
const welcome = await new Promise<string>((resolve, reject) => {
  let printed = '';
  demo.stdout.on('data', (part: Buffer) => {
    printed += part;
    const found = /https?:\S+#\/welcome\S+/.exec(printed);
    if (found !== null && printed.includes('Logs')) resolve(found[0]);
  });
  demo.on('exit', () => reject(new Error(`the demonstration farm did not start:\n${printed}`)));
});
try {
  const { page, close } = await visit(welcome);
  await enter(page);
  await wait(LIVE_MS);
  for (const [size, theme, language] of LOOKS) await take(page, size, theme, language);
  await close();
} finally {
  const ended = new Promise((resolve) => demo.on('exit', resolve));
  demo.kill('SIGTERM');
  await ended;
  rmSync(folder, { recursive: true, force: true });
}

async function enter(page: Page): Promise<void> {
  await page.getByLabel('Your name').fill('Aygül');
  await page.getByLabel('Name or e-mail').fill('aygul');
  await page.getByLabel('Password').fill('a few words are good');
  await page.getByRole('button', { name: 'Begin' }).click();
  await page.waitForURL(`**/#/farm/${FARM}`);
  await page.evaluate(`(async () => {
    const { csrf } = await (await fetch('api/v1/session')).json();
    const headers = { 'content-type': 'application/json', 'x-csrf': csrf };
    const body = ${JSON.stringify(JSON.stringify(RULE))};
    const answer = await fetch('api/v1/farms/${FARM}/rules', { method: 'POST', headers, body });
    if (!answer.ok) throw new Error(await answer.text());
  })()`);
}

async function take(page: Page, size: keyof typeof SIZES, theme: string, language: string): Promise<void> {
  await page.setViewportSize(SIZES[size]);
  await page.evaluate(`localStorage.setItem('karez.theme', '${theme}');
    localStorage.setItem('karez.language', '${language}');`);
  const chart = await page.evaluate<string>(`(async () => {
    const { devices } = await (await fetch('api/v1/farms/${FARM}')).json();
    const air = devices.flatMap((d) => d.channels).find((c) => c.quantity === 'air.temperature');
    return '/chart?range=1h&c=' + encodeURIComponent(air.id);
  })()`);
  for (const [name, path] of Object.entries({ ...PAGES, chart })) {
    await page.goto(`${new URL(page.url()).origin}/#/farm/${FARM}${path}`);
    await page.reload();
    await page.getByRole('heading', { level: 1 }).waitFor();
    await wait(2_000);
    await page.screenshot({ path: join(pictures, `${name}-${size}-${theme}-${language}.png`) });
  }
}

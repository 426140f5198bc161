/** A real Chromium that looks at the console, and remembers what must not be: other hosts, errors on its console. */
import axe from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';

const ARGS = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];

export interface Visit {
  page: Page;
  /** Origins that were asked for anything. */
  origins: Set<string>;
  /** What the page complained of. */
  complaints: string[];
  close(): Promise<void>;
}

/** Opens the console at phone size; the language is the browser's own until the reader chooses. */
export async function visit(url: string, language = 'en-GB'): Promise<Visit> {
  const browser: Browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ARGS });
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, locale: language, hasTouch: true });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  const origins = new Set<string>();
  const complaints: string[] = [];
  page.on('request', (request) => origins.add(new URL(request.url()).origin));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error.stack)));
  await page.goto(url);
  return { page, origins, complaints, close: () => browser.close() };
}

/**
 * Coloured pixels of the chart between two shares of its width, 0 to 1. Grid and letters are grey, only lines have
 * colour. Runs in the page, whose types this program does not know.
 */
export async function inkBetween(page: Page, left: number, right: number): Promise<number> {
  return await page.evaluate<number>(`(() => {
    const canvas = document.querySelector('.plot canvas');
    const over = document.querySelector('.plot .u-over')?.getBoundingClientRect();
    if (canvas === null || over === undefined) return 0;
    const box = canvas.getBoundingClientRect();
    const scale = canvas.width / box.width;
    const x = (over.left - box.left + ${left} * over.width) * scale;
    const width = Math.max(1, ${right - left} * over.width * scale);
    const copy = document.createElement('canvas');
    [copy.width, copy.height] = [canvas.width, canvas.height];
    const context = copy.getContext('2d', { willReadFrequently: true });
    context.drawImage(canvas, 0, 0);
    const { data } = context.getImageData(x, (over.top - box.top) * scale, width, over.height * scale);
    let ink = 0;
    for (let i = 0; i < data.length; i += 4) {
      const [r, g, b, a] = data.slice(i, i + 4);
      if (a > 128 && Math.max(r, g, b) - Math.min(r, g, b) > 60) ink++;
    }
    return ink;
  })()`);
}

/**
 * What axe-core (WCAG 2.2 A and AA) finds serious or critical on the page as it stands: rule, element, what is wrong.
 */
export async function seriousFindings(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return await page.evaluate<string[]>(`axe
    .run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })
    .then(({ violations }) =>
      violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .flatMap(({ id, nodes }) => nodes.map((n) => id + ' at ' + n.target.join(' ') + ': ' + n.failureSummary)),
    )`);
}

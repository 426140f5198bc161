/** A real Chromium that looks at the console, and remembers what must not be: other hosts, errors on its console. */
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

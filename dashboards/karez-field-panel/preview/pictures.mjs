/** Pictures of the built panel with the job of job-frames.mjs, in docs/pictures: two sizes, light and dark. */
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { jobFrames } from './job-frames.mjs';

const SIZES = { wide: [820, 480], small: [390, 300] };
const OPTIONS = {
  wide: { swathWidthM: 6, sections: 4, doseUnit: 'L/ha', colour: 'dose', targetDose: 33 },
  small: { swathWidthM: 6, sections: 4, doseUnit: 'L/mu', colour: 'passes' },
};
const pictures = fileURLToPath(new URL('../../../docs/pictures/', import.meta.url));
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu'],
});
const page = await browser.newPage();
const complaints = [];
page.on('pageerror', (error) => complaints.push(String(error.stack)));
page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
await page.goto(new URL('page.html', import.meta.url).href);
for (const [size, [width, height]] of Object.entries(SIZES)) {
  for (const theme of ['light', 'dark']) {
    await page.setViewportSize({ width, height });
    await page.evaluate((asked) => window.showPanel(asked), {
      ...{ series: jobFrames(Date.UTC(2026, 5, 1, 6)), options: OPTIONS[size], theme, width, height },
    });
    await page.locator('svg image').waitFor();
    await page.waitForTimeout(300);
    await page.screenshot({ path: `${pictures}field-panel-${size}-${theme}.png` });
    console.log(`docs/pictures/field-panel-${size}-${theme}.png`);
  }
}
await browser.close();
if (complaints.length > 0) {
  console.error(complaints.join('\n'));
  process.exitCode = 1;
}

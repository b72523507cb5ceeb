// Pictures of what a person sees: on two widths, in both themes. `npm run screenshots` puts them where README shows them.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';

const FOLDER = join(import.meta.dirname, '../..', process.env['CARILLON_SCREENSHOTS'] ?? 'target/screenshots');

const WIDTHS = {
  wide: { width: 1280, height: 800 },
  narrow: { width: 390, height: 844 },
};

/** Takes `<name>.png` of the page as it is, in one theme. */
export async function takeScreenshot(page: Page, name: string, media: { colorScheme: 'light' | 'dark' }): Promise<void> {
  mkdirSync(FOLDER, { recursive: true });
  await page.emulateMedia({ ...media, reducedMotion: 'reduce' });
  await page.screenshot({ path: join(FOLDER, `${name}.png`), animations: 'disabled', caret: 'hide' });
  await page.emulateMedia({ colorScheme: null, reducedMotion: null });
}

/** Takes `<name>-<width>-<theme>.png` of the page as it is. */
export async function takeScreenshots(page: Page, name: string): Promise<void> {
  mkdirSync(FOLDER, { recursive: true });
  const before = page.viewportSize();
  for (const [width, size] of Object.entries(WIDTHS)) {
    await page.setViewportSize(size);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.screenshot({ path: join(FOLDER, `${name}-${width}-${colorScheme}.png`), animations: 'disabled', caret: 'hide' });
    }
  }
  await page.emulateMedia({ colorScheme: null, reducedMotion: null });
  if (before) await page.setViewportSize(before);
}

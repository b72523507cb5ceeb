// What axe-core finds wrong with a page (WCAG 2.2 A and AA, best practice), in the light and in the dark theme.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type axe from 'axe-core';
import type { Page } from 'playwright-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** A line for each rule that the page breaks: the theme, the rule, and the elements. */
export async function violations(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    // Through the debugger, which the page's policy does not bind.
    await page.evaluate(AXE);
    const results = await page.evaluate(() => (window as unknown as { axe: typeof axe }).axe.run());
    found.push(...results.violations.map(({ id, nodes }) => `${colorScheme} ${id}: ${nodes.map((node) => node.html).join(' ')}`));
  }
  await page.emulateMedia({ colorScheme: null, reducedMotion: null });
  return found;
}

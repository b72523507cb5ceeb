// The rules of axe-core (WCAG 2.2 A and AA, best practice) on every page, in both themes.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { Person, openBrowser } from './person.ts';
import { endpointsOf } from './stack.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const endpoints = endpointsOf(inject('folder'));
let browser: Browser;

beforeAll(async () => {
  browser = await openBrowser();
});

afterAll(async () => {
  await browser.close();
});

async function violations(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    // Through the debugger, which the page's policy does not bind.
    await page.evaluate(AXE);
    const results = await page.evaluate(() => (window as unknown as { axe: typeof axe }).axe.run());
    found.push(...results.violations.map(({ id, nodes }) => `${colorScheme} ${id}: ${nodes.map((node) => node.html).join(' ')}`));
  }
  return found;
}

test('the page before signing in', async () => {
  const { page, context } = await Person.arrive(browser, endpoints);
  await page.getByTestId('sign-in').waitFor();
  expect(await violations(page)).toEqual([]);
  await context.close();
});

test('the pages of the pool', async () => {
  const { page, context } = await Person.arrive(browser, endpoints);
  await page.getByTestId('sign-in').click();
  await page.locator('input[name=username]').waitFor();
  expect(await violations(page)).toEqual([]);
  await page.getByRole('link', { name: 'Create an account' }).click();
  await page.locator('input[name=email]').waitFor();
  expect(await violations(page)).toEqual([]);
  await context.close();
});

test('the chat', async () => {
  const alice = await Person.arrive(browser, endpoints);
  await alice.signIn('alice');
  await alice.say('Is this legible?');
  await alice.sees('Is this legible?');
  expect(await violations(alice.page)).toEqual([]);
  await alice.leave();
});

test('a page that does not exist', async () => {
  const { page, context } = await Person.arrive(browser, endpoints);
  const answer = await page.goto(`${endpoints.web}/nowhere`);
  expect(answer?.status()).toBe(404);
  expect(await violations(page)).toEqual([]);
  await context.close();
});

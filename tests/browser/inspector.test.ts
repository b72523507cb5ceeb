// The traffic inspector, as somebody uses it who wants to know what their stack does: on a wide window and on a narrow one.
import { once } from 'node:events';
import { request } from 'node:http';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { violations } from './axe.ts';
import { Person, openBrowser } from './person.ts';
import { takeScreenshot } from './screenshots.ts';
import { endpointsOf } from './stack.ts';

const WIDE = { width: 1280, height: 800 };
const NARROW = { width: 360, height: 740 };
const endpoints = endpointsOf(inject('folder'));
let browser: Browser;
let alice: Person;
let bob: Person;

beforeAll(async () => {
  browser = await openBrowser();
  alice = await Person.arrive(browser, endpoints);
  await alice.signIn('alice');
  bob = await Person.arrive(browser, endpoints);
  await bob.signIn('bob');
});

afterAll(async () => {
  await alice.leave();
  await bob.leave();
  await browser.close();
});

/** The page, and whatever the browser complains about. */
async function inspect(viewport: { width: number; height: number }): Promise<{ page: Page; complaints: string[] }> {
  const context = await browser.newContext({ viewport });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => { if (['error', 'warning'].includes(message.type())) complaints.push(message.text()); });
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto(endpoints.inspector);
  await page.getByRole('status').getByText('live').waitFor();
  return { page, complaints };
}

/** A handshake without any credential. */
async function knock(): Promise<void> {
  const headers = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==' };
  const knocking = request(endpoints.websocket.replace('ws', 'http'), { headers });
  knocking.end();
  await once(knocking, 'response');
  knocking.destroy();
}

const records = (page: Page, text: string): ReturnType<Page['getByTestId']> => page.getByTestId('record').filter({ hasText: text });

async function overflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

test('a message shows live, is found, and is looked at closely', async () => {
  const { page, complaints } = await inspect(WIDE);
  await knock();
  await records(page, '401').first().waitFor();
  await alice.say('Do you see this live?');
  await records(page, 'Do you see this live?').first().waitFor();
  await page.getByTestId('connection').filter({ hasText: 'open' }).first().waitFor();

  await page.getByRole('searchbox').fill('see this live fn-message event');
  await expect.poll(() => page.getByTestId('record').count()).toBe(1);
  await page.getByRole('searchbox').fill('see this live');
  await page.getByRole('button', { name: 'Functions' }).click();
  await expect.poll(() => records(page, 'event').count()).toBe(0);
  expect(await records(page, 'Do you see this live?').count()).toBeGreaterThan(0);
  await page.getByRole('button', { name: 'Functions' }).click();

  await records(page, 'event').filter({ hasText: 'fn-message' }).first().getByRole('button').click();
  const details = page.getByRole('complementary', { name: 'Details' });
  await details.getByText('requestContext').first().waitFor();
  await details.getByRole('heading', { name: 'Same invocation' }).waitFor();
  await page.getByRole('searchbox').fill('');
  expect(await violations(page)).toEqual([]);
  await page.getByRole('searchbox').blur();
  await takeScreenshot(page, 'inspector', { colorScheme: 'light' });

  await details.getByRole('button', { name: 'only this one' }).click();
  await page.getByRole('button', { name: /^Show all connections/ }).waitFor();
  await page.keyboard.press('Escape');
  await details.waitFor({ state: 'hidden' });
  await records(page, 'handshake').first().getByRole('button').click();
  await details.getByText('•••').first().waitFor();
  expect(await page.locator('body').innerText()).not.toMatch(/eyJ/);
  expect(complaints).toEqual([]);
  await page.context().close();
});

test('what comes while it is paused waits', async () => {
  const { page } = await inspect(WIDE);
  await page.getByRole('button', { name: 'Pause' }).click();
  await alice.say('Not before I am ready');
  await page.getByRole('button', { name: /new/ }).waitFor();
  expect(await records(page, 'Not before I am ready').count()).toBe(0);
  await page.getByRole('button', { name: 'Resume' }).click();
  await records(page, 'Not before I am ready').first().waitFor();
  await page.getByRole('button', { name: 'Clear' }).click();
  await expect.poll(() => records(page, 'Not before I am ready').count()).toBe(0);
  await page.context().close();
});

test('faults are switched, strike, and end', async () => {
  const { page, complaints } = await inspect(WIDE);
  await page.getByRole('button', { name: 'Faults', expanded: false }).click();
  const panel = page.getByRole('complementary', { name: 'Faults' });
  const faults = page.getByTestId('fault');
  await panel.getByLabel('Kind of fault').selectOption('event.twice');
  await panel.getByText('reaches its function twice').waitFor();
  await panel.getByRole('button', { name: 'Add' }).click();
  await faults.filter({ hasText: 'event.twice' }).getByText('struck 0×').waitFor();
  await panel.getByLabel('At which route event.twice strikes').selectOption('message');
  await expect.poll(() => panel.getByLabel('At which route event.twice strikes').inputValue()).toBe('message');
  await panel.getByLabel('Kind of fault').selectOption('push.delayed');
  await panel.getByRole('button', { name: 'Add' }).click();
  await faults.nth(1).waitFor();
  await panel.getByLabel('ms late').fill('-1');
  await panel.getByLabel('ms late').fill('5');
  await panel.getByLabel('How often push.delayed strikes').selectOption('1 in 10');
  await page.getByRole('button', { name: 'Faults 2' }).waitFor();

  await alice.say('Twice as good');
  await bob.sees('Twice as good');
  await records(page, 'event.twice strikes at event 1 of message').first().waitFor();
  await faults.first().getByText(/struck [1-9]/).waitFor();
  expect(await violations(page)).toEqual([]);
  await takeScreenshot(page, 'inspector-faults', { colorScheme: 'light' });
  await page.setViewportSize(NARROW);
  expect(await overflow(page)).toBe(0);
  await page.setViewportSize(WIDE);

  await panel.getByRole('button', { name: 'Remove event.twice' }).click();
  await expect.poll(() => faults.count()).toBe(1);
  await panel.getByRole('button', { name: 'End all' }).click();
  await expect.poll(() => faults.count()).toBe(0);
  await page.keyboard.press('Escape');
  await panel.waitFor({ state: 'hidden' });
  expect(complaints).toEqual([]);
  await page.context().close();
});

test('thousands of records leave the page quick', async () => {
  const { page } = await inspect(WIDE);
  // As a string: the test runner would make the page's imports its own.
  const shown = await page.evaluate<number>(`(async () => {
    const { Records } = await import('/_inspector/records.js');
    const { Timeline } = await import('/_inspector/timeline.js');
    const records = new Records();
    const timeline = new Timeline(records, () => undefined);
    for (let sequence = 100000; sequence < 120000; sequence += 1) {
      const record = { sequence, kind: 'log', atMs: 0, summary: 'line ' + sequence, function: 'f', failed: false };
      records.add(record);
      timeline.add(record);
    }
    await new Promise((resolve) => { requestAnimationFrame(() => requestAnimationFrame(resolve)); });
    return document.querySelectorAll('#timeline > li').length;
  })()`);
  expect(shown).toBeLessThanOrEqual(2000);
  await records(page, 'line 119999').waitFor();
  await page.context().close();
});

test('on a narrow window the views follow each other', async () => {
  const { page, complaints } = await inspect(NARROW);
  await alice.say('On a telephone too');
  await records(page, 'On a telephone too').first().waitFor();
  expect(await overflow(page)).toBe(0);
  expect(await violations(page)).toEqual([]);
  await takeScreenshot(page, 'inspector-narrow', { colorScheme: 'dark' });

  await page.getByRole('navigation').getByRole('button', { name: /Connections/ }).click();
  const connection = page.getByTestId('connection').filter({ hasText: 'open' }).first();
  await connection.waitFor();
  expect(await overflow(page)).toBe(0);
  await connection.click();
  await page.getByRole('button', { name: /^Show all connections/ }).waitFor();
  await records(page, 'On a telephone too').first().getByRole('button').click();
  const details = page.getByRole('complementary', { name: 'Details' });
  await details.getByText('connection', { exact: true }).waitFor();
  expect(await overflow(page)).toBe(0);
  await details.getByRole('button', { name: 'Close details' }).click();
  expect(complaints).toEqual([]);
  await page.context().close();
});

// The rules of axe-core (WCAG 2.2 A and AA, best practice) on every page, in both themes.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { violations } from './axe.ts';
import { Person, openBrowser } from './person.ts';
import { endpointsOf } from './stack.ts';

const endpoints = endpointsOf(inject('folder'));
let browser: Browser;

beforeAll(async () => {
  browser = await openBrowser();
});

afterAll(async () => {
  await browser.close();
});

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

test('a room with somebody else, wide and on a phone, with its list and its people shown', async () => {
  const alice = await Person.arrive(browser, endpoints);
  const bob = await Person.arrive(browser, endpoints);
  const room = `legible-${'x'.repeat(50)}`;
  for (const [person, name] of [[alice, 'alice'], [bob, 'bob']] as const) {
    await person.signIn(name);
    await person.page.getByTestId('room-name').fill(room);
    await person.page.getByTestId('enter-room').click();
  }
  const { page } = alice;
  await page.getByTestId('person').getByText('bob').waitFor();
  expect(await violations(page)).toEqual([]);
  await page.getByTestId('room-name').fill('no name / of a room');
  await page.getByTestId('enter-room').click();
  await page.getByTestId('room-problem').waitFor();
  expect(await violations(page)).toEqual([]);
  await bob.page.getByTestId('conversation').filter({ hasText: 'Everyone' }).click();
  await bob.say('For everyone');
  await page.getByTestId('conversation').filter({ hasText: 'Everyone' }).getByTestId('unread').waitFor();

  await page.setViewportSize({ width: 320, height: 640 });
  await page.getByTestId('people-toggle').click();
  await page.getByTestId('menu').click();
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press('Escape');
  expect(await violations(page)).toEqual([]);
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(overflow, 'nothing is wider than the page').toBe(0);
  await alice.leave();
  await bob.leave();
});

test('a page that does not exist', async () => {
  const { page, context } = await Person.arrive(browser, endpoints);
  const answer = await page.goto(`${endpoints.web}/nowhere`);
  expect(answer?.status()).toBe(404);
  expect(await violations(page)).toEqual([]);
  await context.close();
});

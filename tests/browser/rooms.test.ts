// What people do beyond the conversation of everyone: rooms, talking to one person, seeing who is here and who types.
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest';
import { Person, openBrowser } from './person.ts';
import { takeScreenshots } from './screenshots.ts';
import { endpointsOf } from './stack.ts';

const endpoints = endpointsOf(inject('folder'));
let browser: Browser;
const people: Person[] = [];

beforeAll(async () => {
  browser = await openBrowser();
});

afterAll(async () => {
  await browser.close();
});

// Whatever a test does, no browser may have found fault with a page.
afterEach(async () => {
  const complaints = people.flatMap((person) => person.complaints);
  await Promise.all(people.splice(0).map((person) => person.leave()));
  expect(complaints).toEqual([]);
});

async function signedIn(username: string, options: Parameters<typeof Person.arrive>[2] = {}): Promise<Person> {
  const person = await Person.arrive(browser, endpoints, options);
  people.push(person);
  await person.signIn(username);
  return person;
}

async function enter({ page }: Person, room: string): Promise<void> {
  await page.getByTestId('room-name').fill(room);
  await page.getByTestId('enter-room').click();
  await page.getByTestId('room').getByText(room).waitFor();
}

/** Where a conversation stands in the list. */
function listed(page: Page, name: string): ReturnType<Page['getByTestId']> {
  return page.getByTestId('conversation').filter({ hasText: name });
}

test('two people meet in a room, see each other there, and see who types; outside nobody hears them', async () => {
  const alice = await signedIn('alice');
  const bob = await signedIn('bob');
  await enter(alice, 'tower');
  await enter(bob, 'tower');
  await alice.page.getByTestId('person').getByText('bob').waitFor();
  await bob.page.getByTestId('person').getByText('alice').waitFor();

  await bob.page.getByTestId('composer').pressSequentially('Up here');
  await alice.page.getByTestId('typing').getByText('bob is typing').waitFor();
  await takeScreenshots(alice.page, 'room');
  await bob.page.getByTestId('composer').press('Enter');
  await alice.sees('Up here');
  await alice.page.getByTestId('typing').getByText('bob is typing').waitFor({ state: 'detached' });

  await listed(alice.page, 'Everyone').click();
  await alice.page.getByTestId('room').getByText('Everyone').waitFor();
  expect(await alice.page.getByTestId('message').filter({ hasText: 'Up here' }).count()).toBe(0);
  await bob.say('Are you gone?');
  await listed(alice.page, 'tower').getByTestId('unread').getByText('1').waitFor();
  await listed(alice.page, 'tower').click();
  await alice.sees('Are you gone?');
  expect(await listed(alice.page, 'tower').getByTestId('unread').count()).toBe(0);
});

test('a room is there again after a reload, with what is unread, and gone when it was left', async () => {
  const alice = await signedIn('alice');
  const bob = await signedIn('bob');
  await enter(alice, 'belfry');
  await enter(bob, 'belfry');
  await listed(alice.page, 'Everyone').click();
  await alice.page.goto('about:blank');
  await bob.say('While you were away');
  await bob.sees('While you were away');
  await alice.page.goto(endpoints.web);
  await alice.isConnected();
  await listed(alice.page, 'belfry').getByTestId('unread').waitFor();
  await listed(alice.page, 'belfry').click();
  await alice.sees('While you were away');
  await alice.page.getByTestId('leave').click();
  await listed(alice.page, 'belfry').waitFor({ state: 'detached' });
  await alice.page.reload();
  await alice.isConnected();
  expect(await listed(alice.page, 'belfry').count()).toBe(0);
});

test('whoever is clicked can be talked to alone, and finds it even after a reload', async () => {
  const alice = await signedIn('alice');
  const bob = await signedIn('bob');
  await alice.page.getByTestId('person').getByText('bob').click();
  await alice.page.getByTestId('room').getByText('bob').waitFor();
  await alice.say('Just between us');
  await alice.sees('Just between us');
  await listed(bob.page, 'alice').getByTestId('unread').waitFor();
  await bob.page.reload();
  await bob.isConnected();
  await listed(bob.page, 'alice').click();
  await bob.sees('Just between us');
  await bob.say('I see it');
  await alice.sees('I see it');
});

test('somebody who goes is seen to go', async () => {
  const alice = await signedIn('alice');
  const bob = await signedIn('bob');
  await enter(alice, 'stairs');
  await enter(bob, 'stairs');
  const there = alice.page.getByTestId('person').getByText('bob');
  await there.waitFor();
  await bob.page.getByTestId('leave').click();
  await there.waitFor({ state: 'detached' });
});

test('on a phone the list opens over the conversation, and closes with Escape or a choice', async () => {
  const alice = await signedIn('alice', { viewport: { width: 360, height: 740 } });
  const { page } = alice;
  expect(await page.getByTestId('room-name').isVisible()).toBe(false);
  await page.getByTestId('menu').click();
  await page.getByTestId('room-name').waitFor();
  await takeScreenshots(page, 'list');
  await page.keyboard.press('Escape');
  await page.getByTestId('room-name').waitFor({ state: 'hidden' });
  await page.getByTestId('menu').click();
  await enter(alice, 'ground');
  await page.getByTestId('room-name').waitFor({ state: 'hidden' });
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(overflow).toBe(0);
  await page.getByTestId('people-toggle').click();
  await page.getByTestId('people').getByText('alice').waitFor();
});

// What two people do, each at a browser of their own: sign in on the pool's pages, chat, reload, sign out.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest';
import { Person, openBrowser } from './person.ts';
import { takeScreenshots } from './screenshots.ts';
import { endpointsOf } from './stack.ts';

const endpoints = endpointsOf(inject('folder'));
let browser: Browser;
const people: Person[] = [];
/** In which whoever was sent away has to be gone (ms). */
const SECONDS_5 = 5_000;

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

async function arrive(): Promise<Person> {
  const person = await Person.arrive(browser, endpoints);
  people.push(person);
  return person;
}

/** What `npm run users` answers. */
function users(...args: string[]): unknown {
  const command = ['--import', 'tsx', 'scripts/users.ts', ...args];
  return JSON.parse(execFileSync(process.execPath, command, { cwd: join(import.meta.dirname, '../..'), encoding: 'utf8' }));
}

async function signedIn(username: string): Promise<Person> {
  const person = await arrive();
  await person.signIn(username);
  return person;
}

test('two people sign in, talk both ways, and see everything again after a reload', async () => {
  const alice = await arrive();
  await alice.page.getByTestId('sign-in').waitFor();
  await takeScreenshots(alice.page, 'signed-out');
  await alice.page.getByTestId('sign-in').click();
  await alice.page.locator('input[name=username]').waitFor();
  await takeScreenshots(alice.page, 'pool-sign-in');
  await alice.page.goBack();
  await alice.signIn('alice');
  const bob = await signedIn('bob');

  await alice.say('Good morning, Bob. Did the deployment go through?');
  await bob.sees('Did the deployment go through?');
  await bob.say('It did, and nobody noticed:\nevery connection was handed over. <b>Not bold</b> 🎉');
  await alice.sees('<b>Not bold</b> 🎉');
  await alice.say('Then the bell may ring.');
  await bob.sees('Then the bell may ring.');
  await takeScreenshots(bob.page, 'chat');

  await bob.page.reload();
  await bob.isConnected();
  for (const text of ['Did the deployment go through?', 'every connection was handed over', 'Then the bell may ring.']) {
    expect(await (await bob.sees(text)).count()).toBe(1);
  }
  const numbers = await bob.page.getByTestId('message').evaluateAll((items) => items.map((item) => Number(item.dataset['seq'])));
  expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
});

test('somebody new signs up on the page, and is in the chat', async () => {
  const carol = await arrive();
  await carol.signUp('carol', 'Correct-Horse-7-Battery');
  const bob = await signedIn('bob');
  await carol.say('Hello, I am new here.');
  await bob.sees('Hello, I am new here.');
  const said = bob.page.getByRole('article').filter({ hasText: 'Hello, I am new here.' });
  expect(await said.textContent()).toContain('carol');
});

test('signing out ends the session in every tab here, at the pool too, and nowhere else', async () => {
  const alice = await signedIn('alice');
  const elsewhere = await signedIn('alice');
  const tab = await alice.openTab();
  await alice.isConnected(tab);
  await alice.page.getByTestId('sign-out').click();
  await alice.page.getByTestId('sign-in').waitFor();
  await tab.getByTestId('sign-in').waitFor({ timeout: SECONDS_5 });
  expect(await alice.context.cookies(endpoints.web)).toEqual([]);
  // The pool's own session is over: it asks for the password again.
  await alice.page.getByTestId('sign-in').click();
  await alice.page.locator('input[name=password]').waitFor();
  await elsewhere.say('Still here.');
  await elsewhere.sees('Still here.');
});

test('signing out everywhere closes the sockets of every browser', async () => {
  const alice = await signedIn('alice');
  const elsewhere = await signedIn('alice');
  const tab = await elsewhere.openTab();
  await elsewhere.isConnected(tab);
  const closed = elsewhere.page.waitForEvent('websocket', { timeout: 0 }).catch(() => undefined);
  await alice.page.getByTestId('sign-out-everywhere').click();
  await alice.page.getByTestId('sign-in').waitFor();
  await elsewhere.page.getByTestId('sign-in').waitFor({ timeout: SECONDS_5 });
  await tab.getByTestId('sign-in').waitFor({ timeout: SECONDS_5 });
  await elsewhere.leave();
  expect(await closed, 'nobody connects again after that').toBeUndefined();
});

test('who was sent away by the back end is told so after a reload, and signs in anew', async () => {
  // GIVEN somebody whose page is closed for a moment
  const frieda = await arrive();
  await frieda.signUp('frieda', 'Correct-Horse-7-Battery');
  await frieda.page.goto('about:blank');
  // WHEN
  const state = join(inject('folder'), 'state');
  const { id } = users('find', 'frieda', '--state', state) as { id: string };
  users('disconnect', id, '--state', state);
  await frieda.page.goto(endpoints.web);
  // THEN
  await frieda.page.getByTestId('status').getByText('You were signed out elsewhere').waitFor();
  expect(await frieda.context.cookies(endpoints.web)).toEqual([]);
  // The pool remembers the sign-in that counts no more, and has to forget it first.
  await frieda.page.getByTestId('sign-in').click();
  await frieda.page.waitForURL(`${endpoints.web}/`);
  await frieda.page.getByTestId('sign-in').click();
  await frieda.page.locator('input[name=password]').waitFor();
});

test('sending somebody away closes both of their tabs within 5 s, and nothing is delivered to them afterwards', async () => {
  // GIVEN two tabs of one browser, each with a socket that is listened to
  const greta = await arrive();
  await greta.signUp('greta', 'Correct-Horse-7-Battery');
  const tabs = [greta.page, await greta.openTab()];
  const received: string[] = [];
  const sockets = await Promise.all(tabs.map(async (tab) => {
    const opened = tab.waitForEvent('websocket');
    await tab.reload();
    const socket = await opened;
    socket.on('framereceived', ({ payload }) => received.push(String(payload)));
    await greta.isConnected(tab);
    return socket;
  }));
  // WHEN
  const state = join(inject('folder'), 'state');
  const { id } = users('find', 'greta', '--state', state) as { id: string };
  users('disconnect', id, '--state', state);
  // THEN
  await Promise.all(tabs.map((tab) => tab.getByTestId('status').getByText('You were signed out elsewhere').waitFor({ timeout: SECONDS_5 })));
  expect(sockets.map((socket) => socket.isClosed())).toEqual([true, true]);
  const before = received.length;
  const bob = await signedIn('bob');
  await bob.say('She does not hear this.');
  await bob.sees('She does not hear this.');
  expect(received.slice(before)).toEqual([]);
  expect(received.join('\n')).toContain('"reason":"signed_out"');
});

test('everything can be done with the keyboard alone', async () => {
  const alice = await arrive();
  const { page } = alice;
  await page.getByTestId('sign-in').waitFor();
  const reach = async (testId: string): Promise<void> => {
    const target = page.getByTestId(testId);
    for (let presses = 0; presses < 20; presses += 1) {
      if (await target.evaluate((element) => element === document.activeElement)) return;
      await page.keyboard.press('Tab');
    }
    throw new Error(`${testId} cannot be reached with the Tab key`);
  };
  await reach('sign-in');
  await page.keyboard.press('Enter');
  await page.locator('input[name=username]').fill('alice');
  await page.locator('input[name=password]').fill(endpoints.users[0]?.password ?? '');
  await page.keyboard.press('Enter');
  await alice.isSignedInAs('alice');
  await reach('composer');
  await page.keyboard.type('first line');
  await page.keyboard.press('Shift+Enter');
  await page.keyboard.type('second line');
  await page.keyboard.press('Enter');
  await alice.sees('second line');
  await reach('sign-out');
  await page.keyboard.press('Enter');
  await page.getByTestId('sign-in').waitFor();
});

// What no script can see and no log may hold: the session's cookies, its tokens, the codes and states of signing in.
import type { Browser, Request } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { Person, openBrowser } from './person.ts';
import { endpointsOf, logOf } from './stack.ts';

const folder = inject('folder');
const endpoints = endpointsOf(folder);
let browser: Browser;

beforeAll(async () => {
  browser = await openBrowser();
});

afterAll(async () => {
  await browser.close();
});

test('scripts see no cookie, and the cookies are what PROTOCOL.md says', async () => {
  const alice = await Person.arrive(browser, endpoints);
  await alice.signIn('alice');
  const visible: unknown = await alice.page.evaluate(async () => {
    const databases = await indexedDB.databases();
    return { cookie: document.cookie, local: Object.entries(localStorage), session: Object.entries(sessionStorage), databases };
  });
  expect(JSON.stringify(visible)).not.toContain('ey');
  expect(visible).toMatchObject({ cookie: '', databases: [] });

  const cookies = await alice.context.cookies([endpoints.web, `${endpoints.web}/session`]);
  const shape = cookies.map(({ name, path, httpOnly, secure, sameSite }) => ({ name, path, httpOnly, secure, sameSite }));
  const strict = { httpOnly: true, secure: true, sameSite: 'Strict' };
  expect(shape.sort((a, b) => a.name.localeCompare(b.name))).toEqual([
    { name: '__Host-auth', path: '/', ...strict },
    { name: '__Secure-refresh', path: '/session', ...strict },
  ]);
  await alice.leave();
});

test('the state of a sign-in under way is a Lax cookie, and gone after it', async () => {
  const bob = await Person.arrive(browser, endpoints);
  await bob.page.getByTestId('sign-in').click();
  await bob.page.locator('input[name=username]').waitFor();
  const [state, ...others] = await bob.context.cookies(endpoints.web);
  expect(others).toEqual([]);
  expect(state).toMatchObject({ httpOnly: true, secure: true, sameSite: 'Lax' });
  // The way back comes from another site, as on AWS: a Strict cookie would stay at home.
  expect(new URL(bob.page.url()).hostname).toBe('127.0.0.1');
  await bob.leave();
});

test('no log holds a token, a cookie, a code, a state, a password, an address or a message', async () => {
  const secrets: string[] = [];
  const alice = await Person.arrive(browser, endpoints);
  const noteSecrets = (request: Request): void => {
    const { searchParams } = new URL(request.url());
    for (const name of ['code', 'state', 'nonce', 'code_challenge']) secrets.push(...searchParams.getAll(name));
  };
  alice.page.on('request', noteSecrets);
  await alice.signUp('dora', 'Correct-Horse-8-Battery');
  await alice.say('A message that is nobody else’s business');
  await alice.sees('nobody else’s business');
  const cookies = await alice.context.cookies([endpoints.web, `${endpoints.web}/session`, endpoints.cognito.endpoint]);
  secrets.push(...cookies.map((cookie) => cookie.value), 'Correct-Horse-8-Battery', 'dora@example.com', 'nobody else’s business');
  await alice.page.getByTestId('sign-out').click();
  await alice.page.getByTestId('sign-in').waitFor();
  await alice.leave();

  expect(secrets.length).toBeGreaterThan(8);
  const log = logOf(folder);
  expect(log).toContain('session.started');
  for (const secret of secrets) expect(log.includes(secret), `the log holds ${secret.slice(0, 12)}…`).toBe(false);
});

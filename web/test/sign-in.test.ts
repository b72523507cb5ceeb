// Who is using the page, against a session endpoint that answers, refuses or is away.
import { Session } from '@carillon/client';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { SignIn } from '../lib/sign-in.ts';

const ADA = { user: 'ada', name: 'Ada', expiresAt: 1 };

let answers: { status: number; body?: unknown }[];
let asked: string[];
let signIn: SignIn;

beforeEach(() => {
  vi.useFakeTimers();
  answers = [];
  asked = [];
  const fetch = (path: unknown, init?: RequestInit): Promise<Response> => {
    asked.push(`${init?.method ?? 'GET'} ${String(path)}`);
    const { status, body = {} } = answers.shift() ?? { status: 503 };
    return Promise.resolve(new Response(JSON.stringify(body), { status }));
  };
  signIn = new SignIn(new Session({ origin: 'http://localhost', fetch }));
});

afterEach(() => {
  signIn.stop();
  vi.useRealTimers();
});

const presence = (): unknown => signIn.presence.get();

it('is nobody until the endpoint says who', async () => {
  answers = [{ status: 200, body: ADA }];
  expect(presence()).toEqual({ at: 'checking' });
  await signIn.check();
  expect(presence()).toEqual({ at: 'signed-in', me: ADA });
});

it('is nobody when the endpoint knows nobody', async () => {
  answers = [{ status: 401 }, { status: 401 }];
  await signIn.check();
  expect(presence()).toEqual({ at: 'signed-out', why: 'never' });
});

it('is nobody any more, and was somebody, when the endpoint says that the sign-in counts no more', async () => {
  answers = [{ status: 401, body: { code: 'signed_out' } }];
  await signIn.check();
  expect(presence()).toEqual({ at: 'signed-out', why: 'elsewhere' });
});

it('asks again by itself while the endpoint cannot be reached', async () => {
  answers = [{ status: 503 }, { status: 503 }, { status: 200, body: ADA }];
  await signIn.check();
  expect(presence()).toMatchObject({ at: 'unreachable' });
  await vi.advanceTimersByTimeAsync(1_000);
  expect(asked).toHaveLength(2);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(presence()).toEqual({ at: 'signed-in', me: ADA });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked).toHaveLength(3);
});

it('stays who it is when the endpoint cannot be reached later', async () => {
  answers = [{ status: 200, body: ADA }, { status: 503 }];
  await signIn.check();
  await signIn.check();
  expect(presence()).toEqual({ at: 'signed-in', me: ADA });
});

it('becomes somebody else, or nobody, when another tab did', async () => {
  answers = [{ status: 200, body: ADA }, { status: 200, body: { ...ADA, user: 'bob' } }, { status: 401 }, { status: 401 }];
  await signIn.check();
  await signIn.check();
  expect(presence()).toMatchObject({ me: { user: 'bob' } });
  await signIn.check();
  expect(presence()).toEqual({ at: 'signed-out', why: 'elsewhere' });
});

it.each([['here', 'DELETE http://localhost/session'], ['everywhere', 'DELETE http://localhost/session/all']] as const)('signs out %s', async (scope, request) => {
  answers = [{ status: 200, body: ADA }, { status: 200, body: { logoutUrl: 'https://pool.example/logout' } }];
  await signIn.check();
  await expect(signIn.signOut(scope)).resolves.toBe('https://pool.example/logout');
  expect(asked.at(-1)).toBe(request);
  expect(presence()).toEqual({ at: 'signed-out', why: 'here' });
});

it('stays signed in if signing out fails', async () => {
  answers = [{ status: 200, body: ADA }, { status: 503 }];
  await signIn.check();
  await expect(signIn.signOut('everywhere')).rejects.toMatchObject({ code: 'unavailable' });
  expect(presence()).toEqual({ at: 'signed-in', me: ADA });
});

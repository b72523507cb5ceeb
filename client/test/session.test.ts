// What the answers of `/session` mean, and that nothing else in its place does harm.
import { describe, expect, it } from 'vitest';
import { Session } from '../src/session.ts';
import { ManualClock } from './kit/clock.ts';
import { outcome } from './kit/harness.ts';

const ALICE = { user: 'alice', name: 'Alice', expiresAt: 1_700_000_000_000 };

/** A session whose fetch gives the answers in turn, and writes down the questions. */
function session(...answers: (Response | Error)[]): { session: Session; asked: string[]; clock: ManualClock } {
  const asked: string[] = [];
  const clock = new ManualClock();
  const fetch = (input: unknown, init?: RequestInit): Promise<Response> => {
    asked.push(`${init?.method ?? ''} ${String(input)}`);
    const answer = answers.shift() ?? new Error('asked too often');
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  return { session: new Session({ origin: 'https://chat.example.com', fetch, clock }), asked, clock };
}

function json(body: unknown, status = 200): Response {
  return Response.json(body, { status });
}

const NOT_SIGNED_IN = { code: 'not_signed_in', message: 'Sign in.' };

describe('current', () => {
  it('tells who is signed in', async () => {
    const { session: it, asked } = session(json({ ...ALICE, more: 'to come' }));
    expect(await it.current()).toEqual(ALICE);
    expect(asked).toEqual(['GET https://chat.example.com/session']);
  });

  it('refreshes an ended session', async () => {
    const { session: it, asked } = session(json(NOT_SIGNED_IN, 401), json(ALICE));
    expect(await it.current()).toEqual(ALICE);
    expect(asked[1]).toBe('POST https://chat.example.com/session/refresh');
  });

  it('is undefined for somebody signed out, after one refresh', async () => {
    const { session: it, asked } = session(json(NOT_SIGNED_IN, 401), json(NOT_SIGNED_IN, 401));
    expect(await it.current()).toBeUndefined();
    expect(asked).toHaveLength(2);
  });

  it('says of a sign-in that counts no more why, and refreshes nothing', async () => {
    const sentAway = { code: 'signed_out', message: 'You were signed out.' };
    const { session: it, asked } = session(json(sentAway, 401), json(ALICE));
    expect(await it.current()).toBeUndefined();
    expect([it.wasSentAway, asked]).toEqual([true, ['GET https://chat.example.com/session']]);
    expect([await it.current(), it.wasSentAway]).toEqual([ALICE, false]);
  });

  it('learns the same from a refresh of a token that ended', async () => {
    const { session: it } = session(json(NOT_SIGNED_IN, 401), json({ code: 'signed_out', message: '' }, 401), json(NOT_SIGNED_IN, 401), json(NOT_SIGNED_IN, 401));
    expect([await it.current(), it.wasSentAway]).toEqual([undefined, true]);
    expect([await it.current(), it.wasSentAway]).toEqual([undefined, false]);
  });

  it('asks once for many who ask at once', async () => {
    const { session: it, asked } = session(json(NOT_SIGNED_IN, 401), json(ALICE), json(ALICE));
    expect(await Promise.all([it.current(), it.current(), it.current()])).toEqual([ALICE, ALICE, ALICE]);
    expect(asked).toHaveLength(2);
    await it.current();
    expect(asked).toHaveLength(3);
  });

  it.each([
    ['the network fails', new Error('offline'), 'unavailable'],
    ['the service is away', json({ code: 'unavailable', message: 'later' }, 503), 'unavailable'],
    ['the service throttles', new Response('Too Many Requests', { status: 429 }), 'unavailable'],
    ['the origin is refused', json({ code: 'forbidden_origin', message: 'not from here' }, 403), 'forbidden_origin'],
    ['something else answers', new Response('<html>', { status: 200 }), 'unavailable'],
    ['fields are missing', json({ user: 'alice' }), 'unavailable'],
    ['fields are of another kind', json({ ...ALICE, expiresAt: 'soon' }), 'unavailable'],
    ['there is no user', json({ ...ALICE, user: '' }), 'unavailable'],
    ['it is null', json(null), 'unavailable'],
  ])('throws a SessionError when %s, and asks anew the next time', async (_name, answer, code) => {
    const { session: it } = session(answer, json(ALICE));
    await expect(it.current()).rejects.toMatchObject({ name: 'SessionError', code });
    expect(await it.current()).toEqual(ALICE);
  });

  it('gives up after 15 s', async () => {
    const clock = new ManualClock();
    const fetch = (_input: unknown, init?: RequestInit): Promise<Response> =>
      new Promise((_resolve, reject) => {
        init?.signal?.addEventListener('abort', () => {
          reject(new Error('aborted'));
        });
      });
    const asked = outcome(new Session({ fetch, clock }).current());
    await clock.advance(14_999);
    expect(asked.error).toBeUndefined();
    await clock.advance(1);
    expect(asked.error).toMatchObject({ code: 'unavailable' });
    expect(clock.timers).toBe(0);
  });

  it('leaves no timer', async () => {
    const { session: it, clock } = session(json(ALICE));
    await it.current();
    expect(clock.timers).toBe(0);
  });
});

describe('signing in and out', () => {
  it('begins at an address with the way back', () => {
    expect(new Session().loginUrl('/a?b=c&d')).toBe('/session/login?return=%2Fa%3Fb%3Dc%26d');
    expect(new Session({ origin: 'https://chat.example.com/' }).loginUrl()).toBe(
      'https://chat.example.com/session/login?return=%2F',
    );
  });

  it('here, and everywhere, answers where to go', async () => {
    const { session: it, asked } = session(json({ logoutUrl: 'https://pool.example.com/logout' }), json({ logoutUrl: null }));
    expect(await it.signOut()).toBe('https://pool.example.com/logout');
    expect(await it.signOutEverywhere()).toBeNull();
    expect(asked).toEqual(['DELETE https://chat.example.com/session', 'DELETE https://chat.example.com/session/all']);
  });

  it('everywhere needs to be signed in', async () => {
    const { session: it } = session(json(NOT_SIGNED_IN, 401));
    await expect(it.signOutEverywhere()).rejects.toMatchObject({ code: 'not_signed_in', message: 'Sign in.' });
  });

  it.each(['javascript:alert(1)', '//elsewhere', 7, undefined])('goes nowhere else: %s', async (logoutUrl) => {
    const { session: it } = session(json({ logoutUrl }));
    await expect(it.signOut()).rejects.toMatchObject({ code: 'unavailable' });
  });
});

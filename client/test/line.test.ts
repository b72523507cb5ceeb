// Every way from one state to the next: connecting, being refused, being cut off, being told to go, waking.
import { describe, expect, it } from 'vitest';
import { RECONNECT, STABLE_MS } from '../src/line.ts';
import { HANDSHAKE_MS } from '../src/link.ts';
import { LATENCY_MS } from './kit/faults.ts';
import { Harness, outcome, SOON_MS } from './kit/harness.ts';

const HOUR_MS = 3_600_000;

/** How long the connection waits now, in milliseconds. */
function wait({ connection, clock }: Harness): number | undefined {
  return connection.status.state === 'waiting' ? connection.status.retryAt - clock.now() : undefined;
}

/** Refuses every attempt until the ceiling of the wait is reached; the answer is each wait. */
async function waits(harness: Harness, attempts: number): Promise<(number | undefined)[]> {
  const seen: (number | undefined)[] = [];
  for (let n = 0; n < attempts; n += 1) {
    seen.push(wait(harness));
    await harness.clock.advance((wait(harness) ?? 0) + LATENCY_MS);
  }
  return seen;
}

describe('connecting', () => {
  it('asks who is signed in, offers the protocol, and is open', async () => {
    const harness = new Harness();
    expect(harness.state).toBe('idle');
    harness.connection.start();
    expect(harness.state).toBe('connecting');
    await harness.soon();
    expect(harness.states).toEqual(['connecting', 'open']);
    expect(harness.session.asked).toBe(1);
    expect(harness.server.sockets.map(({ protocols }) => protocols)).toEqual([['carillon.v1']]);
  });

  it('twice at once is once', async () => {
    const harness = new Harness();
    harness.connection.start();
    harness.connection.start();
    await harness.soon();
    harness.connection.start();
    await harness.soon();
    expect(harness.server.sockets).toHaveLength(1);
  });

  it('opens no socket for somebody who is signed out', async () => {
    const harness = new Harness();
    harness.session.user = undefined;
    harness.session.refreshable = false;
    const sent = outcome(harness.connection.send('all', 1));
    harness.connection.start();
    await harness.soon();
    expect(harness.connection.status).toEqual({ state: 'signed-out', reason: 'not_signed_in' });
    expect(harness.server.sockets).toHaveLength(0);
    expect(sent.error).toMatchObject({ code: 'signed_out' });
    expect(harness.clock.timers).toBe(0);
  });

  it('starts again after a sign-in', async () => {
    const harness = new Harness();
    harness.session.user = undefined;
    harness.session.refreshable = false;
    harness.connection.start();
    await harness.soon();
    harness.session.user = 'alice';
    harness.connection.start();
    await harness.soon();
    expect(harness.states).toEqual(['connecting', 'signed-out', 'connecting', 'open']);
  });

  it('waits while the session cannot be asked, and asks again', async () => {
    const harness = new Harness();
    harness.session.reachable = false;
    harness.connection.start();
    await harness.soon();
    expect(harness.state).toBe('waiting');
    harness.session.reachable = true;
    await harness.clock.advance(1_000);
    expect(harness.state).toBe('open');
  });

  it('survives a session and a socket that throw at once', async () => {
    let calls = 0;
    const broken = new Harness({
      session: {
        current: () => {
          throw new Error('broken');
        },
        refresh: () => Promise.resolve(undefined),
      },
    });
    broken.connection.start();
    await broken.soon();
    expect(broken.connection.status).toMatchObject({ state: 'waiting', reason: 'broken' });
    const refusing = new Harness({
      socket: () => {
        calls += 1;
        throw new Error('not here');
      },
    });
    refusing.connection.start();
    await refusing.soon();
    expect(calls).toBe(1);
    expect(refusing.state).toBe('waiting');
  });
});

describe('a failed handshake', () => {
  it('asks the session, and waits if the user is signed in', async () => {
    const harness = new Harness();
    harness.server.accepting = false;
    harness.connection.start();
    await harness.soon();
    expect(harness.states).toEqual(['connecting', 'waiting']);
    expect(harness.session.asked).toBe(2);
    harness.server.accepting = true;
    await harness.clock.advance(RECONNECT.baseMs);
    expect(harness.states).toEqual(['connecting', 'waiting', 'connecting', 'open']);
  });

  it('without any answer is one after 20 s', async () => {
    const harness = new Harness();
    harness.server.answering = false;
    harness.connection.start();
    await harness.clock.advance(HANDSHAKE_MS - 1);
    expect(harness.state).toBe('connecting');
    await harness.clock.advance(1);
    expect(harness.state).toBe('waiting');
    expect(harness.server.last.state).toBe('closed');
  });

  it('is followed by waits that double up to 30 s', async () => {
    const harness = new Harness();
    harness.server.accepting = false;
    harness.connection.start();
    await harness.clock.advance(LATENCY_MS);
    expect(await waits(harness, 9)).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000]);
  });

  it('tells a sign-out', async () => {
    const harness = await Harness.open();
    harness.session.user = undefined;
    harness.session.refreshable = false;
    harness.server.last.die();
    await harness.clock.advance(1_000);
    expect(harness.connection.status).toEqual({ state: 'signed-out', reason: 'not_signed_in' });
    expect(harness.clock.timers).toBe(0);
  });

  it('of a user who was sent away tells so at once', async () => {
    const harness = await Harness.open();
    harness.session.wasSentAway = true;
    harness.server.accepting = false;
    harness.server.last.die();
    await harness.clock.advance(1_000);
    expect(harness.connection.status).toEqual({ state: 'signed-out', reason: 'signed_out' });
    expect(harness.session.refreshed).toBe(0);
    expect(harness.clock.timers).toBe(0);
  });

  it.each([true, false])('that has another reason is no sign-out, however often, refresh token or not (%s)', async (refreshable) => {
    // GIVEN a session that was begun with POST /session has no refresh token
    const harness = new Harness();
    harness.server.accepting = false;
    harness.session.refreshable = refreshable;
    // WHEN
    harness.connection.start();
    await harness.clock.advance(LATENCY_MS);
    await waits(harness, 9);
    // THEN
    expect([harness.state, harness.session.refreshed]).toEqual(['waiting', 0]);
    harness.server.accepting = true;
    await waits(harness, 1);
    await harness.soon();
    expect(harness.state).toBe('open');
  });

  it('because the token ended is mended by a refresh', async () => {
    const harness = await Harness.open();
    harness.session.expiresAt = 0;
    harness.server.last.die();
    await harness.clock.advance(2_000);
    expect(harness.session.refreshed).toBe(1);
    expect(harness.state).toBe('open');
  });
});

describe('a lost connection', () => {
  it.each([1000, 1001, 1003, 1006, 1009])('(%d) is opened again', async (code) => {
    const harness = await Harness.open();
    harness.server.last.die(code);
    expect(wait(harness)).toBe(250);
    await harness.clock.advance(250 + SOON_MS);
    expect(harness.states).toEqual(['connecting', 'open', 'waiting', 'connecting', 'open']);
  });

  it.each([1008, 1011, 1012, 1013])('(%d) waits longer', async (code) => {
    const harness = await Harness.open();
    harness.server.last.die(code);
    expect(wait(harness)).toBe(15_000);
  });

  it('that never lasts is tried ever less often, until it lasted a minute', async () => {
    const harness = await Harness.open();
    const seen: (number | undefined)[] = [];
    for (const life of [0, 0, STABLE_MS - SOON_MS - 1, 0, STABLE_MS, 0]) {
      await harness.clock.advance(life);
      harness.server.last.die();
      seen.push(wait(harness));
      await harness.clock.advance((wait(harness) ?? 0) + SOON_MS);
    }
    expect(seen).toEqual([250, 500, 1_000, 2_000, 250, 500]);
  });

  it('is opened at once when the page wakes', async () => {
    const harness = await Harness.open();
    harness.server.last.die(1012);
    harness.connection.wake();
    await harness.soon();
    expect(harness.state).toBe('open');
  });
});

describe('closing', () => {
  it.each([
    ['server', 5_000, 5_250],
    ['replaced', 0, 250],
    ['replaced', false, 250],
    ['a reason to come', undefined, 250],
  ])('by %s with retry %s is followed by a wait of %d ms', async (reason, retry, ms) => {
    const harness = await Harness.open();
    const [first] = harness.server.sockets;
    first?.deliver({ type: 'closing', reason, retry });
    expect(first?.state).toBe('closed');
    expect(wait(harness)).toBe(ms);
    await harness.clock.advance(ms + SOON_MS);
    expect(harness.state).toBe('open');
  });

  it('by token_expired is mended by a refresh', async () => {
    const harness = await Harness.open();
    harness.session.expiresAt = harness.clock.now() + 5_000;
    harness.server.last.deliver({ type: 'closing', reason: 'token_expired', retry: 0 });
    await harness.clock.advance(1_000);
    expect(harness.session.refreshed).toBe(1);
    expect(harness.state).toBe('open');
  });

  it('for good is the end, until it is started again', async () => {
    const harness = await Harness.open();
    const sent = outcome(harness.connection.send('all', 1));
    harness.server.last.deliver({ type: 'closing', reason: 'server', retry: false });
    await harness.clock.advance(HOUR_MS);
    expect(harness.connection.status).toEqual({ state: 'closed', reason: 'server' });
    expect(sent.error).toMatchObject({ code: 'closed' });
    expect(harness.clock.timers).toBe(0);
    harness.connection.start();
    await harness.soon();
    expect(harness.state).toBe('open');
  });
});

describe('wake', () => {
  it('looks for what was missed', async () => {
    const harness = await Harness.open();
    harness.server.publish('all', 1, { pushed: false });
    harness.connection.wake();
    await harness.soon();
    expect(harness.contents).toEqual([1]);
  });

  it.each(['idle', 'closed', 'signed-out'] as const)('does nothing when %s', async (state) => {
    const harness = new Harness();
    if (state === 'closed') {
      harness.connection.close();
    } else if (state === 'signed-out') {
      harness.session.user = undefined;
      harness.session.refreshable = false;
      harness.connection.start();
      await harness.soon();
    }
    harness.connection.wake();
    await harness.soon();
    expect(harness.state).toBe(state);
    expect(harness.clock.timers).toBe(0);
    expect(harness.server.sockets).toHaveLength(0);
  });
});

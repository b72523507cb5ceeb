// Every way from one state to the next: connecting, being refused, being cut off, renewing, being signed out.
import { describe, expect, it } from 'vitest';
import { HEARTBEAT_MS, PING_ANSWER_MS } from '../src/heartbeat.ts';
import { RECONNECT, RENEWAL_RETRY_MS, STABLE_MS } from '../src/line.ts';
import { HANDSHAKE_MS, RENEWAL_LEAD_MS } from '../src/link.ts';
import { Harness, outcome, SOON_MS } from './kit/harness.ts';
import { LATENCY_MS } from './kit/server.ts';

const HOUR_MS = 3_600_000;
/** With the harness's random() of 0.5. */
const LEAD_MS = RENEWAL_LEAD_MS * 1.5;

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

  it('that never lasts is tried ever less often, until it lasted 30 s', async () => {
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

describe('the heartbeat', () => {
  it('pings on opening, and 240 s after each answer', async () => {
    const harness = await Harness.open();
    expect(harness.server.last.sent('ping')).toHaveLength(1);
    await harness.clock.advance(HEARTBEAT_MS - SOON_MS);
    expect(harness.server.last.sent('ping')).toHaveLength(1);
    await harness.clock.advance(SOON_MS);
    expect(harness.server.last.sent('ping')).toHaveLength(2);
    await harness.clock.advance(HEARTBEAT_MS);
    expect(harness.server.last.sent('ping')).toHaveLength(3);
  });

  it('repeats an unanswered ping after 20 s, and connects anew after 20 s more', async () => {
    const harness = await Harness.open();
    const [socket] = harness.server.sockets;
    harness.server.intercept = ({ action }) => action === 'ping';
    harness.connection.wake();
    expect(socket?.sent('ping')).toHaveLength(2);
    await harness.clock.advance(PING_ANSWER_MS);
    expect(socket?.sent('ping')).toHaveLength(3);
    expect(harness.state).toBe('open');
    harness.server.intercept = undefined;
    await harness.clock.advance(PING_ANSWER_MS);
    expect(socket?.state).toBe('closed');
    expect(harness.states).toEqual(['connecting', 'open', 'waiting']);
    await harness.clock.advance(1_000);
    expect(harness.state).toBe('open');
  });

  it('is content with the answer to the repeated ping', async () => {
    const harness = await Harness.open();
    harness.server.intercept = ({ action }) => action === 'ping';
    harness.connection.wake();
    await harness.clock.advance(PING_ANSWER_MS - 1);
    harness.server.intercept = undefined;
    await harness.clock.advance(HEARTBEAT_MS);
    expect(harness.states).toEqual(['connecting', 'open']);
  });

  it.each([
    ['an error', (id: string) => ({ type: 'error', id, code: 'unavailable', message: 'later', retryAfterMs: 1 })],
    ['a server that does not know it', (id: string) => ({ type: 'error', id, code: 'unknown_action', message: 'what?' })],
    ['API Gateway', () => ({ message: 'Internal server error', connectionId: 'c', requestId: 'r' })],
  ])('takes %s for an answer: the socket lives', async (_name, answer) => {
    const harness = new Harness();
    harness.server.intercept = (frame, socket) => {
      if (frame.action === 'ping') {
        socket.deliver(answer(frame.id));
      }
      return frame.action === 'ping';
    };
    harness.connection.start();
    await harness.clock.advance(HEARTBEAT_MS / 2);
    expect(harness.states).toEqual(['connecting', 'open']);
    expect(harness.errors).toEqual([]);
  });

  it('does not ping more often for being woken often', async () => {
    const harness = await Harness.open();
    for (let n = 0; n < 5; n += 1) {
      harness.connection.wake();
    }
    expect(harness.server.last.sent('ping')).toHaveLength(2);
    await harness.soon();
    expect(harness.state).toBe('open');
  });
});

describe('the connection\'s end', () => {
  it('is met by the next connection, open before the old one is closed', async () => {
    const harness = await Harness.open();
    const [first] = harness.server.sockets;
    await harness.clock.advance(HOUR_MS - LEAD_MS - SOON_MS);
    expect(harness.server.sockets).toHaveLength(1);
    harness.server.intercept = (frame, socket) => frame.action === 'history' && socket !== first;
    await harness.clock.advance(2 * SOON_MS);
    expect(harness.session.refreshed).toBe(1);
    expect(harness.server.open).toHaveLength(2);
    // Whatever is pushed on both comes once.
    harness.server.publish('all', 1);
    harness.server.intercept = undefined;
    await harness.clock.advance(40_000);
    expect(harness.server.open).toHaveLength(1);
    expect(first?.state).toBe('closed');
    expect(harness.contents).toEqual([1]);
    expect(harness.states).toEqual(['connecting', 'open']);
    await harness.clock.advance(12 * HOUR_MS);
    expect(harness.states).toEqual(['connecting', 'open']);
    expect(harness.server.open).toHaveLength(1);
    expect(harness.server.sockets.length).toBeLessThan(16);
  });

  it('that is not the token\'s needs no refresh', async () => {
    const harness = new Harness();
    harness.session.expiresAt = harness.clock.now() + 24 * HOUR_MS;
    harness.connection.start();
    await harness.clock.advance(5 * HOUR_MS);
    expect(harness.session.refreshed).toBe(0);
    expect(harness.states).toEqual(['connecting', 'open']);
    expect(harness.server.sockets).toHaveLength(3);
  });

  it('loses nothing that is sent across it', async () => {
    const harness = await Harness.open();
    await harness.clock.advance(HOUR_MS - LEAD_MS - SOON_MS);
    const sent: { value?: unknown }[] = [];
    for (let n = 0; n < 40; n += 1) {
      sent.push(outcome(harness.connection.send('all', n)));
      await harness.clock.advance(5);
    }
    await harness.clock.advance(5_000);
    expect(sent.every(({ value }) => value !== undefined)).toBe(true);
    expect(harness.contents).toEqual(Array.from({ length: 40 }, (_, n) => n));
    expect(harness.server.sockets).toHaveLength(2);
  });

  it('is tried again while the session or the handshake fails', async () => {
    const harness = await Harness.open();
    harness.session.reachable = false;
    await harness.clock.advance(HOUR_MS - LEAD_MS + SOON_MS);
    harness.session.reachable = true;
    harness.server.accepting = false;
    await harness.clock.advance(RENEWAL_RETRY_MS);
    expect(harness.server.sockets).toHaveLength(2);
    harness.server.accepting = true;
    await harness.clock.advance(RENEWAL_RETRY_MS);
    expect(harness.server.sockets).toHaveLength(3);
    expect(harness.server.open).toHaveLength(1);
    expect(harness.states).toEqual(['connecting', 'open']);
  });

  it('without a new token is the end: the session says that nobody is signed in', async () => {
    const harness = await Harness.open();
    harness.session.refreshable = false;
    await harness.clock.advance(HOUR_MS - 2 * SOON_MS);
    expect(harness.states).toEqual(['connecting', 'open']);
    await harness.clock.advance(4 * SOON_MS);
    expect(harness.connection.status).toEqual({ state: 'signed-out', reason: 'not_signed_in' });
  });

  it('comes by the server\'s clock, whatever the local one says', async () => {
    const harness = new Harness();
    harness.server.intercept = (frame, socket) => {
      if (frame.action === 'ping') {
        socket.deliver({ type: 'pong', id: frame.id, at: 5_000, expiresAt: 5_000 + HOUR_MS });
      }
      return frame.action === 'ping';
    };
    harness.connection.start();
    await harness.clock.advance(HOUR_MS - LEAD_MS - SOON_MS - HEARTBEAT_MS);
    expect(harness.server.sockets).toHaveLength(1);
  });

  it('of a very short connection makes no storm', async () => {
    const harness = new Harness();
    harness.session.tokenLifeMs = 10_000;
    harness.session.expiresAt = harness.clock.now() + 10_000;
    harness.connection.start();
    await harness.clock.advance(60_000);
    expect(harness.server.sockets.length).toBeLessThan(15);
    expect(harness.state).toBe('open');
  });

  it('passed unnoticed is mended by token_expired', async () => {
    const harness = await Harness.open();
    harness.server.intercept = (frame, socket) => {
      if (frame.action === 'message' && socket === harness.server.sockets[0]) {
        socket.deliver({ type: 'error', id: frame.id, code: 'token_expired', message: 'ended', requestId: 'r' });
        return true;
      }
      return false;
    };
    const sent = outcome(harness.connection.send('all', 1));
    await harness.clock.advance(1_000);
    expect(sent.value).toBeDefined();
    expect(harness.server.sockets).toHaveLength(2);
    expect(harness.states).toEqual(['connecting', 'open', 'connecting', 'waiting', 'connecting', 'open']);
  });

  it('and a token that ended are mended by a refresh', async () => {
    const harness = await Harness.open();
    harness.session.expiresAt = harness.clock.now() + 5_000;
    harness.server.last.deliver({ type: 'error', id: 'x', code: 'token_expired', message: 'ended', requestId: 'r' });
    await harness.clock.advance(1_000);
    expect(harness.session.refreshed).toBe(1);
    expect(harness.state).toBe('open');
  });
});

describe('signing out', () => {
  it('everywhere ends the connection for good', async () => {
    const harness = await Harness.open();
    const heard: string[] = [];
    harness.connection.on('closing', ({ reason }) => heard.push(reason));
    harness.server.intercept = () => true;
    const sent = outcome(harness.connection.send('all', 1));
    harness.server.last.deliver({ type: 'closing', reason: 'signed_out' });
    await harness.clock.advance(HOUR_MS);
    expect(heard).toEqual(['signed_out']);
    expect(harness.connection.status).toEqual({ state: 'signed-out', reason: 'signed_out' });
    expect(harness.server.sockets).toHaveLength(1);
    expect(sent.error).toMatchObject({ code: 'signed_out' });
    expect(harness.clock.timers).toBe(0);
  });

  it('is not what another reason for closing means', async () => {
    const harness = await Harness.open();
    harness.server.last.deliver({ type: 'closing', reason: 'server' });
    harness.server.last.die(1000);
    await harness.clock.advance(1_000);
    expect(harness.state).toBe('open');
  });

  it('may be answered by closing: the listener\'s word counts', async () => {
    const harness = await Harness.open();
    harness.connection.on('closing', () => {
      harness.connection.close();
    });
    harness.server.last.deliver({ type: 'closing', reason: 'signed_out' });
    expect(harness.state).toBe('closed');
    expect(harness.clock.timers).toBe(0);
  });
});

describe('somebody else who signs in meanwhile', () => {
  it('is noticed before anything is sent in their name', async () => {
    const harness = await Harness.open();
    harness.server.last.die();
    const sent = outcome(harness.connection.send('all', 'by Alice'));
    harness.session.user = 'bob';
    await harness.clock.advance(1_000);
    expect(harness.connection.status).toEqual({ state: 'signed-out', reason: 'not_signed_in' });
    expect(sent.error).toMatchObject({ code: 'signed_out' });
    expect(harness.server.log('all')).toEqual([]);
    expect(harness.clock.timers).toBe(0);
  });

  it('is not ruled out by an answer on the connection before', async () => {
    const harness = await Harness.open();
    const [first] = harness.server.sockets;
    await harness.clock.advance(HOUR_MS - LEAD_MS - SOON_MS);
    harness.server.intercept = ({ action }) => action === 'history';
    harness.connection.wake();
    await harness.clock.advance(2 * SOON_MS);
    expect(harness.server.open).toHaveLength(2);
    const own = first?.sent('history').findLast((frame) => frame.action === 'history' && frame.data.channel !== 'all');
    first?.deliver({ type: 'history', id: own?.id, channel: 'user:alice', entries: [], more: false });
    const sent = outcome(harness.connection.send('all', 1));
    await harness.soon();
    expect(harness.server.log('all')).toEqual([]);
    harness.server.intercept = undefined;
    await harness.clock.advance(40_000);
    expect(sent.value).toBeDefined();
  });

  it('is not assumed of the same user: sending goes on, and the refusal is told', async () => {
    const harness = new Harness();
    harness.server.intercept = (frame, socket) => {
      if (frame.action === 'history' && frame.data.channel !== 'all') {
        socket.deliver({ type: 'error', id: frame.id, code: 'forbidden', message: 'no', requestId: 'r' });
        return true;
      }
      return false;
    };
    harness.connection.start();
    const sent = outcome(harness.connection.send('all', 1));
    await harness.soon();
    expect(sent.value).toBeDefined();
    expect(harness.errors.map(({ code }) => code)).toEqual(['forbidden']);
  });

  it('that cannot be known is asked again on the next connection, and nothing is sent', async () => {
    const harness = await Harness.open();
    harness.server.intercept = (frame, socket) => {
      if (frame.action === 'history' && frame.data.channel !== 'all' && !harness.session.reachable) {
        socket.deliver({ type: 'error', id: frame.id, code: 'forbidden', message: 'no', requestId: 'r' });
        return true;
      }
      return false;
    };
    harness.server.last.die();
    harness.session.reachable = false;
    const sent = outcome(harness.connection.send('all', 1));
    await harness.clock.advance(3_000);
    expect(sent.value).toBeUndefined();
    expect(harness.server.sockets.length).toBeGreaterThan(2);
    expect(harness.server.sockets.flatMap((socket) => socket.sent('message'))).toEqual([]);
    harness.session.reachable = true;
    await harness.clock.advance(30_000);
    expect(sent.value).toBeDefined();
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

// Make before break: the next connection is open, and has caught up, before the one before it goes.
import { describe, expect, it } from 'vitest';
import { RENEWAL_LEAD_MS } from '../src/lifetime.ts';
import { RETIRE_MS } from '../src/links.ts';
import { RENEWAL_RETRY_MS } from '../src/renewal.ts';
import { Harness, outcome, SOON_MS } from './kit/harness.ts';
import { HEARTBEAT_MS } from './kit/server.ts';

const HOUR_MS = 3_600_000;
/** With the harness's random() of 0.5. */
const LEAD_MS = RENEWAL_LEAD_MS * 1.5;

describe('the connection\'s end', () => {
  it('is met by the next connection, open before the old one is closed', async () => {
    const harness = await Harness.open();
    const [first] = harness.server.sockets;
    await harness.clock.advance(HOUR_MS - LEAD_MS - SOON_MS);
    expect(harness.server.sockets).toHaveLength(1);
    harness.server.intercept = (frame, socket) => frame.action === 'subscribe' && socket !== first;
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

  it('comes after 2 h at the latest, whatever the server says', async () => {
    const harness = new Harness();
    harness.session.expiresAt = harness.clock.now() + 24 * HOUR_MS;
    harness.server.intercept = (frame, socket) => {
      if (frame.action === 'ping') {
        socket.deliver({ type: 'pong', id: frame.id, at: 0, expiresAt: 24 * HOUR_MS, behind: [], connection: socket.id });
      }
      return frame.action === 'ping';
    };
    harness.connection.start();
    await harness.clock.advance(2 * HOUR_MS - LEAD_MS - SOON_MS);
    expect(harness.server.sockets).toHaveLength(1);
    await harness.clock.advance(2 * SOON_MS);
    expect(harness.server.sockets).toHaveLength(2);
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

describe('the next connection', () => {
  it('names the one it replaces, percent-encoded', async () => {
    const harness = await Harness.open();
    await harness.clock.advance(HOUR_MS - LEAD_MS + SOON_MS);
    const [first, second] = harness.server.sockets;
    expect(first?.replaces).toBeNull();
    expect(second?.replaces).toBe(first?.id);
    expect(second?.url).toMatch(/\?replaces=connection-\d+%3D$/);
  });

  it('names the one that was lost too, again until one is open, and of that one the next', async () => {
    const harness = await Harness.open();
    harness.server.accepting = false;
    harness.server.last.die();
    await harness.clock.advance(600);
    harness.server.accepting = true;
    await harness.clock.advance(2_000);
    harness.server.last.die();
    await harness.clock.advance(2_000);
    const [first, ...others] = harness.server.sockets;
    const opened = others.find(({ user }) => user !== undefined);
    expect(others.length).toBeGreaterThan(2);
    expect(others.map(({ replaces }) => replaces)).toEqual([...others.slice(1).map(() => first?.id), opened?.id]);
  });

  it('is the only one after 30 s, though it has not caught up', async () => {
    const harness = await Harness.open();
    const [first] = harness.server.sockets;
    harness.connection.join('room:a');
    await harness.soon();
    harness.server.intercept = (frame, socket) => socket !== first && frame.action === 'subscribe' && frame.data.channel === 'room:a';
    await harness.clock.advance(HOUR_MS - LEAD_MS);
    expect(harness.server.open).toHaveLength(2);
    await harness.clock.advance(RETIRE_MS);
    expect(harness.server.open).toHaveLength(1);
    expect(first?.state).toBe('closed');
  });

  it('does not end with the one before, whatever that is told', async () => {
    const harness = await Harness.open();
    const [first] = harness.server.sockets;
    const heard: string[] = [];
    harness.connection.on('closing', ({ reason }) => heard.push(reason));
    harness.server.intercept = (frame, socket) => socket !== first && frame.action === 'subscribe';
    await harness.clock.advance(HOUR_MS - LEAD_MS + SOON_MS);
    first?.deliver({ type: 'closing', reason: 'replaced', retry: false });
    expect(first?.state).toBe('closed');
    expect(harness.states).toEqual(['connecting', 'open']);
    expect(heard).toEqual([]);
  });
});

// Signing out, and somebody else who signs in: nothing goes out in the wrong name.
import { describe, expect, it } from 'vitest';
import { RENEWAL_LEAD_MS } from '../src/lifetime.ts';
import { Harness, outcome, SOON_MS } from './kit/harness.ts';

const HOUR_MS = 3_600_000;
/** With the harness's random() of 0.5. */
const LEAD_MS = RENEWAL_LEAD_MS * 1.5;

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
    expect(harness.server.log('all').all).toEqual([]);
    expect(harness.clock.timers).toBe(0);
  });

  it('is not ruled out by an answer on the connection before', async () => {
    const harness = await Harness.open();
    const [first] = harness.server.sockets;
    await harness.clock.advance(HOUR_MS - LEAD_MS - SOON_MS);
    harness.server.intercept = ({ action }) => action === 'subscribe';
    harness.connection.wake();
    await harness.clock.advance(2 * SOON_MS);
    expect(harness.server.open).toHaveLength(2);
    const own = first?.subscribed('user:alice').at(-1);
    first?.deliver({ type: 'subscribed', id: own?.id, channel: 'user:alice', head: 0, recovered: true, entries: [], more: false });
    const sent = outcome(harness.connection.send('all', 1));
    await harness.soon();
    expect(harness.server.log('all').all).toEqual([]);
    harness.server.intercept = undefined;
    await harness.clock.advance(40_000);
    expect(sent.value).toBeDefined();
  });

  it('is not assumed of the same user: sending goes on, and the refusal is told', async () => {
    const harness = new Harness();
    harness.server.intercept = (frame, socket) => {
      if (frame.action === 'subscribe' && frame.data.channel === 'user:alice') {
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
      if (frame.action === 'subscribe' && frame.data.channel === 'user:alice' && !harness.session.reachable) {
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

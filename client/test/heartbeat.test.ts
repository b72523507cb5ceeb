// The pings that keep a connection alive, show that it is, and find what was missed.
import { describe, expect, it } from 'vitest';
import { PING_ANSWER_MS } from '../src/heartbeat.ts';
import { MIN_HEARTBEAT_MS } from '../src/limits.ts';
import { Harness, range, SOON_MS } from './kit/harness.ts';
import { HEARTBEAT_MS } from './kit/server.ts';

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

  it('pings as often as the deployment wants, and more often until that is known', async () => {
    const harness = new Harness();
    harness.server.heartbeatMs = 90_000;
    harness.server.intercept = ({ action, id }, socket) => {
      if (action === 'ping') {
        socket.deliver({ type: 'error', id, code: 'unavailable', message: 'later', retryAfterMs: 1 });
      }
      return action === 'ping';
    };
    harness.connection.start();
    await harness.soon();
    harness.server.intercept = undefined;
    expect(harness.server.last.sent('ping')).toHaveLength(1);
    await harness.clock.advance(MIN_HEARTBEAT_MS);
    expect(harness.server.last.sent('ping')).toHaveLength(2);
    await harness.clock.advance(90_000 - 2 * SOON_MS);
    expect(harness.server.last.sent('ping')).toHaveLength(2);
    await harness.clock.advance(2 * SOON_MS);
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

  it('carries the cursors of all channels, and asks again in those that are behind', async () => {
    const harness = await Harness.open();
    harness.connection.join('room:a');
    harness.connection.join('room:b');
    await harness.soon();
    const asked = (channel: string): number => harness.server.last.subscribed(channel).length;
    const before = [asked('room:a'), asked('room:b')];
    const { seq } = harness.server.publish('room:a', 'missed', { pushed: false });
    await harness.clock.advance(HEARTBEAT_MS);
    const ping = harness.server.last.sent('ping').at(-1);
    expect(ping?.data.cursors).toEqual({ 'all': 0, 'user:alice': 0, 'room:a': 0, 'room:b': 0 });
    expect(harness.contentsOf('room:a')).toEqual(['missed']);
    expect([asked('room:a'), asked('room:b')]).toEqual([(before[0] ?? 0) + 1, before[1]]);
    await harness.clock.advance(HEARTBEAT_MS);
    expect(harness.server.last.sent('ping').at(-1)?.data.cursors['room:a']).toBe(seq);
  });

  it('finds out that a channel may not be read any more, which is then refused like one that never could', async () => {
    const harness = await Harness.open();
    harness.connection.join('group:a');
    harness.connection.join('room:b');
    await harness.soon();
    harness.server.intercept = (frame, socket) => {
      if (frame.action === 'ping') {
        const forbidden = ['group:a'].filter((channel) => channel in frame.data.cursors);
        socket.deliver({ type: 'pong', id: frame.id, at: 0, expiresAt: socket.endsAt, behind: [], forbidden, connection: socket.id });
      } else if (frame.action === 'subscribe' && frame.data.channel === 'group:a') {
        socket.deliver({ type: 'error', id: frame.id, code: 'forbidden', message: 'not yours' });
      } else {
        return false;
      }
      return true;
    };
    await harness.clock.advance(HEARTBEAT_MS);
    expect(harness.refused.map(({ channel, error }) => [channel, error.code])).toEqual([['group:a', 'forbidden']]);
    expect(harness.connection.channels).not.toContain('group:a');
    await harness.clock.advance(HEARTBEAT_MS);
    expect(Object.keys(harness.server.last.sent('ping').at(-1)?.data.cursors ?? {})).not.toContain('group:a');
    expect(harness.states).toEqual(['connecting', 'open']);
  });

  it('of many channels is several pings, of which those that are not answered are repeated', async () => {
    const harness = await Harness.open();
    for (const n of range(1, 50)) {
      harness.connection.join(`room:${n}`);
    }
    await harness.clock.advance(1_000);
    const last = new Set<string>();
    harness.server.intercept = (frame) => frame.action === 'ping' && 'room:50' in frame.data.cursors && last.add(frame.id).size < 3;
    await harness.clock.advance(HEARTBEAT_MS - 1_000 + PING_ANSWER_MS + SOON_MS);
    const sizes = harness.server.last.sent('ping').map(({ data }) => Object.keys(data.cursors).length);
    expect(sizes).toEqual([0, 20, 20, 12, 12]);
    await harness.clock.advance(PING_ANSWER_MS);
    // The others were answered: the socket lives.
    expect(harness.states).toEqual(['connecting', 'open']);
  });

  it('comes to an end with a socket that answers to none of many pings', async () => {
    const harness = await Harness.open();
    for (const n of range(1, 50)) {
      harness.connection.join(`room:${n}`);
    }
    await harness.clock.advance(1_000);
    harness.server.intercept = ({ action }) => action === 'ping';
    await harness.clock.advance(HEARTBEAT_MS + 2 * PING_ANSWER_MS);
    expect(harness.states.slice(0, 3)).toEqual(['connecting', 'open', 'waiting']);
  });
});

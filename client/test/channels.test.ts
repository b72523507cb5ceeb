// Joining and leaving, direct conversations, who is here, and what is worth no storage.
import { describe, expect, it } from 'vitest';
import { MAX_ASKING } from '../src/channels.ts';
import { ANSWER_TIMEOUT_MS, MAX_PING_CURSORS } from '../src/limits.ts';
import { REPEAT_MS } from '../src/membership.ts';
import { codeOf, Harness, outcome, PATIENCE_MS, range } from './kit/harness.ts';
import { HEARTBEAT_MS } from './kit/server.ts';

const ROOM = 'room:a';

async function inRoom(): Promise<Harness> {
  const harness = await Harness.open();
  harness.connection.join(ROOM);
  await harness.soon();
  expect(harness.joined.map(({ channel }) => channel)).toContain(ROOM);
  return harness;
}

describe('a room', () => {
  it('is joined, and brings its messages from then on', async () => {
    const harness = await Harness.open();
    const { seq } = harness.server.publish(ROOM, 'before');
    harness.connection.join(ROOM);
    expect(harness.connection.channels).toContain(ROOM);
    await harness.soon();
    expect(harness.joined.at(-1)).toEqual({ channel: ROOM, head: seq });
    harness.server.publish(ROOM, 'after');
    await harness.soon();
    expect(harness.contentsOf(ROOM)).toEqual(['after']);
  });

  it('named before there is a connection is joined when there is one, and joined again on the next', async () => {
    const harness = new Harness();
    harness.connection.join(ROOM);
    harness.connection.start();
    await harness.soon();
    harness.server.last.die();
    harness.server.publish(ROOM, 'meanwhile');
    await harness.clock.advance(1_000);
    expect(harness.joined.filter(({ channel }) => channel === ROOM)).toHaveLength(2);
    expect(harness.contentsOf(ROOM)).toEqual(['meanwhile']);
  });

  it('is asked for after the own channel has shown whose connection it is', async () => {
    const harness = new Harness();
    harness.connection.join(ROOM);
    harness.server.intercept = (frame) => frame.action === 'subscribe' && frame.data.channel === 'user:alice';
    harness.connection.start();
    await harness.soon();
    expect(harness.server.last.sent('subscribe').map(({ data }) => data.channel)).toEqual(['user:alice']);
  });

  it('that was left brings nothing any more, whatever is still on its way', async () => {
    const harness = await inRoom();
    harness.server.intercept = () => true;
    harness.connection.leave(ROOM);
    const sender = { id: 'bob', name: 'Bob' };
    harness.server.last.deliver({ type: 'message', channel: ROOM, seq: 9, sender, content: 1, at: 1 });
    harness.server.last.deliver({ type: 'signal', channel: ROOM, sender, content: 1, at: 1 });
    harness.server.last.deliver({ type: 'presence', channel: ROOM, at: 1, joined: sender });
    await harness.clock.advance(PATIENCE_MS + 100);
    expect([harness.messages, harness.signals, harness.changes]).toEqual([[], [], []]);
    expect(harness.connection.channels).not.toContain(ROOM);
    expect(harness.server.last.sent('unsubscribe')).toHaveLength(1);
  });

  it('that was left and joined again begins anew', async () => {
    const harness = await inRoom();
    harness.connection.leave(ROOM);
    await harness.soon();
    const { seq } = harness.server.publish(ROOM, 'meanwhile');
    harness.connection.join(ROOM);
    await harness.soon();
    expect(harness.joined.at(-1)).toEqual({ channel: ROOM, head: seq });
    harness.server.publish(ROOM, 'after');
    await harness.soon();
    expect(harness.contentsOf(ROOM)).toEqual(['after']);
  });

  it('left and joined again while the answer is on its way takes it for no answer to the second question', async () => {
    const harness = await Harness.open();
    const [one] = [1, 2, 3].map((n) => harness.server.publish(ROOM, n));
    harness.connection.join(ROOM);
    harness.connection.leave(ROOM);
    harness.connection.join(ROOM, { since: one?.seq ?? 0 });
    await harness.soon();
    expect(harness.contentsOf(ROOM)).toEqual([2, 3]);
    expect(harness.joined.filter(({ channel }) => channel === ROOM)).toHaveLength(1);
  });

  it('that the server refuses is told, and not asked for again', async () => {
    const harness = await Harness.open();
    harness.connection.join('group:closed');
    await harness.soon();
    expect(harness.refused.map(({ channel, error }) => [channel, error.code])).toEqual([['group:closed', 'forbidden']]);
    expect(harness.connection.channels).not.toContain('group:closed');
    harness.server.last.die();
    await harness.clock.advance(1_000);
    expect(harness.server.last.subscribed('group:closed')).toEqual([]);
    expect(harness.errors).toEqual([]);
  });

  it('one too many is refused', async () => {
    const harness = await Harness.open();
    harness.server.maxRooms = 1;
    harness.connection.join(ROOM);
    harness.connection.join('room:b');
    await harness.soon();
    expect(harness.refused.map(({ channel, error }) => [channel, error.code])).toEqual([['room:b', 'limit_reached']]);
  });

  it.each(['unavailable', 'rate_limited'])('is asked for again when told %s', async (code) => {
    const harness = await Harness.open();
    harness.server.intercept = (frame, socket) => {
      if (frame.action !== 'subscribe' || socket.subscribed(ROOM).length > 1) {
        return false;
      }
      socket.deliver({ type: 'error', id: frame.id, code, message: 'later', retryAfterMs: 5_000 });
      return true;
    };
    harness.connection.join(ROOM);
    await harness.clock.advance(4_999);
    expect(harness.server.last.subscribed(ROOM)).toHaveLength(1);
    await harness.clock.advance(1_100);
    expect(harness.joined.at(-1)?.channel).toBe(ROOM);
  });

  it('needs a name that channels can have', async () => {
    const harness = await Harness.open();
    expect(() => {
      harness.connection.join('room:a b');
    }).toThrow(expect.objectContaining({ code: 'invalid_field' }));
  });

  it.each(['all', 'user:alice', 'dm:alice:bob'])('can be left, %s cannot', async (channel) => {
    const harness = await Harness.open();
    expect(() => {
      harness.connection.leave(channel);
    }).toThrow(expect.objectContaining({ code: 'forbidden' }));
  });

  it('beyond a few is asked for when one of the others is answered', async () => {
    const harness = await Harness.open();
    harness.server.intercept = ({ action }) => action === 'subscribe';
    for (const n of range(1, 40)) {
      harness.connection.join(`room:${n}`);
    }
    await harness.soon();
    const asked = harness.server.last.sent('subscribe').filter(({ data }) => data.channel.startsWith('room:'));
    expect(asked).toHaveLength(MAX_ASKING);
    harness.server.intercept = undefined;
    await harness.clock.advance(REPEAT_MS + 500);
    expect(harness.joined.filter(({ channel }) => channel.startsWith('room:'))).toHaveLength(40);
  });
});

describe('a membership', () => {
  it('has one request at a time, and its opposite only after the answer', async () => {
    const harness = await Harness.open();
    harness.server.intercept = ({ action }) => action === 'subscribe';
    harness.connection.join(ROOM);
    harness.connection.leave(ROOM);
    await harness.clock.advance(REPEAT_MS - 1);
    const socket = harness.server.last;
    expect([socket.subscribed(ROOM).length, socket.sent('unsubscribe').length]).toEqual([1, 0]);
    const [asked] = socket.subscribed(ROOM);
    socket.deliver({ type: 'subscribed', id: asked?.id, channel: ROOM, head: 0, recovered: true, entries: [], more: false });
    expect(socket.sent('unsubscribe')).toHaveLength(1);
    expect(harness.joined.map(({ channel }) => channel)).not.toContain(ROOM);
  });

  it('asks the opposite of what nobody answered only when no copy of it can be at work any more', async () => {
    const harness = await Harness.open();
    harness.server.intercept = ({ action }) => action === 'subscribe';
    harness.connection.join(ROOM);
    await harness.clock.advance(REPEAT_MS);
    const socket = harness.server.last;
    expect(socket.subscribed(ROOM)).toHaveLength(2);
    const [, second] = socket.subscribed(ROOM);
    socket.deliver({ type: 'subscribed', id: second?.id, channel: ROOM, head: 0, recovered: true, entries: [], more: false });
    harness.connection.leave(ROOM);
    await harness.clock.advance(ANSWER_TIMEOUT_MS - REPEAT_MS - 1);
    expect(socket.sent('unsubscribe')).toHaveLength(0);
    await harness.clock.advance(1);
    expect(socket.sent('unsubscribe')).toHaveLength(1);
  });

  it('given up while the first of two copies may still be at work begins again only after that', async () => {
    const harness = await inRoom();
    harness.server.intercept = ({ action }) => action === 'unsubscribe';
    harness.connection.leave(ROOM);
    await harness.clock.advance(REPEAT_MS);
    const socket = harness.server.last;
    const [, second] = socket.sent('unsubscribe');
    socket.deliver({ type: 'unsubscribed', id: second?.id, channel: ROOM });
    harness.connection.join(ROOM);
    await harness.clock.advance(ANSWER_TIMEOUT_MS - REPEAT_MS - 1);
    expect(socket.subscribed(ROOM)).toHaveLength(1);
    await harness.clock.advance(1);
    expect(socket.subscribed(ROOM)).toHaveLength(2);
  });

  it('is asked for again on waking, without a gap or a copy', async () => {
    const harness = await inRoom();
    harness.server.last.channels.delete(ROOM);
    harness.server.publish(ROOM, 'missed');
    harness.connection.wake();
    await harness.soon();
    harness.server.publish(ROOM, 'not missed');
    await harness.soon();
    expect(harness.contentsOf(ROOM)).toEqual(['missed', 'not missed']);
    expect(harness.joined.filter(({ channel }) => channel === ROOM)).toHaveLength(1);
  });
});

describe('a message to a room', () => {
  it('waits until it is joined on this connection', async () => {
    const harness = await inRoom();
    harness.server.last.die();
    harness.server.intercept = (frame) => frame.action === 'subscribe' && frame.data.channel === ROOM;
    const sent = outcome(harness.connection.send(ROOM, 'hello'));
    await harness.clock.advance(1_000);
    expect(harness.server.last.sent('message')).toEqual([]);
    harness.server.intercept = undefined;
    await harness.clock.advance(REPEAT_MS);
    expect(sent.value).toBeDefined();
    expect(harness.contentsOf(ROOM)).toEqual(['hello']);
  });

  it('is refused if it is not joined', async () => {
    const harness = await Harness.open();
    const sent = outcome(harness.connection.send(ROOM, 'hello'));
    await harness.soon();
    expect(codeOf(sent.error)).toBe('not_subscribed');
  });

  it('joins again if the server has forgotten the membership', async () => {
    const harness = await inRoom();
    harness.server.last.channels.delete(ROOM);
    const sent = outcome(harness.connection.send(ROOM, 'hello'));
    await harness.clock.advance(2_000);
    expect(sent.value).toBeDefined();
    expect(harness.contentsOf(ROOM)).toEqual(['hello']);
  });
});

describe('a direct channel', () => {
  it('is found by its first push, and read from the beginning', async () => {
    const harness = await Harness.open();
    harness.server.publish('dm:alice:bob', 1, { pushed: false });
    harness.server.publish('dm:alice:bob', 2);
    await harness.soon();
    expect(harness.contentsOf('dm:alice:bob')).toEqual([1, 2]);
    expect(harness.server.last.subscribed('dm:alice:bob').map(({ data }) => data.since)).toEqual([0]);
    harness.server.publish('dm:alice:bob', 3);
    await harness.soon();
    expect(harness.contentsOf('dm:alice:bob')).toEqual([1, 2, 3]);
  });

  it('from before is found by the first ping', async () => {
    const harness = new Harness();
    harness.server.publish('dm:alice:bob', 1);
    harness.connection.start();
    await harness.soon();
    expect(harness.contentsOf('dm:alice:bob')).toEqual([1]);
  });

  it('without a first entry any more is told as a reload', async () => {
    const harness = new Harness();
    harness.server.publish('dm:alice:bob', 1);
    harness.server.publish('dm:alice:bob', 2);
    harness.server.log('dm:alice:bob').forget(1);
    harness.connection.start();
    await harness.soon();
    expect(harness.reloads.map(({ entries }) => entries.map(({ content }) => content))).toEqual([[2]]);
  });

  it('takes part in the first ping of the next connection, and is read only if something is new', async () => {
    const harness = await Harness.open();
    harness.server.publish('dm:alice:bob', 1);
    harness.server.publish('dm:alice:carol', 1);
    await harness.soon();
    harness.server.last.die();
    harness.server.publish('dm:alice:bob', 2);
    await harness.clock.advance(1_000);
    const [ping] = harness.server.last.sent('ping');
    expect(Object.keys(ping?.data.cursors ?? {})).toEqual(['dm:alice:bob', 'dm:alice:carol']);
    expect(harness.contentsOf('dm:alice:bob')).toEqual([1, 2]);
    expect(harness.server.last.subscribed('dm:alice:carol')).toEqual([]);
  });

  it('can be opened before anybody has written', async () => {
    const harness = await Harness.open();
    harness.connection.join('dm:alice:bob');
    await harness.soon();
    expect(harness.joined.at(-1)).toEqual({ channel: 'dm:alice:bob', head: 0 });
    void harness.connection.send('dm:alice:bob', 'hello');
    await harness.soon();
    expect(harness.contentsOf('dm:alice:bob')).toEqual(['hello']);
  });

  it('named by a ping that had no room for it is read only if it is new', async () => {
    const harness = await Harness.open();
    for (const n of range(1, MAX_PING_CURSORS)) {
      harness.connection.join(`room:${n}`);
    }
    harness.server.publish('dm:alice:bob', 1);
    await harness.clock.advance(1_000);
    const asked = harness.server.last.subscribed('dm:alice:bob').length;
    harness.server.publish('dm:alice:carol', 1, { pushed: false });
    await harness.clock.advance(HEARTBEAT_MS + 1_000);
    // Two pings: the server names it in answer to the one without it.
    expect(harness.server.last.sent('ping').length).toBe(3);
    expect(harness.server.last.subscribed('dm:alice:bob')).toHaveLength(asked);
    expect(harness.contentsOf('dm:alice:carol')).toEqual([1]);
  });
});

describe('presence', () => {
  it('lists who is there, and tells who comes and goes if asked to', async () => {
    const harness = await Harness.open();
    harness.connection.join(ROOM, { presence: true });
    harness.connection.join('room:b');
    await harness.soon();
    const people = outcome(harness.connection.presence(ROOM));
    harness.server.tell(ROOM, { joined: 'bob' });
    harness.server.tell('room:b', { joined: 'bob' });
    await harness.soon();
    harness.server.tell(ROOM, { left: 'bob' });
    await harness.soon();
    expect(people.value).toEqual({ channel: ROOM, users: [{ id: 'alice', name: 'alice' }], more: false });
    expect(harness.changes.map(({ channel, kind, person }) => [channel, kind, person.id])).toEqual([
      [ROOM, 'joined', 'bob'],
      [ROOM, 'left', 'bob'],
    ]);
  });

  it('can be asked for later, and not any more, and is again on the next connection', async () => {
    const harness = await inRoom();
    harness.connection.join(ROOM, { presence: true });
    await harness.soon();
    harness.server.last.die();
    await harness.clock.advance(1_000);
    harness.server.tell(ROOM, { joined: 'bob' });
    await harness.soon();
    harness.connection.join(ROOM, { presence: false });
    harness.server.tell(ROOM, { left: 'bob' });
    await harness.soon();
    const asked = harness.server.sockets.map((socket) => socket.subscribed(ROOM).map(({ data }) => data.presence));
    expect(asked).toEqual([[undefined, true], [true]]);
    expect(harness.changes.map(({ kind }) => kind)).toEqual(['joined']);
  });
});

describe('a signal', () => {
  it('reaches the others, without an answer', async () => {
    const harness = await inRoom();
    harness.connection.signal(ROOM, { typing: true });
    expect(harness.server.last.sent('signal').map(({ data }) => data)).toEqual([{ channel: ROOM, content: { typing: true } }]);
    const frame = { type: 'signal', channel: ROOM, sender: { id: 'bob', name: 'Bob' }, content: 1, at: 5 };
    harness.server.last.deliver(frame);
    expect(harness.signals).toEqual([{ channel: ROOM, sender: { id: 'bob', name: 'Bob' }, content: 1, at: 5 }]);
  });

  it('is dropped where there is nobody to hear it', async () => {
    const harness = new Harness();
    harness.connection.join(ROOM);
    harness.connection.signal(ROOM, 1);
    harness.server.intercept = (frame) => frame.action === 'subscribe' && frame.data.channel === ROOM;
    harness.connection.start();
    await harness.soon();
    harness.connection.signal(ROOM, 1);
    expect(harness.server.last.sent('signal')).toEqual([]);
  });

  it('that is refused is told as an error, and has to be JSON', async () => {
    const harness = await inRoom();
    harness.server.last.deliver({ type: 'error', code: 'forbidden', message: 'no', requestId: 'r' });
    expect(harness.errors.map(({ code }) => code)).toEqual(['forbidden']);
    expect(() => {
      harness.connection.signal(ROOM, null);
    }).toThrow(expect.objectContaining({ code: 'invalid_field' }));
  });
});

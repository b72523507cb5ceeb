// The messages of a channel, as an application gets them when pushes, answers and sockets get lost.
import { describe, expect, it } from 'vitest';
import { REPEAT_MS } from '../src/membership.ts';
import { Harness, PATIENCE_MS, range } from './kit/harness.ts';
import { HEARTBEAT_MS } from './kit/server.ts';

/** Open, and with the first message of `all` there. */
async function withOne(): Promise<Harness> {
  const harness = await Harness.open();
  harness.server.publish('all', 1);
  await harness.soon();
  expect(harness.contents).toEqual([1]);
  return harness;
}

describe('messages', () => {
  it('begin where the channel is when it is joined, and go on with pushes', async () => {
    const harness = new Harness();
    harness.server.publish('all', 'before');
    const { seq } = harness.server.publish('all', 'last before');
    harness.connection.start();
    await harness.soon();
    expect(harness.joined).toContainEqual({ channel: 'all', head: seq });
    harness.server.publish('all', 'after');
    await harness.soon();
    expect(harness.contents).toEqual(['after']);
  });

  it('begin after a number that the application has kept', async () => {
    const harness = new Harness();
    const [first] = range(1, 120).map((n) => harness.server.publish('all', n));
    harness.connection.join('all', { since: first?.seq ?? 0 });
    harness.connection.start();
    await harness.clock.advance(1_000);
    expect(harness.contents).toEqual(range(2, 120));
  });

  it('of the own channel come too, and nobody else\'s', async () => {
    const harness = await Harness.open();
    harness.server.publish('user:alice', 'for you');
    for (const channel of ['user:bob', 'dm:bob:carol', 'room:a', 'nonsense']) {
      harness.server.last.deliver({ type: 'message', channel, seq: 1, sender: { id: 'x', name: 'x' }, content: 'no', at: 1 });
    }
    await harness.soon();
    expect(harness.messages.map(({ channel, content }) => [channel, content])).toEqual([['user:alice', 'for you']]);
  });

  it('pushed before the channel is joined wait for it, and come once', async () => {
    const harness = new Harness();
    harness.server.publish('all', 1);
    harness.server.intercept = (frame) => frame.action === 'subscribe' && frame.data.channel === 'all';
    harness.connection.start();
    await harness.soon();
    const entry = harness.server.publish('all', 2);
    await harness.soon();
    expect(harness.contents).toEqual([]);
    const [asked] = harness.server.last.subscribed('all');
    // The head was read before the push's message was there.
    const answer = { type: 'subscribed', id: asked?.id, channel: 'all', head: entry.seq - 1, recovered: true, entries: [], more: false };
    harness.server.last.deliver(answer);
    harness.server.last.deliver(answer);
    expect(harness.contents).toEqual([2]);
  });

  it('that overtake each other are put in order without asking', async () => {
    const harness = await withOne();
    const asked = harness.server.last.sent('subscribe').length;
    const [two, three] = [2, 3].map((n) => harness.server.publish('all', n, { pushed: false }));
    harness.server.last.deliver({ type: 'message', channel: 'all', ...three });
    expect(harness.contents).toEqual([1]);
    harness.server.last.deliver({ type: 'message', channel: 'all', ...two });
    harness.server.last.deliver({ type: 'message', channel: 'all', ...three });
    expect(harness.contents).toEqual([1, 2, 3]);
    await harness.clock.advance(PATIENCE_MS + 100);
    expect(harness.server.last.sent('subscribe')).toHaveLength(asked);
  });

  it('first in an empty channel come without delay, though only an answer can tell that they are', async () => {
    const harness = await Harness.open();
    const [one, two] = [1, 2].map((n) => harness.server.publish('all', n, { pushed: false }));
    harness.server.last.deliver({ type: 'message', channel: 'all', ...two });
    harness.server.last.deliver({ type: 'message', channel: 'all', ...one });
    await harness.soon();
    expect(harness.contents).toEqual([1, 2]);
  });

  it('whose push was lost are asked for at the next push, page by page', async () => {
    const harness = await withOne();
    for (const n of range(2, 250)) {
      harness.server.publish('all', n, { pushed: false });
    }
    harness.server.publish('all', 251);
    await harness.clock.advance(PATIENCE_MS - 100);
    expect(harness.contents).toEqual([1]);
    await harness.clock.advance(500);
    expect(harness.contents).toEqual(range(1, 251));
  });

  it('whose push was lost are asked for again when no answer comes', async () => {
    const harness = await withOne();
    harness.server.publish('all', 2, { pushed: false });
    harness.server.publish('all', 3);
    harness.server.intercept = ({ action }) => action === 'subscribe';
    await harness.clock.advance(PATIENCE_MS + 100);
    harness.server.intercept = undefined;
    expect(harness.contents).toEqual([1]);
    await harness.clock.advance(REPEAT_MS);
    expect(harness.contents).toEqual([1, 2, 3]);
  });

  it('that follow each other come at once, though a question is under way', async () => {
    const harness = await withOne();
    harness.server.intercept = ({ action }) => action === 'subscribe';
    harness.connection.wake();
    harness.server.publish('all', 2);
    await harness.soon();
    expect(harness.contents).toEqual([1, 2]);
  });

  it('whose push was lost, and none follows, are found at the latest after one heartbeat', async () => {
    const harness = await Harness.open();
    harness.server.publish('all', 1, { pushed: false });
    await harness.clock.advance(HEARTBEAT_MS + 100);
    expect(harness.contents).toEqual([1]);
  });

  it('of its own whose push was lost are found by their acknowledgement', async () => {
    const harness = await Harness.open();
    harness.server.intercept = (frame, socket) => {
      if (frame.action !== 'message') {
        return false;
      }
      const { seq, at } = harness.server.publish('all', frame.data.content, { pushed: false });
      socket.deliver({ type: 'ack', id: frame.id, channel: 'all', seq, at });
      return true;
    };
    await harness.connection.send('all', 'mine');
    await harness.clock.advance(PATIENCE_MS + 100);
    expect(harness.contents).toEqual(['mine']);
  });

  it('published while there was no connection come after it is back, once', async () => {
    const harness = await withOne();
    harness.server.last.die();
    for (const n of range(2, 250)) {
      harness.server.publish('all', n);
    }
    await harness.clock.advance(1_000);
    harness.server.publish('all', 251);
    await harness.soon();
    expect(harness.contents).toEqual(range(1, 251));
  });

  it('announced with a number that never comes are asked for ever less often', async () => {
    const harness = await withOne();
    harness.server.last.deliver({ type: 'message', channel: 'all', seq: 9e15, sender: { id: 'x', name: '' }, content: 1, at: 1 });
    const before = harness.server.last.subscribed('all').length;
    await harness.clock.advance(200_000);
    const asked = harness.server.last.subscribed('all').length - before;
    expect(asked).toBeGreaterThan(3);
    expect(asked).toBeLessThan(25);
    expect(harness.contents).toEqual([1]);
  });
});

describe('what is kept no more when the connection is back', () => {
  it('is told as a reload with the oldest that are, and the rest follows', async () => {
    const harness = await withOne();
    harness.server.pageSize = 2;
    harness.server.last.die();
    for (const n of range(2, 7)) {
      harness.server.publish('all', n);
    }
    harness.server.log('all').forget(3);
    await harness.clock.advance(1_000);
    expect(harness.reloads.map(({ channel, entries }) => [channel, ...entries.map(({ content }) => content)])).toEqual([['all', 4, 5]]);
    expect(harness.contents).toEqual([1, 6, 7]);
  });

  it('is told even if nothing is left', async () => {
    const harness = await withOne();
    harness.server.last.die();
    const { seq } = harness.server.publish('all', 2);
    harness.server.log('all').forget(2);
    await harness.clock.advance(1_000);
    expect(harness.reloads).toEqual([{ channel: 'all', entries: [], cursor: seq }]);
    harness.server.publish('all', 3);
    await harness.soon();
    expect(harness.contents).toEqual([1, 3]);
  });
});

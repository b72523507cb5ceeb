// What an application sees of a connection whose sockets, pushes and answers get lost.
import { describe, expect, it, vi } from 'vitest';
import { CarillonError } from '../src/errors.ts';
import { GRACE_MS } from '../src/feed.ts';
import { HEARTBEAT_MS } from '../src/heartbeat.ts';
import { type ClientFrame, type Json, MAX_CONTENT_BYTES } from '../src/protocol.ts';
import { QUESTION_MS, RETENTION_MARGIN_MS, RETENTION_MS } from '../src/connection.ts';
import { MAX_WAITING } from '../src/outbox.ts';
import { Harness, outcome } from './kit/harness.ts';

const RETRY_MS = 30_000;

function code(error: unknown): string | undefined {
  return error instanceof CarillonError ? error.code : undefined;
}

function contentsOf(frames: readonly ClientFrame[]): Json[] {
  return frames.map((frame) => (frame.action === 'message' ? frame.data.content : null));
}

describe('messages', () => {
  it('begin with the newest page kept, oldest first, and go on with pushes', async () => {
    const harness = new Harness();
    for (let n = 1; n <= 60; n += 1) {
      harness.server.publish('all', n);
    }
    harness.connection.start();
    await harness.soon();
    harness.server.publish('all', 61);
    await harness.soon();
    expect(harness.contents).toEqual(Array.from({ length: 51 }, (_, n) => n + 11));
  });

  it('of the own channel come too, and nobody else\'s', async () => {
    const harness = await Harness.open();
    harness.server.publish('user:alice', 'for you');
    harness.server.last.deliver({
      type: 'message', channel: 'user:bob', seq: 1, sender: { id: 'x', name: 'x' }, content: 'no', at: 1,
    });
    await harness.soon();
    expect(harness.messages.map(({ channel, content }) => [channel, content])).toEqual([['user:alice', 'for you']]);
  });

  it('pushed before the first page is there wait for it, and come once', async () => {
    const harness = new Harness();
    harness.server.publish('all', 1);
    harness.server.intercept = (frame) => frame.action === 'history';
    harness.connection.start();
    await harness.soon();
    harness.server.publish('all', 2);
    await harness.soon();
    expect(harness.contents).toEqual([]);
    harness.server.intercept = undefined;
    await harness.clock.advance(RETRY_MS + 100);
    expect(harness.contents).toEqual([1, 2]);
  });

  it('that overtake each other are put in order without asking', async () => {
    const harness = await Harness.open();
    harness.server.publish('all', 1);
    await harness.soon();
    const asked = harness.server.last.sent('history').length;
    const [two, three] = [2, 3].map((n) => harness.server.publish('all', n, { pushed: false }));
    harness.server.last.deliver({ type: 'message', ...three });
    expect(harness.contents).toEqual([1]);
    harness.server.last.deliver({ type: 'message', ...two });
    harness.server.last.deliver({ type: 'message', ...three });
    expect(harness.contents).toEqual([1, 2, 3]);
    await harness.clock.advance(GRACE_MS + 100);
    expect(harness.server.last.sent('history')).toHaveLength(asked);
  });

  it('first in an empty channel come without delay, though only history can tell that they are', async () => {
    const harness = await Harness.open();
    const [one, two] = [1, 2].map((n) => harness.server.publish('all', n, { pushed: false }));
    harness.server.last.deliver({ type: 'message', ...two });
    harness.server.last.deliver({ type: 'message', ...one });
    await harness.soon();
    expect(harness.contents).toEqual([1, 2]);
  });

  it('whose push was lost are read from history at the next push', async () => {
    const harness = await Harness.open();
    harness.server.publish('all', 1);
    await harness.clock.advance(GRACE_MS + 100);
    for (let n = 2; n <= 250; n += 1) {
      harness.server.publish('all', n, { pushed: false });
    }
    harness.server.publish('all', 251);
    await harness.clock.advance(GRACE_MS - 100);
    expect(harness.contents).toEqual([1]);
    await harness.clock.advance(500);
    expect(harness.contents).toEqual(Array.from({ length: 251 }, (_, n) => n + 1));
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
      const { channel, seq, at } = harness.server.publish('all', frame.data.content, { pushed: false });
      socket.deliver({ type: 'ack', id: frame.id, channel, seq, at });
      return true;
    };
    await harness.connection.send('all', 'mine');
    await harness.clock.advance(GRACE_MS + 100);
    expect(harness.contents).toEqual(['mine']);
  });

  it('published while there was no connection come after it is back, once', async () => {
    const harness = await Harness.open();
    harness.server.publish('all', 1);
    await harness.clock.advance(GRACE_MS + 100);
    harness.server.last.die();
    harness.server.publish('all', 2);
    await harness.clock.advance(1_000);
    harness.server.publish('all', 3);
    await harness.soon();
    expect(harness.contents).toEqual([1, 2, 3]);
  });

  it('in many pages come after the connection is back, though no push tells of them', async () => {
    const harness = await Harness.open();
    harness.server.publish('all', 1);
    await harness.soon();
    harness.server.last.die();
    for (let n = 2; n <= 250; n += 1) {
      harness.server.publish('all', n);
    }
    await harness.clock.advance(1_000);
    expect(harness.contents).toEqual(Array.from({ length: 250 }, (_, n) => n + 1));
  });

  it('that history no longer keeps do not block what follows', async () => {
    const harness = await Harness.open();
    harness.server.publish('all', 1);
    await harness.clock.advance(GRACE_MS + 100);
    harness.server.last.die();
    for (let n = 2; n <= 5; n += 1) {
      harness.server.publish('all', n);
    }
    harness.server.log('all').splice(0, 3);
    await harness.clock.advance(2_000);
    expect(harness.contents).toEqual([1, 4, 5]);
  });

  it('announced with a number that never comes are asked for ever less often', async () => {
    const harness = await Harness.open();
    harness.server.last.deliver({ type: 'message', channel: 'all', seq: 9e15, sender: { id: 'x', name: '' }, content: 1, at: 1 });
    const before = harness.server.last.sent('history').length;
    await harness.clock.advance(200_000);
    const asked = harness.server.last.sent('history').length - before;
    expect(asked).toBeGreaterThan(3);
    expect(asked).toBeLessThan(25);
    expect(harness.contents).toEqual([]);
  });
});

describe('a message sent', () => {
  it('is acknowledged', async () => {
    const harness = await Harness.open();
    const sent = outcome(harness.connection.send('all', { any: 'json' }));
    await harness.soon();
    expect(sent.value).toMatchObject({ channel: 'all', duplicate: false });
    expect(harness.contents).toEqual([{ any: 'json' }]);
  });

  it('while offline is kept, in order, and goes out later', async () => {
    const harness = new Harness();
    const sent = [1, 2, 3].map((n) => outcome(harness.connection.send('all', n)));
    harness.connection.start();
    await harness.clock.advance(500);
    expect(sent.every(({ value }) => value !== undefined)).toBe(true);
    expect(harness.contents).toEqual([1, 2, 3]);
  });

  it('waits for the acknowledgement of the one before in its channel', async () => {
    const harness = await Harness.open();
    harness.server.intercept = ({ action }) => action === 'message';
    const sent = [1, 2].map((n) => outcome(harness.connection.send('all', n)));
    const other = outcome(harness.connection.send('user:bob', 3));
    await harness.soon();
    expect(contentsOf(harness.server.last.sent('message'))).toEqual([1, 3]);
    harness.server.intercept = undefined;
    await harness.clock.advance(RETRY_MS + 500);
    expect(sent.map(({ value }) => value?.duplicate)).toEqual([false, false]);
    expect(code(other.error)).toBe('forbidden');
  });

  it('is sent again with the same id when no answer came in 30 s, and not before', async () => {
    const harness = await Harness.open();
    harness.server.intercept = ({ action }) => action === 'message';
    const sent = outcome(harness.connection.send('all', 1));
    await harness.clock.advance(RETRY_MS - 1);
    expect(harness.server.last.sent('message')).toHaveLength(1);
    await harness.clock.advance(1);
    expect(new Set(harness.server.last.sent('message').map(({ id }) => id)).size).toBe(1);
    expect(harness.server.last.sent('message')).toHaveLength(2);
    harness.server.intercept = undefined;
    await harness.clock.advance(RETRY_MS + 500);
    expect(sent.value).toBeDefined();
  });

  it('whose acknowledgement died with the socket is published once', async () => {
    const harness = await Harness.open();
    const sent = outcome(harness.connection.send('all', 1));
    // It has arrived; its answer is on the way.
    await harness.clock.advance(11);
    expect(harness.server.log('all')).toHaveLength(1);
    harness.server.last.die();
    await harness.clock.advance(1_000);
    expect(sent.value?.duplicate).toBe(true);
    expect(harness.contents).toEqual([1]);
  });

  it('is sent again after retryAfterMs when the service is unavailable', async () => {
    const harness = await Harness.open();
    harness.server.intercept = (frame, socket) => {
      if (frame.action !== 'message' || socket.sent('message').length > 1) {
        return false;
      }
      socket.deliver({ type: 'error', id: frame.id, code: 'unavailable', message: 'later', retryAfterMs: 5_000 });
      return true;
    };
    const sent = outcome(harness.connection.send('all', 1));
    await harness.clock.advance(4_999);
    expect(harness.server.last.sent('message')).toHaveLength(1);
    await harness.clock.advance(1_100);
    expect(harness.server.last.sent('message')).toHaveLength(2);
    expect(sent.value).toBeDefined();
  });

  it('is sent again soon after API Gateway failed on some frame', async () => {
    const harness = await Harness.open();
    harness.server.intercept = (frame, socket) => {
      if (frame.action !== 'message' || socket.sent('message').length > 1) {
        return false;
      }
      socket.deliver({ message: 'Internal server error', connectionId: 'c', requestId: 'r' });
      return true;
    };
    const sent = outcome(harness.connection.send('all', 1));
    await harness.clock.advance(1_100);
    expect(sent.value).toBeDefined();
  });

  it.each(['forbidden', 'conflict', 'invalid_field', 'a_code_to_come'])('is rejected by %s', async (refusal) => {
    const harness = await Harness.open();
    harness.server.intercept = (frame, socket) => {
      if (frame.action === 'message') {
        const details = { field: 'data.content' };
        socket.deliver({ type: 'error', id: frame.id, code: refusal, message: 'no', details, requestId: 'r' });
      }
      return frame.action === 'message';
    };
    const sent = [1, 2].map((n) => outcome(harness.connection.send('all', n)));
    await harness.soon();
    expect(sent.map(({ error }) => code(error))).toEqual([refusal, refusal]);
    expect(sent[0]?.error).toMatchObject({ message: 'no', field: 'data.content', requestId: 'r' });
  });

  it('is what it was when it was handed over', async () => {
    const harness = new Harness();
    const content = { words: ['first'] };
    void harness.connection.send('all', 'one before');
    void harness.connection.send('all', content);
    content.words.push('later');
    harness.connection.start();
    await harness.soon();
    expect(harness.contents).toEqual(['one before', { words: ['first'] }]);
  });

  it('may have 24 KiB as JSON, in UTF-8, and not a byte more', async () => {
    const harness = await Harness.open();
    const euros = '€'.repeat((MAX_CONTENT_BYTES - 2) / 3 - 1);
    const rest = MAX_CONTENT_BYTES - 2 - 3 * euros.length;
    const fits = [rest - 1, rest].map((n) => outcome(harness.connection.send('all', euros + 'x'.repeat(n))));
    const over = outcome(harness.connection.send('all', euros + 'x'.repeat(rest + 1)));
    await harness.clock.advance(500);
    expect(fits.every(({ value }) => value !== undefined)).toBe(true);
    expect(code(over.error)).toBe('too_large');
    expect(harness.server.last.sent('message')).toHaveLength(2);
  });

  it('is refused without sending when its frame would be over 32 KiB', async () => {
    const harness = await Harness.open();
    const sent = outcome(harness.connection.send('x'.repeat(32_768), 'short'));
    await harness.soon();
    expect(code(sent.error)).toBe('too_large');
    expect(harness.server.last.sent('message')).toHaveLength(0);
  });

  it.each([[null], [undefined], [() => 1], [1n]])('is refused when it is no JSON: %s', async (content) => {
    const harness = await Harness.open();
    await expect(harness.connection.send('all', content as never)).rejects.toMatchObject({ code: 'invalid_field' });
  });

  it('is refused when too many wait', async () => {
    const harness = new Harness();
    const sent = Array.from({ length: MAX_WAITING + 1 }, (_, n) => outcome(harness.connection.send('all', n)));
    await harness.soon();
    expect(sent.map(({ error }) => code(error)).filter(Boolean)).toEqual(['outbox_full']);
    expect(code(sent.at(-1)?.error)).toBe('outbox_full');
    harness.connection.start();
    await harness.clock.advance(20_000);
    expect(harness.contents).toHaveLength(MAX_WAITING);
    const next = outcome(harness.connection.send('all', 'again'));
    await harness.soon();
    expect(next.value).toBeDefined();
  });

  it('under an id that another one waits with is a conflict', async () => {
    const harness = new Harness();
    const first = outcome(harness.connection.send('all', 1, 'an-id-of-its-own-16'));
    await expect(harness.connection.send('all', 2, 'an-id-of-its-own-16')).rejects.toMatchObject({ code: 'conflict' });
    harness.connection.start();
    await harness.soon();
    expect(first.value?.id).toBe('an-id-of-its-own-16');
  });

  it('is given up one hour before the server may have forgotten its id, from when it was first sent', async () => {
    const harness = new Harness();
    const sent = outcome(harness.connection.send('all', 1));
    // Not sent yet: nothing to forget.
    await harness.clock.advance(RETENTION_MS);
    harness.server.intercept = ({ action }) => action === 'message';
    harness.session.expiresAt = harness.clock.now() + RETENTION_MS;
    harness.connection.start();
    await harness.soon();
    const [first] = harness.server.sockets;
    expect(first?.sent('message')).toHaveLength(1);
    await harness.clock.advance(RETENTION_MS - RETENTION_MARGIN_MS - 200);
    expect(sent.error).toBeUndefined();
    await harness.clock.advance(200);
    expect(code(sent.error)).toBe('gave_up');
  });
});

describe('questions', () => {
  it('are answered', async () => {
    const harness = await Harness.open();
    for (let n = 1; n <= 3; n += 1) {
      harness.server.publish('all', n);
    }
    await harness.clock.advance(GRACE_MS + 100);
    const [first] = harness.messages;
    const page = outcome(harness.connection.history('all', { before: (first?.seq ?? 0) + 2, limit: 1 }));
    const echo = outcome(harness.connection.echo('marco'));
    await harness.soon();
    expect(page.value).toEqual({ channel: 'all', entries: [harness.messages[1]], more: true });
    expect(echo.value).toBe('marco');
    expect(harness.contents).toEqual([1, 2, 3]);
  });

  it('are refused as the server says', async () => {
    const harness = await Harness.open();
    const page = outcome(harness.connection.history('user:bob'));
    await harness.soon();
    expect(code(page.error)).toBe('forbidden');
  });

  it('are asked again on the next socket', async () => {
    const harness = await Harness.open();
    const echo = outcome(harness.connection.echo('marco'));
    harness.server.last.die();
    await harness.clock.advance(1_000);
    expect(echo.value).toBe('marco');
  });

  it('that nobody answers are given up', async () => {
    const harness = await Harness.open();
    harness.server.intercept = ({ action }) => action === 'echo';
    const echo = outcome(harness.connection.echo('marco'));
    await harness.clock.advance(QUESTION_MS - 1);
    expect(echo.error).toBeUndefined();
    await harness.clock.advance(1);
    expect(code(echo.error)).toBe('unanswered');
  });
});

describe('frames from the server', () => {
  it.each([
    ['no JSON', '{'],
    ['no object', '[1]'],
    ['null', 'null'],
    ['a type to come', { type: 'presence', channel: 'all', users: [] }],
    ['a type of another kind', { type: 7 }],
    ['an object\'s own words', { type: '__proto__' }],
    ['a message without its fields', { type: 'message', channel: 'all' }],
    ['a message with a broken number', { type: 'message', channel: 'all', seq: 1.5, sender: { id: 'x', name: 'x' }, content: 1, at: 1 }],
    ['an answer to nothing', { type: 'ack', id: 'nothing', channel: 'all', seq: 1, at: 1 }],
    ['an error without a code', { type: 'error', message: 'x' }],
    ['something huge', `"${'x'.repeat(200_000)}"`],
  ])('are ignored: %s', async (_name, frame) => {
    const harness = await Harness.open();
    harness.server.last.deliver(frame);
    harness.server.publish('all', 'after');
    await harness.clock.advance(GRACE_MS + 100);
    expect(harness.contents).toEqual(['after']);
    expect(harness.errors).toEqual([]);
    expect(harness.state).toBe('open');
  });

  it('that name no request of ours are told as errors', async () => {
    const harness = await Harness.open();
    harness.server.last.deliver({ type: 'error', code: 'invalid_json', message: 'The frame is no JSON.' });
    expect(harness.errors.map(({ code }) => code)).toEqual(['invalid_json']);
  });

  it('that answer with another type do not count', async () => {
    const harness = await Harness.open();
    harness.server.intercept = (frame, socket) => {
      if (frame.action === 'echo' && socket.sent('echo').length === 1) {
        socket.deliver({ type: 'ack', id: frame.id, channel: 'all', seq: 1, at: 1 });
        return true;
      }
      return false;
    };
    const echo = outcome(harness.connection.echo('marco'));
    await harness.soon();
    expect(echo).toEqual({});
    await harness.clock.advance(RETRY_MS);
    expect(echo.value).toBe('marco');
  });
});

describe('close', () => {
  it('rejects what waits, leaves no timer, and refuses more', async () => {
    const harness = await Harness.open();
    harness.server.intercept = () => true;
    const waiting = [1, 2].map((n) => outcome(harness.connection.send('all', n)));
    const question = outcome(harness.connection.history('all'));
    harness.connection.close();
    await harness.clock.advance(0);
    expect([...waiting, question].map(({ error }) => code(error))).toEqual(['closed', 'closed', 'closed']);
    expect(harness.clock.timers).toBe(0);
    expect(harness.server.open).toEqual([]);
    expect(harness.states).toEqual(['connecting', 'open', 'closed']);
    await expect(harness.connection.send('all', 1)).rejects.toMatchObject({ code: 'closed' });
    await expect(harness.connection.history('all')).rejects.toMatchObject({ code: 'closed' });
    await expect(harness.connection.echo('x')).rejects.toMatchObject({ code: 'closed' });
  });

  it.each([0, 5, 12, 25])('leaves no timer %d ms after the start either', async (ms) => {
    const harness = new Harness();
    harness.server.intercept = () => true;
    harness.connection.start();
    await harness.clock.advance(ms);
    harness.connection.close();
    // What the model of the server set for the handshake.
    await harness.soon();
    expect(harness.clock.timers).toBe(0);
    expect(harness.state).toBe('closed');
  });

  it('counts against a session that answers later', async () => {
    const harness = new Harness();
    harness.connection.start();
    harness.connection.close();
    await harness.soon();
    expect(harness.server.sockets).toEqual([]);
    expect(harness.states).toEqual(['connecting', 'closed']);
  });

  it('can be undone: it goes on where it was', async () => {
    const harness = await Harness.open();
    harness.server.publish('all', 1);
    await harness.clock.advance(GRACE_MS + 100);
    harness.connection.close();
    harness.server.publish('all', 2);
    harness.connection.start();
    await harness.soon();
    expect(harness.state).toBe('open');
    expect(harness.contents).toEqual([1, 2]);
  });
});

describe('listeners', () => {
  it('that throw are reported, and stop nothing', async () => {
    const reported: (() => void)[] = [];
    vi.stubGlobal('queueMicrotask', (task: () => void) => reported.push(task));
    const harness = new Harness();
    const heard: unknown[] = [];
    harness.connection.on('status', () => {
      throw new Error('a mistake of the application');
    });
    harness.connection.on('status', ({ state }) => heard.push(state));
    harness.connection.start();
    await harness.soon();
    vi.unstubAllGlobals();
    expect(heard).toEqual(['connecting', 'open']);
    expect(reported).toHaveLength(2);
    expect(reported[0]).toThrow('a mistake of the application');
  });

  it('can be taken back, and be the same function twice', async () => {
    const harness = await Harness.open();
    const heard: unknown[] = [];
    const listener = ({ content }: { content: unknown }): void => {
      heard.push(content);
    };
    const off = harness.connection.on('message', listener);
    harness.connection.on('message', listener);
    off();
    harness.server.publish('all', 1);
    await harness.clock.advance(GRACE_MS + 100);
    expect(heard).toEqual([1]);
  });
});

// What becomes of a message sent, whatever happens to its frames: acknowledged, refused, or given up.
import { describe, expect, it } from 'vitest';
import { RETENTION_MARGIN_MS, WAKE_PAUSE_MS } from '../src/connection.ts';
import { ANSWER_TIMEOUT_MS, MAX_CONTENT_BYTES } from '../src/limits.ts';
import { MAX_WAITING } from '../src/outbox.ts';
import { codeOf, Harness, outcome } from './kit/harness.ts';
import { RETENTION_MS } from './kit/server.ts';

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
    expect(harness.server.last.sent('message').map(({ data }) => data.content)).toEqual([1, 3]);
    harness.server.intercept = undefined;
    await harness.clock.advance(ANSWER_TIMEOUT_MS + 500);
    expect(sent.map(({ value }) => value?.duplicate)).toEqual([false, false]);
    expect(codeOf(other.error)).toBe('forbidden');
  });

  it('is sent again with the same id when no answer came in 30 s, and not before', async () => {
    const harness = await Harness.open();
    harness.server.intercept = ({ action }) => action === 'message';
    const sent = outcome(harness.connection.send('all', 1));
    await harness.clock.advance(ANSWER_TIMEOUT_MS - 1);
    expect(harness.server.last.sent('message')).toHaveLength(1);
    await harness.clock.advance(1);
    expect(new Set(harness.server.last.sent('message').map(({ id }) => id)).size).toBe(1);
    expect(harness.server.last.sent('message')).toHaveLength(2);
    harness.server.intercept = undefined;
    await harness.clock.advance(ANSWER_TIMEOUT_MS + 500);
    expect(sent.value).toBeDefined();
  });

  it('whose acknowledgement died with the socket is published once', async () => {
    const harness = await Harness.open();
    const sent = outcome(harness.connection.send('all', 1));
    // It has arrived; its answer is on the way.
    await harness.clock.advance(11);
    expect(harness.server.log('all').all).toHaveLength(1);
    harness.server.last.die();
    await harness.clock.advance(1_000);
    expect(sent.value?.duplicate).toBe(true);
    expect(harness.contents).toEqual([1]);
  });

  it.each(['unavailable', 'rate_limited'])('is sent again after retryAfterMs when told %s', async (refusal) => {
    const harness = await Harness.open();
    harness.server.intercept = (frame, socket) => {
      if (frame.action !== 'message' || socket.sent('message').length > 1) {
        return false;
      }
      socket.deliver({ type: 'error', id: frame.id, code: refusal, message: 'later', retryAfterMs: 5_000 });
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
    expect(sent.map(({ error }) => codeOf(error))).toEqual([refusal, refusal]);
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
    expect(codeOf(over.error)).toBe('too_large');
    expect(harness.server.last.sent('message')).toHaveLength(2);
  });

  it('is refused without sending when its frame would be over 32 KiB', async () => {
    const harness = await Harness.open();
    const sent = outcome(harness.connection.send('x'.repeat(32_768), 'short'));
    await harness.soon();
    expect(codeOf(sent.error)).toBe('too_large');
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
    expect(sent.map(({ error }) => codeOf(error)).filter(Boolean)).toEqual(['outbox_full']);
    expect(codeOf(sent.at(-1)?.error)).toBe('outbox_full');
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

  it.each([RETENTION_MS, 2 * RETENTION_MARGIN_MS, 3 * RETENTION_MARGIN_MS])('is given up one hour before the server may have forgotten its id after %d ms, from when it was first sent', async (retentionMs) => {
    const harness = new Harness();
    harness.server.retentionMs = retentionMs;
    const sent = outcome(harness.connection.send('all', 1));
    // Not sent yet: nothing to forget.
    await harness.clock.advance(retentionMs);
    harness.server.intercept = ({ action }) => action === 'message';
    harness.session.expiresAt = harness.clock.now() + retentionMs;
    harness.connection.start();
    await harness.soon();
    const [first] = harness.server.sockets;
    expect(first?.sent('message')).toHaveLength(1);
    await harness.clock.advance(retentionMs - RETENTION_MARGIN_MS - 200);
    expect(sent.error).toBeUndefined();
    await harness.clock.advance(200);
    expect(codeOf(sent.error)).toBe('gave_up');
  });

  it('is sent again on waking, unless it was sent just now', async () => {
    const harness = await Harness.open();
    harness.server.intercept = ({ action }) => action === 'message';
    void harness.connection.send('all', 1);
    harness.connection.wake();
    expect(harness.server.last.sent('message')).toHaveLength(1);
    await harness.clock.advance(WAKE_PAUSE_MS);
    harness.connection.wake();
    harness.connection.wake();
    expect(harness.server.last.sent('message')).toHaveLength(2);
    expect(new Set(harness.server.last.sent('message').map(({ id }) => id)).size).toBe(1);
  });

  it('is answered by the connection it was sent on last, and by no other', async () => {
    const harness = await Harness.open();
    const [first] = harness.server.sockets;
    harness.server.intercept = ({ action }, socket) => action === 'message' || (action === 'subscribe' && socket !== first);
    const sent = outcome(harness.connection.send('all', 1));
    const id = first?.sent('message')[0]?.id;
    // Until the next connection is open, and has not caught up.
    await harness.clock.advance(3_600_000 - 89_000);
    expect(harness.server.open).toHaveLength(2);
    first?.deliver({ type: 'error', id, code: 'forbidden', message: 'late', requestId: 'r' });
    harness.server.intercept = undefined;
    await harness.clock.advance(ANSWER_TIMEOUT_MS);
    expect(sent.value).toBeDefined();
  });
});

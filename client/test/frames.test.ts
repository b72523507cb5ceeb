// Reading frames: every type whole, and nothing of what is broken.
import { describe, expect, it } from 'vitest';
import { parseFrame } from '../src/frames.ts';

const sender = { id: 'bob', name: 'Bob' };
const entry = { seq: 5, sender, content: 'x', at: 1 };

const FRAMES = [
  { type: 'message', channel: 'all', id: 'm', ...entry },
  { type: 'ack', id: 'a', channel: 'all', seq: 5, at: 1, duplicate: true },
  { type: 'echo', id: 'e', content: { a: [1, null] } },
  { type: 'subscribed', id: 's', channel: 'all', head: 0, recovered: false, entries: [entry], more: true },
  { type: 'unsubscribed', id: 'u', channel: 'room:a' },
  { type: 'history', id: 'h', channel: 'all', entries: [entry], more: false },
  { type: 'presence', id: 'p', channel: 'room:a', users: [sender], more: true },
  { type: 'presence', channel: 'room:a', at: 1, joined: sender },
  { type: 'presence', channel: 'room:a', at: 1, left: sender },
  { type: 'signal', channel: 'room:a', sender, content: { typing: true }, at: 1 },
  { type: 'pong', id: 'p', at: 1, expiresAt: 2, behind: ['all'], connection: 'c=', heartbeatMs: 3, retentionMs: 4 },
  { type: 'pong', id: 'p', at: 1, expiresAt: 2, behind: [], forbidden: ['group:a'], connection: 'c=', heartbeatMs: 3, retentionMs: 4 },
  { type: 'closing', reason: 'server', retry: 100 },
  { type: 'closing', reason: 'signed_out', retry: false },
  { type: 'error', id: 'x', code: 'too_large', message: 'no', details: { field: 'data.content' }, retryAfterMs: 1, requestId: 'r' },
];

describe('a frame', () => {
  it.each(FRAMES.map((frame) => [frame.type, frame] as const))('is read whole: %s', (_type, frame) => {
    expect(parseFrame(JSON.stringify(frame))).toEqual(frame);
    expect(parseFrame(JSON.stringify({ ...frame, more: 'more' in frame ? frame.more : undefined, news: 1 }))).toEqual(frame);
  });

  it.each(FRAMES.map((frame) => [frame.type, frame] as const))('is read, or not, whatever is missing or broken: %s', (_type, frame) => {
    for (const field of Object.keys(frame).filter((name) => name !== 'type')) {
      for (const broken of [undefined, null, -1, 1.5, '', [], {}, [null]]) {
        expect(() => parseFrame(JSON.stringify({ ...frame, [field]: broken }))).not.toThrow();
      }
    }
  });

  it.each([
    ['a subscribed without its head', { type: 'subscribed', channel: 'all', entries: [] }],
    ['a subscribed without entries', { type: 'subscribed', channel: 'all', head: 1 }],
    ['a message with the number 0', { type: 'message', channel: 'all', ...entry, seq: 0 }],
    ['a presence of both', { type: 'presence', channel: 'room:a', at: 1, joined: sender, left: sender }],
    ['a presence of nobody', { type: 'presence', channel: 'room:a', at: 1 }],
    ['a signal of nobody', { type: 'signal', channel: 'room:a', content: 1, at: 1 }],
    ['a closing without a reason', { type: 'closing', retry: 1 }],
  ])('is passed over: %s', (_name, frame) => {
    expect(parseFrame(JSON.stringify(frame))).toBeUndefined();
  });

  it('is left without the entries that cannot be read', () => {
    const frame = { type: 'subscribed', channel: 'all', head: 6, recovered: true, entries: [{ seq: 5 }, { ...entry, seq: 6 }], more: false };
    expect(parseFrame(JSON.stringify(frame))).toMatchObject({ entries: [{ seq: 6 }] });
  });

  it('of a server that does not say so yet has nothing behind it', () => {
    expect(parseFrame('{"type":"pong","at":1,"expiresAt":2}')).toMatchObject({ behind: [], connection: '', heartbeatMs: 60_000, retentionMs: 7_200_000 });
  });
});

// What else an application sees of a connection: questions, frames nobody expects, its end, listeners.
import { describe, expect, it, vi } from 'vitest';
import { QUESTION_MS } from '../src/connection.ts';
import { ANSWER_TIMEOUT_MS } from '../src/limits.ts';
import { codeOf, Harness, outcome } from './kit/harness.ts';

describe('questions', () => {
  it('are answered', async () => {
    const harness = await Harness.open();
    for (let n = 1; n <= 3; n += 1) {
      harness.server.publish('all', n);
    }
    await harness.clock.advance(100);
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
    expect(codeOf(page.error)).toBe('forbidden');
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
    expect(codeOf(echo.error)).toBe('unanswered');
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
    await harness.clock.advance(100);
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
    await harness.clock.advance(ANSWER_TIMEOUT_MS);
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
    expect([...waiting, question].map(({ error }) => codeOf(error))).toEqual(['closed', 'closed', 'closed']);
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
    await harness.clock.advance(100);
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
    await harness.clock.advance(100);
    expect(heard).toEqual([1]);
  });
});

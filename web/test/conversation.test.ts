// One conversation, on a connection that does as it is told.
import { CarillonError } from '@carillon/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Conversation } from '../lib/conversation.ts';
import { fateOf, MAX_KEPT } from '../lib/timeline.ts';
import { BELIEVE_FOR, TELL_EVERY } from '../lib/typing.ts';
import { ADA, BOB, FakeConnection, message, page, settled } from './kit/connection.ts';

const CAROL = { id: 'carol', name: 'Carol' };

let connection: FakeConnection;
let conversation: Conversation;
const meet = vi.fn();
const report = vi.fn();
const state = (): ReturnType<Conversation['state']['get']> => conversation.state.get();
const seqs = (): number[] => state().entries.map(({ seq }) => seq);

beforeEach(() => {
  vi.useFakeTimers();
  report.mockClear();
  connection = new FakeConnection();
  conversation = new Conversation({ channel: 'all', me: ADA, connection: () => connection, report, meet });
});

afterEach(() => { vi.useRealTimers(); });

async function loadedWith(seqs: readonly number[], more = false): Promise<void> {
  conversation.load();
  connection.asked[0]?.answer.resolve(page(seqs, more));
  await settled();
}

describe('history', () => {
  it('is read once, and again by nothing but a wish for older', async () => {
    await loadedWith([5, 6], true);
    conversation.load();
    expect(connection.asked.map((one) => one.page)).toEqual([{}]);
    void conversation.loadOlder();
    expect(connection.asked[1]?.page).toEqual({ before: 5 });
    expect(state()).toMatchObject({ isLoaded: true, isLoading: true, hasOlder: true });
    connection.asked[1]?.answer.resolve(page([3, 4], false));
    await settled();
    expect(seqs()).toEqual([3, 4, 5, 6]);
    expect(state()).toMatchObject({ isLoading: false, hasOlder: false });
  });

  it('is asked for once at a time', async () => {
    await loadedWith([5], true);
    void conversation.loadOlder();
    void conversation.loadOlder();
    expect(connection.asked).toHaveLength(2);
  });

  it('is no news until it has been read', async () => {
    conversation.arrived(message(6));
    conversation.load();
    expect(state()).toMatchObject({ isQuiet: true, received: 0 });
    expect(connection.asked[0]?.page).toEqual({ before: 6 });
    connection.asked[0]?.answer.resolve(page([5], false));
    await settled();
    expect(conversation.arrived(message(6))).toBe(false);
    expect(state()).toMatchObject({ isQuiet: true, received: 0 });
    await vi.advanceTimersByTimeAsync(500);
    expect(conversation.arrived(message(7))).toBe(true);
    expect(state()).toMatchObject({ isQuiet: false, received: 1 });
  });

  it('can be asked for again if it could not be read', async () => {
    conversation.load();
    connection.asked[0]?.answer.reject(new CarillonError('unanswered', 'x'));
    await settled();
    expect(state()).toMatchObject({ isLoaded: false, hasOlder: true });
    expect(report).toHaveBeenCalledExactlyOnceWith('Older messages could not be loaded. Try again in a moment.');
    conversation.load();
    expect(connection.asked).toHaveLength(2);
  });
});

describe('what arrives', () => {
  it('is shown once and in order, whichever way it came', async () => {
    await loadedWith([5, 6]);
    for (const seq of [8, 7, 8, 6]) conversation.arrived(message(seq));
    expect(seqs()).toEqual([5, 6, 7, 8]);
    expect(state().received).toBe(2);
  });

  it('is news only if somebody else wrote it', () => {
    expect(conversation.arrived(message(5, { sender: ADA }))).toBe(false);
    expect(conversation.arrived(message(6))).toBe(true);
  });

  it('takes the place of everything if too much was missed', async () => {
    await loadedWith([5, 6], true);
    conversation.reload({ channel: 'all', entries: [message(20), message(21)], cursor: 21 });
    conversation.arrived(message(22));
    expect(seqs()).toEqual([20, 21, 22]);
    expect(state().hasOlder).toBe(false);
  });

  it.each([[MAX_KEPT - 1, false], [MAX_KEPT, false], [MAX_KEPT + 1, true]])('is bounded: %i', async (count, isCut) => {
    await loadedWith([]);
    for (let seq = 1; seq <= count; seq++) conversation.arrived(message(seq));
    expect(seqs()).toHaveLength(Math.min(count, MAX_KEPT));
    expect(seqs().at(-1)).toBe(count);
    expect(state().hasOlder).toBe(isCut);
  });
});

describe('what is sent', () => {
  it('keeps its place and its key when its push comes first', async () => {
    await loadedWith([5]);
    conversation.send('hello');
    const { id = '', ack } = connection.sent[0] ?? {};
    expect(state().drafts.map(fateOf)).toEqual(['pending']);
    conversation.arrived(message(6, { id, sender: ADA, content: 'hello' }));
    ack?.resolve({ id, channel: 'all', seq: 6, at: 6, duplicate: false });
    await settled();
    expect(state()).toMatchObject({ drafts: [], received: 0 });
    expect(state().entries.map(({ key, seq }) => [key, seq])).toEqual([['5', 5], [id, 6]]);
  });

  it('keeps them when its acknowledgement comes first', async () => {
    await loadedWith([5]);
    conversation.send('hello');
    const { id = '', ack } = connection.sent[0] ?? {};
    ack?.resolve({ id, channel: 'all', seq: 6, at: 6, duplicate: false });
    await settled();
    conversation.arrived(message(6, { id, sender: ADA, content: 'hello' }));
    expect(state().drafts).toEqual([]);
    expect(state().entries.at(-1)).toMatchObject({ key: id, seq: 6, content: 'hello', sender: ADA });
  });

  it('is not taken for what somebody else sent under the same id', async () => {
    await loadedWith([5]);
    conversation.send('hello');
    conversation.arrived(message(6, { id: connection.sent[0]?.id ?? '' }));
    expect(state().drafts).toHaveLength(1);
    expect(state().entries.at(-1)?.key).toBe('6');
  });

  it('says why it failed, and can be tried again as a new message, or given up', async () => {
    await loadedWith([5]);
    conversation.send('hello');
    connection.sent[0]?.ack.reject(new CarillonError('forbidden', 'x'));
    await settled();
    expect(state().drafts).toMatchObject([{ content: 'hello', problem: 'Not sent: you may not write here.' }]);
    conversation.retry(connection.sent[0]?.id ?? '');
    expect(connection.sent.map(({ content }) => content)).toEqual(['hello', 'hello']);
    expect(connection.sent[1]?.id).not.toBe(connection.sent[0]?.id);
    expect(state().drafts.map(fateOf)).toEqual(['pending']);
    conversation.discard(connection.sent[1]?.id ?? '');
    expect(state().drafts).toEqual([]);
  });
});

describe('typing', () => {
  it('is told at most every few seconds, and at once after a message', async () => {
    for (const text of ['h', 'he', 'hel']) conversation.write(text);
    expect(connection.signal).toHaveBeenCalledExactlyOnceWith('all', { typing: true });
    await vi.advanceTimersByTimeAsync(TELL_EVERY - 1);
    conversation.write('hell');
    expect(connection.signal).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(1);
    conversation.write('hello');
    expect(connection.signal).toHaveBeenCalledTimes(2);
    conversation.send('hello');
    conversation.write('');
    conversation.write(' ');
    expect(connection.signal).toHaveBeenCalledTimes(2);
    conversation.write('a');
    expect(connection.signal).toHaveBeenCalledTimes(3);
  });

  it('of others is shown until it is no longer believed, or their message has come', async () => {
    const typing = (sender: typeof BOB): void => { conversation.signal({ channel: 'all', sender, content: { typing: true }, at: 0 }); };
    typing(BOB);
    await vi.advanceTimersByTimeAsync(1_000);
    typing(CAROL);
    expect(state().typing).toEqual(['Bob', 'Carol']);
    await vi.advanceTimersByTimeAsync(BELIEVE_FOR - 1_000);
    expect(state().typing).toEqual(['Carol']);
    conversation.arrived(message(5, { sender: CAROL }));
    expect(state().typing).toEqual([]);
    conversation.close();
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each([[{ typing: false }], ['typing'], [7], [[true]], [{}]])('is nothing else: %j', (content) => {
    conversation.signal({ channel: 'all', sender: BOB, content, at: 0 });
    expect(state().typing).toEqual([]);
  });

  it('of oneself, on another device, is not shown', () => {
    conversation.signal({ channel: 'all', sender: ADA, content: { typing: true }, at: 0 });
    expect(state().typing).toEqual([]);
  });
});

describe('people', () => {
  it('are those of the answer, with who came and went since, by name and once', async () => {
    void conversation.refreshPeople();
    connection.asking[0]?.answer.resolve({ channel: 'all', users: [CAROL, ADA, ADA], more: true });
    await settled();
    expect(state()).toMatchObject({ people: [ADA, CAROL], hasMorePeople: true });
    conversation.presence({ channel: 'all', at: 1, kind: 'joined', person: BOB });
    conversation.presence({ channel: 'all', at: 1, kind: 'joined', person: BOB });
    expect(state().people).toEqual([ADA, BOB, CAROL]);
    conversation.presence({ channel: 'all', at: 2, kind: 'left', person: ADA });
    expect(state().people).toEqual([BOB, CAROL]);
  });

  it('stay as they are if nobody can say', async () => {
    conversation.presence({ channel: 'all', at: 1, kind: 'joined', person: BOB });
    void conversation.refreshPeople();
    connection.asking[0]?.answer.reject(new CarillonError('unanswered', 'x'));
    await settled();
    expect(state().people).toEqual([BOB]);
  });
});

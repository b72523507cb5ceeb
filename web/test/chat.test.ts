// The conversation, on a connection that does as it is told.
import { type Ack, CarillonError, type ConnectionEvents, type HistoryPage, type Message, type PageRequest } from '@carillon/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Chat, type ChatConnection } from '../lib/chat.ts';
import { fateOf, MAX_KEPT } from '../lib/timeline.ts';

const ADA = { id: 'ada', name: 'Ada' };
const BOB = { id: 'bob', name: 'Bob' };

interface Deferred<T> {
  readonly promise: Promise<T>;
  resolve(value: T): void;
  reject(error: Error): void;
}

function deferred<T>(): Deferred<T> {
  let settle!: Omit<Deferred<T>, 'promise'>;
  const promise = new Promise<T>((resolve, reject) => { settle = { resolve, reject }; });
  return { promise, ...settle };
}

class FakeConnection implements ChatConnection {
  readonly status = { state: 'idle' } as const;
  readonly sent: { readonly content: unknown; readonly id: string; readonly ack: Deferred<Ack> }[] = [];
  readonly asked: { readonly page: PageRequest; readonly answer: Deferred<HistoryPage> }[] = [];
  readonly start = vi.fn();
  readonly close = vi.fn();
  readonly wake = vi.fn();
  readonly #listeners = new Map<string, ((value: never) => void)[]>();

  on<E extends keyof ConnectionEvents>(event: E, listener: (value: ConnectionEvents[E]) => void): () => void {
    this.#listeners.set(event, [...(this.#listeners.get(event) ?? []), listener]);
    return () => undefined;
  }

  emit<E extends keyof ConnectionEvents>(event: E, value: ConnectionEvents[E]): void {
    for (const listener of this.#listeners.get(event) ?? []) listener(value as never);
  }

  send(_recipient: string, content: unknown, id = ''): Promise<Ack> {
    const ack = deferred<Ack>();
    this.sent.push({ content, id, ack });
    return ack.promise;
  }

  history(_channel: string, page: PageRequest = {}): Promise<HistoryPage> {
    const answer = deferred<HistoryPage>();
    this.asked.push({ page, answer });
    return answer.promise;
  }
}

const message = (seq: number, more: Partial<Message> = {}): Message => ({ channel: 'all', seq, sender: BOB, content: `no. ${seq}`, at: seq, ...more });
const page = (seqs: readonly number[], more: boolean): HistoryPage => ({ channel: 'all', entries: seqs.map((seq) => message(seq)), more });
const settled = (): Promise<void> => vi.advanceTimersByTimeAsync(0).then(() => undefined);

let connection: FakeConnection;
let chat: Chat;
const onSignedOut = vi.fn();
const state = (): ReturnType<Chat['state']['get']> => chat.state.get();
const seqs = (): number[] => state().entries.map(({ seq }) => seq);

beforeEach(() => {
  vi.useFakeTimers();
  onSignedOut.mockClear();
  chat = new Chat({ me: ADA, connect: () => (connection = new FakeConnection()), onSignedOut });
});

afterEach(() => { vi.useRealTimers(); });

async function openWith(seqs: readonly number[], more = false): Promise<() => void> {
  const close = chat.open();
  connection.emit('status', { state: 'open' });
  connection.asked[0]?.answer.resolve(page(seqs, more));
  await settled();
  return close;
}

describe('history', () => {
  it('is read once when the connection is open, and again by nothing but a wish for older', async () => {
    await openWith([5, 6], true);
    connection.emit('status', { state: 'waiting', retryAt: 0, reason: 'x' });
    connection.emit('status', { state: 'open' });
    expect(connection.asked.map((one) => one.page)).toEqual([{}]);
    void chat.loadOlder();
    expect(connection.asked[1]?.page).toEqual({ before: 5 });
    expect(state()).toMatchObject({ isLoaded: true, isLoading: true, hasOlder: true });
    connection.asked[1]?.answer.resolve(page([3, 4], false));
    await settled();
    expect(seqs()).toEqual([3, 4, 5, 6]);
    expect(state()).toMatchObject({ isLoading: false, hasOlder: false });
  });

  it('is asked for once at a time', async () => {
    await openWith([5], true);
    void chat.loadOlder();
    void chat.loadOlder();
    expect(connection.asked).toHaveLength(2);
  });

  it('is no news until it has been read', async () => {
    chat.open();
    connection.emit('message', message(6));
    connection.emit('status', { state: 'open' });
    expect(state()).toMatchObject({ isQuiet: true, received: 0 });
    connection.asked[0]?.answer.resolve(page([5], false));
    await settled();
    connection.emit('message', message(6));
    expect(state()).toMatchObject({ isQuiet: true, received: 0 });
    await vi.advanceTimersByTimeAsync(500);
    connection.emit('message', message(7));
    expect(state()).toMatchObject({ isQuiet: false, received: 1 });
  });

  it('can be asked for again if it could not be read', async () => {
    chat.open();
    connection.emit('status', { state: 'open' });
    connection.asked[0]?.answer.reject(new CarillonError('unanswered', 'x'));
    await settled();
    expect(state()).toMatchObject({ isLoaded: false, hasOlder: true, problem: 'Older messages could not be loaded. Try again in a moment.' });
    chat.dismiss();
    expect(state().problem).toBeUndefined();
  });
});

describe('what arrives', () => {
  it('is shown once and in order, whichever way it came', async () => {
    await openWith([5, 6]);
    for (const seq of [8, 7, 8, 6]) connection.emit('message', message(seq));
    expect(seqs()).toEqual([5, 6, 7, 8]);
    expect(state().received).toBe(2);
  });

  it('is nothing of another channel', async () => {
    await openWith([5]);
    connection.emit('message', message(9, { channel: 'user:ada' }));
    expect(seqs()).toEqual([5]);
  });

  it.each([[MAX_KEPT - 1, false], [MAX_KEPT, false], [MAX_KEPT + 1, true]])('is bounded: %i', async (count, isCut) => {
    await openWith([]);
    for (let seq = 1; seq <= count; seq++) connection.emit('message', message(seq));
    expect(seqs()).toHaveLength(Math.min(count, MAX_KEPT));
    expect(seqs().at(-1)).toBe(count);
    expect(state().hasOlder).toBe(isCut);
  });
});

describe('what is sent', () => {
  it('keeps its place and its key when its push comes first', async () => {
    await openWith([5]);
    chat.send('hello');
    const { id = '', ack } = connection.sent[0] ?? {};
    expect(state().drafts.map(fateOf)).toEqual(['pending']);
    connection.emit('message', message(6, { id, sender: ADA, content: 'hello' }));
    ack?.resolve({ id, channel: 'all', seq: 6, at: 6, duplicate: false });
    await settled();
    expect(state()).toMatchObject({ drafts: [], received: 0 });
    expect(state().entries.map(({ key, seq }) => [key, seq])).toEqual([['5', 5], [id, 6]]);
  });

  it('keeps them when its acknowledgement comes first', async () => {
    await openWith([5]);
    chat.send('hello');
    const { id = '', ack } = connection.sent[0] ?? {};
    ack?.resolve({ id, channel: 'all', seq: 6, at: 6, duplicate: false });
    await settled();
    connection.emit('message', message(6, { id, sender: ADA, content: 'hello' }));
    expect(state().drafts).toEqual([]);
    expect(state().entries.at(-1)).toMatchObject({ key: id, seq: 6, content: 'hello', sender: ADA });
  });

  it('is not taken for what somebody else sent under the same id', async () => {
    await openWith([5]);
    chat.send('hello');
    connection.emit('message', message(6, { id: connection.sent[0]?.id ?? '' }));
    expect(state().drafts).toHaveLength(1);
    expect(state().entries.at(-1)?.key).toBe('6');
  });

  it('says why it failed, and can be tried again as a new message, or given up', async () => {
    await openWith([5]);
    chat.send('hello');
    connection.sent[0]?.ack.reject(new CarillonError('forbidden', 'x'));
    await settled();
    expect(state().drafts).toMatchObject([{ content: 'hello', problem: 'Not sent: you may not write here.' }]);
    chat.retry(connection.sent[0]?.id ?? '');
    expect(connection.sent.map(({ content }) => content)).toEqual(['hello', 'hello']);
    expect(connection.sent[1]?.id).not.toBe(connection.sent[0]?.id);
    expect(state().drafts.map(fateOf)).toEqual(['pending']);
    chat.discard(connection.sent[1]?.id ?? '');
    expect(state().drafts).toEqual([]);
  });
});

it('passes on that the user is signed out', () => {
  chat.open();
  connection.emit('status', { state: 'signed-out', reason: 'signed_out' });
  expect(onSignedOut).toHaveBeenCalledExactlyOnceWith('signed_out');
});

it('closes its connection, and opens a new one', () => {
  const close = chat.open();
  const first = connection;
  close();
  chat.open();
  expect(first.close).toHaveBeenCalledOnce();
  expect(connection).not.toBe(first);
  chat.wake();
  expect(connection.wake).toHaveBeenCalledOnce();
});

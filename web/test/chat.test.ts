// All conversations of a user: which there are, which one is open, what is unread, and what is remembered.
import { CarillonError, type Person } from '@carillon/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Chat } from '../lib/chat.ts';
import { Memories, type Shelf } from '../lib/memory.ts';
import { ADA, BOB, FakeConnection, message, page, settled } from './kit/connection.ts';

const ROOM = 'room:lobby';
const DIRECT = 'dm:ada:bob';

/** What the browser keeps, by its name. */
let kept: Map<string, string>;
let connection: FakeConnection;
let isLooking: boolean;
const onSignedOut = vi.fn();

const shelf: Shelf = {
  getItem: (name) => kept.get(name) ?? null,
  setItem: (name, value) => void kept.set(name, value),
  removeItem: (name) => void kept.delete(name),
};

function newChat(): Chat {
  const connect = (): FakeConnection => (connection = new FakeConnection());
  return new Chat({ me: ADA, connect, onSignedOut, isLooking: () => isLooking, memories: new Memories('ada', () => shelf) });
}

/** Open, with `all` joined and everything in it read. */
async function opened(): Promise<Chat> {
  const chat = newChat();
  chat.open();
  connection.emit('status', { state: 'open' });
  connection.emit('joined', { channel: 'all', head: 5 });
  connection.asked[0]?.answer.resolve(page([5], false));
  await settled();
  return chat;
}

const list = (chat: Chat): unknown[] => chat.state.get().list.map(({ title, unread }) => [title, unread]);

beforeEach(() => {
  vi.useFakeTimers();
  onSignedOut.mockClear();
  kept = new Map();
  isLooking = true;
});

afterEach(() => { vi.useRealTimers(); });

describe('the open conversation', () => {
  it('is everyone\'s at first, and read when it is joined: what comes meanwhile comes by itself then', async () => {
    const chat = newChat();
    chat.open();
    connection.emit('status', { state: 'open' });
    expect(connection.join).toHaveBeenCalledExactlyOnceWith('all', { presence: true });
    expect(connection.asked).toEqual([]);
    connection.emit('joined', { channel: 'all', head: 5 });
    expect(connection.asked.map(({ channel }) => channel)).toEqual(['all']);
    expect(connection.asking.map(({ channel }) => channel)).toEqual(['all']);
    connection.asked[0]?.answer.resolve(page([5], false));
    await settled();
    expect(chat.conversation('all').last).toBe(5);
  });

  it('is a room as soon as its name is given, read when it is joined', async () => {
    const chat = await opened();
    expect(chat.enter(' lobby ')).toBeUndefined();
    expect(chat.state.get().open).toBe(ROOM);
    expect(list(chat)).toEqual([['Everyone', 0], ['lobby', 0]]);
    expect(connection.join).toHaveBeenLastCalledWith(ROOM, { presence: true });
    expect(connection.asked).toHaveLength(1);
    connection.emit('joined', { channel: ROOM, head: 0 });
    expect(connection.asked.at(-1)?.channel).toBe(ROOM);
  });

  it.each([['', 'Give the room a name.'], ['a/b', 'A room’s name has'], ['é', 'A room’s name has'], ['x'.repeat(65), 'A room’s name has']])(
    'is no room with a name that none can have: %j', async (name, problem) => {
      const chat = await opened();
      expect(chat.enter(name)).toContain(problem);
      expect(chat.state.get().open).toBe('all');
    },
  );

  it('asks who is here again on each connection, and when it is shown', async () => {
    const chat = await opened();
    connection.emit('joined', { channel: 'all', head: 5 });
    chat.enter('lobby');
    connection.emit('joined', { channel: ROOM, head: 0 });
    chat.show('all');
    expect(connection.asking.map(({ channel }) => channel)).toEqual(['all', 'all', ROOM, 'all']);
    expect(connection.asked.map(({ channel }) => channel)).toEqual(['all', ROOM]);
  });

  it('is everyone\'s again when the room is left', async () => {
    const chat = await opened();
    chat.enter('lobby');
    chat.leave(ROOM);
    expect(connection.leave).toHaveBeenCalledExactlyOnceWith(ROOM);
    expect(chat.state.get().open).toBe('all');
    expect(list(chat)).toEqual([['Everyone', 0]]);
  });

  it('is everyone\'s again when the room is refused, and says why', async () => {
    const chat = await opened();
    chat.enter('lobby');
    connection.emit('refused', { channel: ROOM, error: new CarillonError('limit_reached', 'x') });
    expect(chat.state.get()).toMatchObject({ open: 'all', problem: 'You are in as many rooms as you may be. Leave one, and try again.' });
    expect(list(chat)).toEqual([['Everyone', 0]]);
  });
});

describe('a direct conversation', () => {
  it('begins with a click on a person, and not on oneself', async () => {
    const chat = await opened();
    chat.talkTo(ADA);
    expect(chat.state.get().open).toBe('all');
    chat.talkTo(BOB);
    expect(chat.state.get().open).toBe(DIRECT);
    expect(connection.join).toHaveBeenLastCalledWith(DIRECT, {});
    connection.emit('joined', { channel: DIRECT, head: 0 });
    expect(list(chat)).toEqual([['Everyone', 0], ['Bob', 0]]);
    expect(connection.asking.map(({ channel }) => channel)).not.toContain(DIRECT);
  });

  it('begins with what somebody writes, and is unread', async () => {
    const chat = await opened();
    connection.emit('joined', { channel: DIRECT, head: 9 });
    connection.emit('message', message(9, { channel: DIRECT }));
    expect(list(chat)).toEqual([['Everyone', 0], ['Bob', 1]]);
    chat.show(DIRECT);
    expect(list(chat)).toEqual([['Everyone', 0], ['Bob', 0]]);
  });

  it('keeps the name of the other one, also for the next visit', async () => {
    const chat = await opened();
    chat.talkTo(BOB);
    const next = newChat();
    next.open();
    connection.emit('joined', { channel: DIRECT, head: 9 });
    connection.emit('message', message(9, { channel: DIRECT, sender: ADA }));
    expect(list(next)).toEqual([['Everyone', 0], ['Bob', 0]]);
  });

  it.each<[string, (carol: Person) => void]>([
    ['a message elsewhere', (sender) => { connection.emit('message', message(6, { sender })); }],
    ['coming into a room', (person) => { connection.emit('presence', { channel: 'all', kind: 'joined', person, at: 7 }); }],
    ['the list of those who are here', (person) => { connection.asking[0]?.answer.resolve({ channel: 'all', users: [person], more: false }); }],
  ])('is called by a name known from %s', async (_name, hear) => {
    // GIVEN a conversation in which only this user has written
    const chat = await opened();
    connection.emit('message', message(9, { channel: 'dm:ada:carol', sender: ADA }));
    expect(chat.titleOf('dm:ada:carol')).toBe('Somebody (carol)');
    // WHEN
    hear({ id: 'carol', name: 'Carol' });
    await settled();
    // THEN
    expect(chat.titleOf('dm:ada:carol')).toBe('Carol');
    expect(chat.state.get().list.at(-1)?.title).toBe('Carol');
    expect(list(chat)).toContainEqual(['Carol', 0]);
  });

  it('with somebody whose name is not known says so', async () => {
    const chat = await opened();
    connection.emit('message', message(9, { channel: 'dm:0123456789:ada', sender: ADA }));
    expect(list(chat)).toEqual([['Everyone', 0], ['Somebody (01234567)', 0]]);
  });
});

describe('unread', () => {
  it('is what others write where nobody looks, until it is shown', async () => {
    const chat = await opened();
    chat.enter('lobby');
    connection.emit('joined', { channel: ROOM, head: 0 });
    connection.emit('message', message(6));
    connection.emit('message', message(7, { sender: ADA }));
    connection.emit('message', message(8));
    connection.emit('message', message(1, { channel: ROOM }));
    expect(list(chat)).toEqual([['Everyone', 2], ['lobby', 0]]);
    chat.show('all');
    expect(list(chat)).toEqual([['Everyone', 0], ['lobby', 0]]);
  });

  it('is also what comes while the page is hidden, until it is looked at again', async () => {
    const chat = await opened();
    isLooking = false;
    connection.emit('message', message(6));
    expect(list(chat)).toEqual([['Everyone', 1]]);
    isLooking = true;
    chat.wake();
    expect(list(chat)).toEqual([['Everyone', 0]]);
  });

  it('is something, uncounted, if there is more than at the last visit', async () => {
    const chat = await opened();
    chat.enter('lobby');
    connection.emit('joined', { channel: ROOM, head: 3 });
    connection.emit('message', message(4, { channel: ROOM }));
    const next = newChat();
    next.open();
    expect(connection.join.mock.calls).toEqual([['all', { presence: true }], [ROOM, {}]]);
    connection.emit('joined', { channel: ROOM, head: 4 });
    expect(list(next)).toEqual([['Everyone', 0], ['lobby', 0]]);
    connection.emit('joined', { channel: ROOM, head: 5 });
    expect(list(next)).toEqual([['Everyone', 0], ['lobby', 'some']]);
    next.show(ROOM);
    expect(list(next)).toEqual([['Everyone', 0], ['lobby', 0]]);
  });

  it('strokes the bell once for each', async () => {
    const chat = await opened();
    for (const seq of [6, 6, 7]) connection.emit('message', message(seq));
    expect(chat.state.get().received).toBe(2);
  });
});

it('is nothing of the user\'s own channel, which is for the back end', async () => {
  const chat = await opened();
  connection.emit('joined', { channel: 'user:ada', head: 9 });
  connection.emit('message', message(9, { channel: 'user:ada' }));
  expect(list(chat)).toEqual([['Everyone', 0]]);
});

it('passes on that the user is signed out, and then leaves nothing in the browser', async () => {
  const chat = await opened();
  chat.enter('lobby');
  expect([...kept.keys()]).toEqual(['carillon:ada']);
  connection.emit('status', { state: 'signed-out', reason: 'not_signed_in' });
  expect(onSignedOut).toHaveBeenLastCalledWith('not_signed_in');
  expect(kept.size).toBe(1);
  connection.emit('status', { state: 'signed-out', reason: 'signed_out' });
  expect(onSignedOut).toHaveBeenLastCalledWith('signed_out');
  expect(kept.size).toBe(0);
});

it('leaves nothing in the browser when the user signs out, but remembers if that did not work', async () => {
  const chat = await opened();
  chat.forget();
  connection.emit('message', message(6));
  expect(kept.size).toBe(0);
  chat.remember();
  expect(kept.size).toBe(1);
});

it('closes its connection, and opens a new one', () => {
  const chat = newChat();
  const close = chat.open();
  const first = connection;
  close();
  chat.open();
  expect(first.close).toHaveBeenCalledOnce();
  expect(connection).not.toBe(first);
  chat.wake();
  expect(connection.wake).toHaveBeenCalledOnce();
});

// A model of the server of PROTOCOL.md, in memory: channels and members, acknowledgements by id, pushes, connections
// that end. Functions run side by side, in steps, and everything between may take its time or get lost.
import type { ClientFrame, Entry, Json, MessageRequest, SubscribeRequest, UnsubscribeRequest } from '../../src/protocol.ts';
import type { SocketFactory } from '../../src/socket.ts';
import type { ManualClock } from './clock.ts';
import { Faults } from './faults.ts';
import { Log } from './log.ts';
import type { FakeSession } from './session.ts';
import { FakeSocket } from './socket.ts';

const CONNECTION_LIFE_MS = 7_200_000;
/** What the deployment decided, in milliseconds, unless a test has it decide otherwise. */
export const HEARTBEAT_MS = 240_000;
export const RETENTION_MS = 86_400_000;

type Answer = Readonly<Record<string, unknown>>;

export class Server {
  /** Whether handshakes succeed; a client without a valid token fails all the same. */
  accepting = true;
  /** Whether a handshake gets any answer. */
  answering = true;
  faults = new Faults();
  /** How many entries an answer holds. */
  pageSize = 50;
  /** How many rooms and groups a connection may be in. */
  maxRooms = 1000;
  heartbeatMs = HEARTBEAT_MS;
  retentionMs = RETENTION_MS;
  /** Takes a frame in the server's place, if it answers true. */
  intercept: ((frame: ClientFrame, socket: FakeSocket) => boolean) | undefined;
  readonly sockets: FakeSocket[] = [];
  /** Where a connection's joining and leaving of one channel happened in another order than they were asked. */
  readonly overtakings: string[] = [];
  readonly #clock: ManualClock;
  readonly #logs = new Map<string, Log>();
  /** Acknowledged messages by user and id. */
  readonly #known = new Map<string, { readonly text: string; readonly entry: Entry }>();

  constructor(clock: ManualClock) {
    this.#clock = clock;
  }

  get last(): FakeSocket {
    const socket = this.sockets.at(-1);
    if (socket === undefined) {
      throw new Error('no socket yet');
    }
    return socket;
  }

  get open(): FakeSocket[] {
    return this.sockets.filter(({ state }) => state === 'open');
  }

  /** The channels that have a log. */
  get channels(): readonly string[] {
    return [...this.#logs.keys()];
  }

  log(channel: string): Log {
    const log = this.#logs.get(channel) ?? new Log();
    this.#logs.set(channel, log);
    return log;
  }

  connect(session: FakeSession): SocketFactory {
    return (url, protocols) => {
      const socket = new FakeSocket(url, protocols, (from, frame) => {
        this.#take(from, frame);
      });
      this.sockets.push(socket);
      this.#clock.after(this.faults.delay, () => {
        this.#handshake(socket, session);
      });
      return socket;
    };
  }

  /** A message by somebody else; `pushed: false` loses all its pushes. */
  publish(channel: string, content: Json, { pushed = true, sender = 'somebody' } = {}): Entry {
    const entry = this.#append(channel, content, sender);
    if (pushed) {
      this.push(channel, entry);
    }
    return entry;
  }

  push(channel: string, entry: Entry): void {
    for (const socket of this.#members(channel)) {
      this.#post(socket, { type: 'message', channel, ...entry });
    }
  }

  /** Tells those who want to know that somebody came or went. */
  tell(channel: string, change: { readonly joined?: string; readonly left?: string }): void {
    const people = Object.entries(change).map(([kind, name]) => [kind, { id: name, name }]);
    for (const socket of this.#members(channel).filter(({ channels }) => channels.get(channel) === true)) {
      this.#post(socket, { type: 'presence', channel, at: this.#clock.now(), ...Object.fromEntries(people) });
    }
  }

  #take(socket: FakeSocket, frame: ClientFrame): void {
    if (this.intercept?.(frame, socket) === true) {
      return;
    }
    this.#clock.after(this.faults.delay + this.faults.work, () => {
      if (socket.state === 'open') {
        this.#serve(socket, frame);
      }
    });
  }

  #handshake(socket: FakeSocket, session: FakeSession): void {
    if (socket.state !== 'connecting' || !this.answering) {
      return;
    }
    if (this.accepting && session.valid && session.user !== undefined) {
      socket.open(session.user, Math.min(session.expiresAt, this.#clock.now() + CONNECTION_LIFE_MS));
    } else {
      socket.die();
    }
  }

  #serve(socket: FakeSocket, frame: ClientFrame): void {
    if (this.#clock.now() >= socket.endsAt) {
      this.#answer(socket, frame, { type: 'error', code: 'token_expired', message: 'ended', requestId: 'r' });
    } else if (this.faults.happens('gateway')) {
      // Served or not: whoever asked cannot know.
      this.#result(socket, frame, () => undefined, this.faults.happens('gateway'));
      socket.deliver({ message: 'Internal server error', connectionId: 'c', requestId: 'r' });
    } else if (this.faults.happens('unavailable')) {
      this.#result(socket, frame, () => undefined, this.faults.happens('unavailable'));
      this.#answer(socket, frame, { type: 'error', code: 'unavailable', message: 'later', retryAfterMs: 200 });
    } else {
      this.#result(socket, frame, (answer) => {
        this.#answer(socket, frame, answer);
      });
    }
  }

  #result(socket: FakeSocket, frame: ClientFrame, done: (answer: Answer) => void, isServed = true): void {
    if (!isServed) {
      return;
    }
    switch (frame.action) {
      case 'ping':
        done(this.#pong(socket, new Map(Object.entries(frame.data.cursors))));
        break;
      case 'echo':
        done({ type: 'echo', content: frame.data.content });
        break;
      case 'history':
        done(this.#history(socket, frame.data));
        break;
      case 'message':
        done(this.#accept(socket, frame));
        break;
      case 'subscribe':
        this.#subscribe(socket, frame, done);
        break;
      case 'unsubscribe':
        this.#change(socket, frame);
        done({ type: 'unsubscribed', channel: frame.data.channel });
        break;
      case 'presence': {
        const users = [...new Set(this.#members(frame.data.channel).map(({ user }) => user ?? ''))];
        done({ type: 'presence', channel: frame.data.channel, users: users.map((id) => ({ id, name: id })), more: false });
        break;
      }
      case 'signal':
        this.#signal(socket, frame.data);
        break;
    }
  }

  /** In two steps, as the server does it: register, then read. */
  #subscribe(socket: FakeSocket, frame: SubscribeRequest, done: (answer: Answer) => void): void {
    const { channel, since } = frame.data;
    if (!mayRead(socket.user ?? '', channel)) {
      done({ type: 'error', code: 'forbidden', message: 'not yours to join' });
      return;
    }
    if (!channel.startsWith('dm:')) {
      if (!socket.channels.has(channel) && socket.channels.size - 2 >= this.maxRooms) {
        done({ type: 'error', code: 'limit_reached', message: 'leave one' });
        return;
      }
      this.#change(socket, frame);
    }
    this.#clock.after(this.faults.work, () => {
      const log = this.log(channel);
      const page = since === undefined
        ? { head: log.head, recovered: true, entries: [], more: false }
        : log.since(since, this.pageSize);
      done({ type: 'subscribed', channel, ...page });
    });
  }

  /** Becomes a member, or is one no more. */
  #change(socket: FakeSocket, frame: SubscribeRequest | UnsubscribeRequest): void {
    const { channel } = frame.data;
    const later = socket.served.findLast((one) => one.data.channel === channel && one.action !== frame.action);
    if (later !== undefined && socket.received.indexOf(later) > socket.received.indexOf(frame)) {
      this.overtakings.push(`${later.action} overtook ${frame.action} of ${channel}`);
    }
    socket.served.push(frame);
    if (frame.action === 'subscribe') {
      // Once asked for it lasts.
      socket.channels.set(channel, frame.data.presence === true || socket.channels.get(channel) === true);
    } else {
      socket.channels.delete(channel);
    }
  }

  #pong(socket: FakeSocket, cursors: ReadonlyMap<string, number>): Answer {
    const direct = this.channels.filter((channel) => isDirectOf(channel, socket.user) && this.log(channel).head > 0);
    const behind = [...cursors].filter(([channel, cursor]) => this.log(channel).head !== cursor).map(([channel]) => channel);
    return {
      type: 'pong',
      at: this.#clock.now(),
      expiresAt: socket.endsAt,
      behind: [...behind, ...direct.filter((channel) => !cursors.has(channel))],
      connection: socket.id,
      heartbeatMs: this.heartbeatMs,
      retentionMs: this.retentionMs,
    };
  }

  #accept(socket: FakeSocket, { id, data }: MessageRequest): Answer {
    const { recipient, content } = data;
    const user = socket.user ?? '';
    if (recipient.startsWith('user:') || !mayRead(user, recipient)) {
      return { type: 'error', code: 'forbidden', message: 'not yours to publish in' };
    }
    if (recipient.startsWith('room:') && !socket.channels.has(recipient)) {
      return { type: 'error', code: 'not_subscribed', message: 'subscribe first' };
    }
    const text = JSON.stringify(data);
    const known = this.#known.get(`${user} ${id}`);
    if (known !== undefined && known.text !== text) {
      return { type: 'error', code: 'conflict', message: 'another message has this id' };
    }
    const entry = known?.entry ?? this.#append(recipient, content, user, id);
    this.#known.set(`${user} ${id}`, { text, entry });
    if (known === undefined) {
      this.push(recipient, entry);
    }
    return { type: 'ack', channel: recipient, seq: entry.seq, at: entry.at, ...(known !== undefined && { duplicate: true }) };
  }

  #history(
    { user = '' }: FakeSocket,
    { channel, before, after, limit = 50 }: Extract<ClientFrame, { readonly action: 'history' }>['data'],
  ): Answer {
    if (!mayRead(user, channel)) {
      return { type: 'error', code: 'forbidden', message: 'not yours to read' };
    }
    const found = this.log(channel).kept.filter(({ seq }) => seq > (after ?? 0) && seq < (before ?? Infinity));
    const entries = after === undefined ? found.slice(-limit) : found.slice(0, limit);
    return { type: 'history', channel, entries, more: entries.length < found.length };
  }

  #signal(from: FakeSocket, { channel, content }: { readonly channel: string; readonly content: Json }): void {
    const sender = { id: from.user ?? '', name: from.user ?? '' };
    for (const socket of this.#members(channel).filter((one) => one !== from)) {
      this.#post(socket, { type: 'signal', channel, sender, content, at: this.#clock.now() });
    }
  }

  #append(channel: string, content: Json, user: string, id?: string): Entry {
    const sender = { id: user, name: user };
    return this.log(channel).append({ ...(id !== undefined && { id }), sender, content, at: this.#clock.now() });
  }

  #members(channel: string): FakeSocket[] {
    return this.open.filter(({ user, channels }) => channels.has(channel) || isDirectOf(channel, user));
  }

  #post(socket: FakeSocket, frame: unknown): void {
    if (this.#clock.now() < socket.endsAt && !this.faults.happens('losePush')) {
      this.#later(socket, frame);
      if (this.faults.happens('doublePush')) {
        this.#later(socket, frame);
      }
    }
  }

  #answer(socket: FakeSocket, frame: ClientFrame, answer: Answer): void {
    if (this.faults.happens('loseAnswer')) {
      return;
    }
    const identified = 'id' in frame ? { ...answer, id: frame.id } : answer;
    this.#later(socket, identified);
    if (this.faults.happens('doubleAnswer')) {
      this.#later(socket, identified);
    }
  }

  #later(socket: FakeSocket, frame: unknown): void {
    this.#clock.after(this.faults.delay, () => {
      socket.deliver(frame);
    });
  }
}

function mayRead(user: string, channel: string): boolean {
  const [kind, ...names] = channel.split(':');
  return kind === 'all' || kind === 'room' || (kind === 'group' && names[0] !== 'closed') || names.includes(user);
}

function isDirectOf(channel: string, user: string | undefined): boolean {
  return channel.startsWith('dm:') && user !== undefined && mayRead(user, channel);
}

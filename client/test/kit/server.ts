// A small model of the server of PROTOCOL.md, in memory: channels, acknowledgements by id, pushes, connections that end.
import type { ClientFrame, Json, Message } from '../../src/protocol.ts';
import type { SocketFactory, WebSocketLike } from '../../src/socket.ts';
import type { ManualClock } from './clock.ts';
import type { FakeSession } from './session.ts';

/** What may go wrong, as probabilities; and how long things take, in milliseconds. */
export interface Faults {
  random: () => number;
  losePush: number;
  doublePush: number;
  loseAnswer: number;
  unavailable: number;
  gateway: number;
  maxDelayMs: number;
}

export const LATENCY_MS = 10;
const FIRST_SEQ = 1_700_000_000_000_000;
const CONNECTION_LIFE_MS = 7_200_000;

type Listener = (event: { readonly data: unknown; readonly code: number }) => void;

/** One socket: the client's end by WebSocketLike, the server's by the rest. */
export class FakeSocket implements WebSocketLike {
  readonly received: ClientFrame[] = [];
  readonly protocols: readonly string[];
  /** Whose it is; undefined before and without a handshake. */
  user: string | undefined;
  endsAt = 0;
  state: 'connecting' | 'open' | 'closed' = 'connecting';
  readonly #server: Server;
  readonly #listeners = new Map<string, Listener[]>();

  constructor(server: Server, protocols: readonly string[]) {
    this.#server = server;
    this.protocols = protocols;
  }

  addEventListener(type: string, listener: Listener): void {
    this.#listeners.set(type, [...(this.#listeners.get(type) ?? []), listener]);
  }

  send(text: string): void {
    if (this.state !== 'open') {
      throw new Error('not open');
    }
    const frame = JSON.parse(text) as ClientFrame;
    this.received.push(frame);
    this.#server.take(this, frame);
  }

  close(): void {
    this.state = 'closed';
  }

  /** What the client sent of one action. */
  sent(action: ClientFrame['action']): ClientFrame[] {
    return this.received.filter((frame) => frame.action === action);
  }

  open(user: string, endsAt: number): void {
    this.user = user;
    this.endsAt = endsAt;
    this.state = 'open';
    this.#emit('open');
  }

  /** Hands the client a frame, or any text. */
  deliver(frame: unknown): void {
    if (this.state === 'open') {
      this.#emit('message', { data: typeof frame === 'string' ? frame : JSON.stringify(frame) });
    }
  }

  die(code = 1006): void {
    if (this.state !== 'closed') {
      this.state = 'closed';
      this.#emit('error');
      this.#emit('close', { code });
    }
  }

  #emit(type: string, event: { readonly data?: unknown; readonly code?: number } = {}): void {
    for (const listener of this.#listeners.get(type) ?? []) {
      listener({ data: event.data, code: event.code ?? 0 });
    }
  }
}

export class Server {
  /** Whether handshakes succeed; a client without a valid token fails all the same. */
  accepting = true;
  /** Whether a handshake gets any answer. */
  answering = true;
  faults: Faults | undefined;
  /** Takes a frame in the server's place, if it answers true. */
  intercept: ((frame: ClientFrame, socket: FakeSocket) => boolean) | undefined;
  readonly sockets: FakeSocket[] = [];
  readonly #clock: ManualClock;
  readonly #logs = new Map<string, Message[]>();
  /** Acknowledged messages by user and id. */
  readonly #known = new Map<string, { readonly text: string; readonly message: Message }>();

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

  log(channel: string): Message[] {
    const log = this.#logs.get(channel) ?? [];
    this.#logs.set(channel, log);
    return log;
  }

  connect(session: FakeSession): SocketFactory {
    return (_url, protocols) => {
      const socket = new FakeSocket(this, protocols);
      this.sockets.push(socket);
      this.#clock.after(this.#delay(), () => {
        this.#handshake(socket, session);
      });
      return socket;
    };
  }

  /** A message by somebody else; `pushed: false` loses all its pushes. */
  publish(channel: string, content: Json, { pushed = true } = {}): Message {
    const message = this.#append(channel, content, 'somebody');
    if (pushed) {
      this.#push(message);
    }
    return message;
  }

  take(socket: FakeSocket, frame: ClientFrame): void {
    if (this.intercept?.(frame, socket) === true) {
      return;
    }
    this.#clock.after(this.#delay(), () => {
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
    const user = socket.user ?? '';
    if (this.#clock.now() >= socket.endsAt) {
      this.#answer(socket, { type: 'error', id: frame.id, code: 'token_expired', message: 'ended', requestId: 'r' });
    } else if (this.#happens('gateway')) {
      // Served or not: whoever asked cannot know.
      if (this.#happens('gateway')) {
        this.#result(user, frame);
      }
      socket.deliver({ message: 'Internal server error', connectionId: 'c', requestId: 'r' });
    } else if (this.#happens('unavailable')) {
      if (this.#happens('unavailable')) {
        this.#result(user, frame);
      }
      const error = { type: 'error', id: frame.id, code: 'unavailable', message: 'later', retryAfterMs: 200 };
      this.#answer(socket, error);
    } else {
      this.#answer(socket, { id: frame.id, ...this.#result(user, frame, socket) });
    }
  }

  #result(user: string, frame: ClientFrame, socket?: FakeSocket): Record<string, unknown> {
    switch (frame.action) {
      case 'ping':
        return { type: 'pong', at: this.#clock.now(), expiresAt: socket?.endsAt };
      case 'echo':
        return { type: 'echo', content: frame.data.content };
      case 'history':
        return this.#history(user, frame.data);
      case 'message':
        return this.#accept(user, frame);
    }
  }

  #accept(user: string, { id, data }: Extract<ClientFrame, { readonly action: 'message' }>): Record<string, unknown> {
    if (data.recipient !== 'all') {
      return { type: 'error', code: 'forbidden', message: 'not yours to publish in' };
    }
    const text = JSON.stringify(data);
    const known = this.#known.get(`${user} ${id}`);
    if (known !== undefined && known.text !== text) {
      return { type: 'error', code: 'conflict', message: 'another message has this id' };
    }
    const message = known?.message ?? this.#append(data.recipient, data.content, user, id);
    this.#known.set(`${user} ${id}`, { text, message });
    if (known === undefined) {
      this.#push(message);
    }
    const { channel, seq, at } = message;
    return { type: 'ack', channel, seq, at, ...(known !== undefined && { duplicate: true }) };
  }

  #history(
    user: string,
    { channel, before, after, limit = 50 }: Extract<ClientFrame, { readonly action: 'history' }>['data'],
  ): Record<string, unknown> {
    if (channel !== 'all' && channel !== `user:${user}`) {
      return { type: 'error', code: 'forbidden', message: 'not yours to read' };
    }
    const found = this.log(channel).filter(({ seq }) => seq > (after ?? 0) && seq < (before ?? Infinity));
    const entries = after === undefined ? found.slice(-limit) : found.slice(0, limit);
    return {
      type: 'history',
      channel,
      entries: entries.map((entry) => ({ ...entry, channel: undefined })),
      more: entries.length < found.length,
    };
  }

  #append(channel: string, content: Json, user: string, id?: string): Message {
    const log = this.log(channel);
    const seq = (log.at(-1)?.seq ?? FIRST_SEQ) + 1;
    const sender = { id: user, name: user };
    const message = { channel, seq, ...(id !== undefined && { id }), sender, content, at: this.#clock.now() };
    log.push(message);
    return message;
  }

  #push(message: Message): void {
    for (const socket of this.open) {
      const member = message.channel === 'all' || message.channel === `user:${socket.user ?? ''}`;
      if (member && this.#clock.now() < socket.endsAt && !this.#happens('losePush')) {
        this.#later(socket, { type: 'message', ...message });
        if (this.#happens('doublePush')) {
          this.#later(socket, { type: 'message', ...message });
        }
      }
    }
  }

  #answer(socket: FakeSocket, frame: unknown): void {
    if (!this.#happens('loseAnswer')) {
      this.#later(socket, frame);
    }
  }

  #later(socket: FakeSocket, frame: unknown): void {
    this.#clock.after(this.#delay(), () => {
      socket.deliver(frame);
    });
  }

  #happens(what: Exclude<keyof Faults, 'random' | 'maxDelayMs'>): boolean {
    return this.faults !== undefined && this.faults.random() < this.faults[what];
  }

  #delay(): number {
    return this.faults === undefined ? LATENCY_MS : Math.ceil(this.faults.random() * this.faults.maxDelayMs);
  }
}

// One logical connection over many sockets: what an application sends and hears, whatever happens to any of them.
import { type Clock, systemClock } from './clock.ts';
import { checkContent } from './content.ts';
import { Emitter } from './emitter.ts';
import { CarillonError } from './errors.ts';
import { Feed } from './feed.ts';
import { HEARTBEAT_MS } from './heartbeat.ts';
import { newId } from './ids.ts';
import { Line } from './line.ts';
import { Outbox } from './outbox.ts';
import type {
  Ack,
  AckFrame,
  ClosingFrame,
  Frame,
  HistoryPage,
  Json,
  Message,
  MessageFrame,
  PageRequest,
} from './protocol.ts';
import { errorOf, type Patience, Requests } from './requests.ts';
import type { Session } from './session.ts';
import { globalSocket, type SocketFactory } from './socket.ts';
import type { ConnectionStatus } from './status.ts';

const HOUR_MS = 3_600_000;
/** How long a deployment keeps messages unless it says otherwise, in milliseconds (24 h). */
export const RETENTION_MS = 24 * HOUR_MS;
/** How long before the retention time a message is given up, in milliseconds: later a retry might publish it twice. */
export const RETENTION_MARGIN_MS = HOUR_MS;
/** How long `history` and `echo` wait for an answer, in milliseconds, over reconnects. */
export const QUESTION_MS = 120_000;

export interface ConnectionOptions {
  /** The socket's address; see `socketUrl`. */
  readonly url: string;
  /** Told who is signed in. Anything with these two methods will do. */
  readonly session: Pick<Session, 'current' | 'refresh'>;
  /** The global WebSocket if left out. */
  readonly socket?: SocketFactory;
  readonly clock?: Clock;
  /** 0 to below 1; spreads what clients would do at the same moment. */
  readonly random?: () => number;
  /** How long the deployment keeps messages, in milliseconds; 24 h if left out. */
  readonly retentionMs?: number;
  /** How often the socket is tried, in milliseconds; 240 s if left out. */
  readonly heartbeatMs?: number;
}

export interface ConnectionEvents {
  status: ConnectionStatus;
  /**
   * The messages of `all` and of `user:<own id>`, of each channel in order and once: first the newest page kept, then
   * everything that follows, whatever happens to sockets. Older ones are read by `history` with `before`.
   */
  message: Message;
  /** The server is about to end the connection. */
  closing: ClosingFrame;
  /** Trouble that no call of the application stands for. */
  error: CarillonError;
}

export class Connection {
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #recheckMs: number;
  readonly #giveUpMs: number;
  readonly #events = new Emitter<ConnectionEvents>();
  readonly #line: Line;
  readonly #requests: Requests;
  readonly #outbox = new Outbox();
  readonly #feeds = new Map<string, Feed>();

  constructor(options: ConnectionOptions) {
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? Math.random;
    this.#recheckMs = options.heartbeatMs ?? HEARTBEAT_MS;
    this.#giveUpMs = (options.retentionMs ?? RETENTION_MS) - RETENTION_MARGIN_MS;
    this.#requests = new Requests(this.#clock, this.#random);
    this.#line = new Line(
      {
        url: options.url,
        session: options.session,
        socket: options.socket ?? globalSocket(),
        clock: this.#clock,
        random: this.#random,
        heartbeatMs: this.#recheckMs,
      },
      {
        status: (status) => {
          this.#statusChanged(status);
        },
        up: (user) => {
          this.#up(user);
        },
        down: () => {
          this.#down();
        },
        frame: (frame) => {
          this.#received(frame);
        },
      },
    );
  }

  get status(): ConnectionStatus {
    return this.#line.status;
  }

  /** Connects, and stays connected until `close` or the user signs out; listeners are to be there before. */
  start(): void {
    this.#line.start();
  }

  /** Ends it: no timer is left, and what waits for an answer is rejected with `closed`. */
  close(): void {
    this.#line.close();
  }

  /** The page became visible, or the network is back: tries the socket now, or connects now. */
  wake(): void {
    this.#line.wake();
    for (const feed of this.#feeds.values()) {
      feed.refresh();
    }
  }

  /** Listens; the answer stops it. */
  on<E extends keyof ConnectionEvents>(event: E, listener: (value: ConnectionEvents[E]) => void): () => void {
    return this.#events.on(event, listener);
  }

  /**
   * Publishes, also while offline: kept until acknowledged, retried with the same id. The message itself comes back as
   * an event. `id` is for an application that has to know it beforehand; see `newId`.
   */
  async send(recipient: string, content: Json, id: string = newId()): Promise<Ack> {
    checkContent(content);
    this.#checkUsable();
    const frame = { action: 'message', id, data: { content: snapshot(content), recipient } } as const;
    const patience: Patience = { ms: this.#giveUpMs, from: 'sent', code: 'gave_up' };
    return this.#outbox.send({ id, recipient, deliver: async () => ackOf(await this.#requests.ask(frame, patience)) });
  }

  /** Reads a channel's log; does not change what `message` events come. */
  async history(channel: string, page: PageRequest = {}): Promise<HistoryPage> {
    this.#checkUsable();
    return this.#page(channel, page, { ms: QUESTION_MS, from: 'call' });
  }

  /** Sends content to the server and back. */
  async echo(content: Json): Promise<Json> {
    checkContent(content);
    this.#checkUsable();
    const frame = { action: 'echo', id: newId(), data: { content } } as const;
    return (await this.#requests.ask(frame, { ms: QUESTION_MS, from: 'call' })).content;
  }

  async #page(channel: string, page: PageRequest, patience: Patience): Promise<HistoryPage> {
    const frame = { action: 'history', id: newId(), data: { channel, ...page } } as const;
    const { entries, more } = await this.#requests.ask(frame, patience);
    return { channel, entries, more };
  }

  #checkUsable(): void {
    const error = endOf(this.status);
    if (error !== undefined) {
      throw error;
    }
  }

  #statusChanged(status: ConnectionStatus): void {
    const error = endOf(status);
    if (error !== undefined) {
      this.#outbox.clear(error);
      this.#requests.fail(error);
    }
    this.#events.emit('status', status);
  }

  #up(user: string): void {
    this.#requests.attach((text) => {
      this.#line.send(text);
    });
    this.#feed(ownChannel(user), true).up();
    this.#feed('all', false).up();
  }

  #down(): void {
    this.#requests.detach();
    for (const feed of this.#feeds.values()) {
      feed.down();
    }
  }

  #received(frame: Frame): void {
    switch (frame.type) {
      case 'message':
        this.#feeds.get(frame.channel)?.push(messageOf(frame));
        break;
      case 'ack':
        this.#requests.answer(frame);
        this.#feeds.get(frame.channel)?.expect(frame.seq);
        break;
      case 'echo':
      case 'history':
        this.#requests.answer(frame);
        break;
      case 'error':
        if (!this.#requests.answer(frame) && frame.id === undefined) {
          this.#events.emit('error', errorOf(frame));
        }
        break;
      case 'gateway':
        this.#requests.doubt();
        break;
      case 'closing':
        this.#events.emit('closing', frame);
        break;
      case 'pong':
        break;
    }
  }

  #feed(channel: string, own: boolean): Feed {
    let feed = this.#feeds.get(channel);
    if (feed === undefined) {
      feed = this.#newFeed(channel, own);
      this.#feeds.set(channel, feed);
    }
    return feed;
  }

  /**
   * The own channel's history is read first on every link, and nothing else is sent before it is answered: only its
   * owner may read it, so the answer shows that the cookie was still this user's, and not that of somebody who signed
   * in meanwhile.
   */
  #newFeed(channel: string, own: boolean): Feed {
    return new Feed({
      clock: this.#clock,
      random: this.#random,
      recheckMs: this.#recheckMs,
      ask: (page) => this.#page(channel, page, { urgent: own }),
      deliver: (message) => {
        this.#events.emit('message', message);
      },
      answered: () => {
        this.#answered(own);
      },
      failed: (error) => {
        void this.#feedFailed(error, own);
      },
    });
  }

  #answered(own: boolean): void {
    if (own) {
      this.#requests.release();
    }
    if ([...this.#feeds.values()].every((feed) => feed.caughtUp)) {
      this.#line.settled();
    }
  }

  async #feedFailed(error: unknown, own: boolean): Promise<void> {
    if (!(error instanceof CarillonError) || !this.#line.running) {
      return;
    }
    if (own && (await this.#line.verify())) {
      this.#requests.release();
    }
    this.#events.emit('error', error);
  }
}

function ownChannel(user: string): string {
  return `user:${user}`;
}

/** A copy that a later change of the caller's object does not reach: a retry must be what was sent first. */
function snapshot(content: Json): Json {
  return JSON.parse(JSON.stringify(content)) as Json;
}

/** Without the type, which is the frame's and not the message's. */
function messageOf({ channel, seq, id, sender, content, at }: MessageFrame): Message {
  return { channel, seq, ...(id !== undefined && { id }), sender, content, at };
}

function ackOf({ id, channel, seq, at, duplicate }: AckFrame): Ack {
  return { id, channel, seq, at, duplicate };
}

/** Why nothing more can be asked in this state, if so. */
function endOf(status: ConnectionStatus): CarillonError | undefined {
  switch (status.state) {
    case 'closed':
      return new CarillonError('closed', 'The connection was closed.');
    case 'signed-out':
      return new CarillonError('signed_out', 'Nobody is signed in; what was not acknowledged is dropped.');
    case 'idle':
    case 'connecting':
    case 'open':
    case 'waiting':
      return undefined;
  }
}

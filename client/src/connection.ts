// One logical connection over many sockets: what an application sends and hears, whatever happens to any of them.
import { Channels, type JoinOptions } from './channels.ts';
import { type Clock, systemClock } from './clock.ts';
import { checkContent, encodeFrame } from './content.ts';
import { Emitter } from './emitter.ts';
import { CarillonError, errorOf } from './errors.ts';
import type { ConnectionEvents } from './events.ts';
import type { WhoAsks } from './identity.ts';
import { newId } from './ids.ts';
import { receive } from './inbox.ts';
import { MIN_RETENTION_MS } from './limits.ts';
import { Line } from './line.ts';
import { type Ack, type HistoryPage, messageOf, type PageRequest, type People } from './model.ts';
import { Outbox } from './outbox.ts';
import type { ErrorFrame, Json } from './protocol.ts';
import { type Patience, Requests } from './requests.ts';
import { globalSocket, type SocketFactory } from './socket.ts';
import type { ConnectionStatus } from './status.ts';

/** How long before the retention time a message is given up, in milliseconds: later a retry might publish it twice. */
export const RETENTION_MARGIN_MS = 3_600_000;
/** How long `history`, `presence` and `echo` wait for an answer, in milliseconds, over reconnects. */
export const QUESTION_MS = 120_000;
/** How long after a wake nothing but a ping is asked again, in milliseconds. */
export const WAKE_PAUSE_MS = 5_000;

export interface ConnectionOptions {
  /** The socket's address; see `socketUrl`. */
  readonly url: string;
  /** Told who is signed in. Anything with `current` and `refresh` will do. */
  readonly session: WhoAsks;
  /** The global WebSocket if left out. */
  readonly socket?: SocketFactory;
  readonly clock?: Clock;
  /** 0 to below 1; spreads what clients would do at the same moment. */
  readonly random?: () => number;
}

export class Connection {
  readonly #clock: Clock;
  readonly #events = new Emitter<ConnectionEvents>();
  readonly #line: Line;
  readonly #requests: Requests;
  readonly #outbox = new Outbox();
  readonly #channels: Channels;
  /** Whether the present link is known to be the user's own. */
  #isReleased = false;
  #wokenAt = 0;
  /** How long the deployment keeps messages, in milliseconds; until a pong tells, as short as any may. */
  #retentionMs = MIN_RETENTION_MS;

  constructor(options: ConnectionOptions) {
    const { url, session, socket = globalSocket(), clock = systemClock, random = Math.random } = options;
    this.#clock = clock;
    this.#requests = new Requests(clock, random);
    this.#channels = this.#newChannels(random);
    this.#line = this.#newLine({ url, session, socket, clock, random });
  }

  get status(): ConnectionStatus {
    return this.#line.status;
  }

  /** The channels that are joined, or are to be as soon as there is a connection. */
  get channels(): readonly string[] {
    return this.#channels.joined;
  }

  /** Connects, and stays connected until `close` or the user signs out; listeners are to be there before. */
  start(): void {
    this.#line.start();
  }

  /** Ends it: no timer is left, and what waits for an answer is rejected with `closed`. */
  close(): void {
    this.#line.close();
  }

  /** The page became visible, or the network is back: tries the socket and asks for everything again, or connects now. */
  wake(): void {
    this.#line.wake();
    if (this.#isReleased && this.#clock.now() - this.#wokenAt >= WAKE_PAUSE_MS) {
      this.#wokenAt = this.#clock.now();
      this.#channels.refresh();
      this.#requests.wake();
    }
  }

  /** Listens; the answer stops it. */
  on<E extends keyof ConnectionEvents>(event: E, listener: (value: ConnectionEvents[E]) => void): () => void {
    return this.#events.on(event, listener);
  }

  /**
   * Joins a channel and stays in it over reconnects; `joined` or `refused` tells what became of it. `all` and the own
   * channel are joined from the start, direct channels as soon as somebody writes: for them it only sets the options.
   * Throws CarillonError for what is no channel's name.
   */
  join(channel: string, options: JoinOptions = {}): void {
    this.#channels.join(channel, options);
  }

  /** Leaves a room or a group: nothing of it comes from here on. Throws CarillonError for other channels. */
  leave(channel: string): void {
    this.#channels.leave(channel);
  }

  /**
   * Publishes, also while offline: kept until acknowledged, retried with the same id. The message itself comes back as
   * an event. `id` is for an application that has to know it beforehand; see `newId`.
   */
  async send(recipient: string, content: Json, id: string = newId()): Promise<Ack> {
    checkContent(content);
    this.#checkUsable();
    const frame = { action: 'message', id, data: { content: snapshot(content), recipient } } as const;
    const patience: Patience = {
      ms: () => this.#retentionMs - RETENTION_MARGIN_MS,
      from: 'sent',
      code: 'gave_up',
      isHeld: () => !this.#channels.isReady(recipient),
      mayPass: (code) => code === 'not_subscribed' && this.#channels.rejoin(recipient),
    };
    const deliver = async (): Promise<Ack> => {
      const { channel, seq, at, duplicate = false } = await this.#requests.ask(frame, patience);
      return { id, channel, seq, at, duplicate };
    };
    return this.#outbox.send({ id, recipient, deliver });
  }

  /** Tells the others something worth no storage, if there is a connection now; nobody tells whether it arrived. */
  signal(channel: string, content: Json): void {
    checkContent(content);
    if (this.#isReleased && this.#channels.isReady(channel)) {
      this.#line.send(encodeFrame({ action: 'signal', data: { channel, content } }));
    }
  }

  /** Reads a channel's log; does not change what `message` events come. */
  async history(channel: string, page: PageRequest = {}): Promise<HistoryPage> {
    this.#checkUsable();
    const frame = { action: 'history', id: newId(), data: { channel, ...page } } as const;
    const { entries, more } = await this.#requests.ask(frame, { ms: () => QUESTION_MS, from: 'call' });
    return { channel, entries: entries.map((entry) => messageOf(channel, entry)), more };
  }

  /** Who is in a channel now. `join` with `presence` brings what changes. */
  async presence(channel: string): Promise<People> {
    this.#checkUsable();
    const frame = { action: 'presence', id: newId(), data: { channel } } as const;
    const { users, more } = await this.#requests.ask(frame, { ms: () => QUESTION_MS, from: 'call' });
    return { channel, users, more };
  }

  /** Sends content to the server and back. */
  async echo(content: Json): Promise<Json> {
    checkContent(content);
    this.#checkUsable();
    const frame = { action: 'echo', id: newId(), data: { content } } as const;
    return (await this.#requests.ask(frame, { ms: () => QUESTION_MS, from: 'call' })).content;
  }

  #newChannels(random: () => number): Channels {
    return new Channels({
      clock: this.#clock,
      random,
      send: (frame) => {
        this.#line.send(encodeFrame(frame));
      },
      message: (message) => {
        this.#events.emit('message', message);
      },
      reload: (reload) => {
        this.#events.emit('reload', reload);
      },
      joined: (joined) => {
        this.#events.emit('joined', joined);
      },
      refused: (channel, frame) => {
        void this.#channelRefused(channel, frame);
      },
      own: () => {
        this.#release();
      },
      changed: () => {
        this.#requests.check();
        if (this.#channels.isSettled) {
          this.#line.settled();
        }
      },
    });
  }

  #newLine(options: ConstructorParameters<typeof Line>[0]): Line {
    return new Line(options, {
      status: (status) => {
        this.#statusChanged(status);
      },
      up: (user) => {
        this.#up(user);
      },
      down: () => {
        this.#down();
      },
      frame: (frame, isCurrent) => {
        if (frame.type === 'pong') {
          this.#retained(frame.retentionMs);
        }
        receive(frame, isCurrent, { channels: this.#channels, requests: this.#requests, events: this.#events });
      },
      cursors: (which) => this.#channels.cursors(which),
      behind: (named) => {
        this.#channels.behind(named);
      },
    });
  }

  #retained(ms: number): void {
    if (ms !== this.#retentionMs) {
      this.#retentionMs = ms;
      this.#requests.check();
    }
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
    this.#isReleased = false;
    this.#requests.attach(undefined);
    this.#channels.up(user);
  }

  #down(): void {
    this.#isReleased = false;
    this.#requests.attach(undefined);
    this.#channels.down();
  }

  /**
   * The own channel is asked for first on every link, and nothing else is sent before it is answered: only its owner may
   * join it, so the answer shows that the cookie was still this user's, and not that of somebody who signed in meanwhile.
   */
  #release(): void {
    if (!this.#isReleased) {
      this.#isReleased = true;
      this.#channels.release();
      this.#requests.attach((text) => {
        this.#line.send(text);
      });
    }
  }

  async #channelRefused(channel: string, frame: ErrorFrame): Promise<void> {
    const error = errorOf(frame);
    if (this.#channels.isOwn(channel)) {
      if (await this.#line.verify()) {
        this.#release();
      }
      this.#events.emit('error', error);
    } else {
      this.#events.emit('refused', { channel, error });
    }
  }
}

/** A copy that a later change of the caller's object does not reach: a retry must be what was sent first. */
function snapshot(content: Json): Json {
  return JSON.parse(JSON.stringify(content)) as Json;
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

// One logical connection over many sockets: stays connected, signed in, in order and without gaps.
import type { Clock } from './clock.ts';
import { CarillonError } from './errors.ts';
import type { Ack, ClosingFrame, HistoryPage, Json, Message, PageRequest } from './protocol.ts';
import type { Session } from './session.ts';
import type { SocketFactory } from './socket.ts';
import type { ConnectionStatus } from './status.ts';

export interface ConnectionOptions {
  /** The socket's address; see `socketUrl`. */
  readonly url: string;
  /** Told who is signed in. Anything with these two methods will do. */
  readonly session: Pick<Session, 'current' | 'refresh'>;
  /** The browser's WebSocket if left out. */
  readonly socket?: SocketFactory;
  readonly clock?: Clock;
  /** 0 to below 1; spreads reconnects. */
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
  constructor(options: ConnectionOptions) {
    void options;
  }

  get status(): ConnectionStatus {
    return { state: 'idle' };
  }

  /** Connects, and stays so until `close`. Listeners are to be there before. */
  start(): void {
    // Comes with the state machine.
  }

  /** Ends it: no timer is left, and what waits for an answer is rejected with `closed`. */
  close(): void {
    // Comes with the state machine.
  }

  /** The page became visible, or the network is back: try the socket now, or connect now. */
  wake(): void {
    // Comes with the state machine.
  }

  /** Listens; the answer stops it. */
  on<E extends keyof ConnectionEvents>(event: E, listener: (value: ConnectionEvents[E]) => void): () => void {
    void event;
    void listener;
    return () => undefined;
  }

  /**
   * Publishes, also while offline: kept until acknowledged, retried with the same id. The message itself comes back as
   * an event. `id` is for an application that has to know it beforehand; see `newId`.
   */
  send(recipient: string, content: Json, id?: string): Promise<Ack> {
    void [recipient, content, id];
    return Promise.reject(new CarillonError('closed', 'not there yet'));
  }

  /** Reads a channel's log; does not change what `message` events come. */
  history(channel: string, page: PageRequest = {}): Promise<HistoryPage> {
    void [channel, page];
    return Promise.reject(new CarillonError('closed', 'not there yet'));
  }

  /** Sends content to the server and back. */
  echo(content: Json): Promise<Json> {
    void content;
    return Promise.reject(new CarillonError('closed', 'not there yet'));
  }
}

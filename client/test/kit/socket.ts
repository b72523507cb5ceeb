// One socket: the client's end by WebSocketLike, the server's by the rest.
import type { ClientFrame, SubscribeRequest, UnsubscribeRequest } from '../../src/protocol.ts';
import type { WebSocketLike } from '../../src/socket.ts';

type Listener = (event: { readonly data: unknown; readonly code: number }) => void;

let made = 0;

export class FakeSocket implements WebSocketLike {
  /** As API Gateway makes them: with a character that has to be encoded. */
  readonly id = `connection-${(made += 1)}=`;
  readonly received: ClientFrame[] = [];
  /** The joining and leaving that the server has done, in that order. */
  readonly served: (SubscribeRequest | UnsubscribeRequest)[] = [];
  readonly url: string;
  readonly protocols: readonly string[];
  /** Whose it is; undefined before and without a handshake. */
  user: string | undefined;
  /** What it is a member of; true: it is told who comes and goes. */
  readonly channels = new Map<string, boolean>();
  endsAt = 0;
  state: 'connecting' | 'open' | 'closed' = 'connecting';
  readonly #take: (socket: FakeSocket, frame: ClientFrame) => void;
  readonly #listeners = new Map<string, Listener[]>();

  constructor(url: string, protocols: readonly string[], take: (socket: FakeSocket, frame: ClientFrame) => void) {
    this.url = url;
    this.protocols = protocols;
    this.#take = take;
  }

  /** The id of the connection it names in its handshake. */
  get replaces(): string | null {
    return new URL(this.url).searchParams.get('replaces');
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
    this.#take(this, frame);
  }

  close(): void {
    this.state = 'closed';
  }

  /** What the client sent of one action. */
  sent<A extends ClientFrame['action']>(action: A): Extract<ClientFrame, { readonly action: A }>[] {
    return this.received.filter((frame) => frame.action === action) as Extract<ClientFrame, { readonly action: A }>[];
  }

  /** What it asked to be subscribed to. */
  subscribed(channel: string): SubscribeRequest[] {
    return this.sent('subscribe').filter(({ data }) => data.channel === channel);
  }

  open(user: string, endsAt: number): void {
    this.user = user;
    this.endsAt = endsAt;
    this.state = 'open';
    for (const channel of ['all', `user:${user}`]) {
      this.channels.set(channel, false);
    }
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

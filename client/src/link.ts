// One socket, from its handshake to its end: knows whether it lives, and until when anything is delivered to it.
import type { Clock } from './clock.ts';
import { parseFrame } from './frames.ts';
import { Heartbeat } from './heartbeat.ts';
import { newId } from './ids.ts';
import { type ClientFrame, type Frame, type PongFrame, SUBPROTOCOL } from './protocol.ts';
import type { SocketFactory, WebSocketLike } from './socket.ts';

/** How long a handshake may take, in milliseconds. */
export const HANDSHAKE_MS = 20_000;
/** How long before its end the next link is due, in milliseconds; up to twice that, so that clients spread. */
export const RENEWAL_LEAD_MS = 60_000;
const NORMAL_CLOSURE = 1000;

export type LinkEnd =
  /** The handshake failed; a browser does not say why. */
  | { readonly kind: 'refused' }
  | { readonly kind: 'lost'; readonly code: number }
  /** No ping was answered. */
  | { readonly kind: 'silent' }
  /** Past its end: it may stay open, but nothing is delivered to it. */
  | { readonly kind: 'expired' };

export interface LinkOptions {
  readonly url: string;
  readonly socket: SocketFactory;
  readonly clock: Clock;
  readonly random: () => number;
  readonly heartbeatMs: number;
}

export interface LinkHooks {
  readonly opened: (link: Link) => void;
  readonly frame: (link: Link, frame: Frame) => void;
  /** It is time for the next link. */
  readonly due: (link: Link) => void;
  /** Once, unless it was closed by us; `opened` came before unless it was refused. */
  readonly ended: (link: Link, end: LinkEnd) => void;
}

export class Link {
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #hooks: LinkHooks;
  readonly #socket: WebSocketLike;
  readonly #heartbeat: Heartbeat;
  readonly #pingId = newId();
  #state: 'opening' | 'open' | 'done' = 'opening';
  #endsAt: number | undefined;
  #cancelHandshake: (() => void) | undefined;
  #cancelDue: (() => void) | undefined;
  #cancelEnd: (() => void) | undefined;

  /** Throws what the socket factory throws. */
  constructor(options: LinkOptions, hooks: LinkHooks) {
    this.#clock = options.clock;
    this.#random = options.random;
    this.#hooks = hooks;
    this.#heartbeat = new Heartbeat(options.clock, options.heartbeatMs, {
      ping: () => {
        this.#ping();
      },
      dead: () => {
        this.#end({ kind: 'silent' });
      },
    });
    this.#socket = options.socket(options.url, [SUBPROTOCOL]);
    this.#listen();
    this.#cancelHandshake = this.#clock.after(HANDSHAKE_MS, () => {
      this.#end({ kind: 'refused' });
    });
  }

  /** When the connection ends, by the server's clock, in milliseconds since 1970; unknown before the first pong. */
  get endsAt(): number | undefined {
    return this.#endsAt;
  }

  send(text: string): void {
    if (this.#state === 'open') {
      try {
        this.#socket.send(text);
      } catch {
        // A socket that is closing: its close event follows, and what was to be sent is sent again on the next.
      }
    }
  }

  /** Pings now, to see whether it is still alive. */
  beat(): void {
    if (this.#state === 'open') {
      this.#heartbeat.beat();
    }
  }

  /** Says `due` again after `ms` milliseconds. */
  remind(ms: number): void {
    this.#cancelDue?.();
    this.#cancelDue = this.#clock.after(ms, () => {
      this.#hooks.due(this);
    });
  }

  /** Closes it without a word to the hooks. */
  close(): void {
    if (this.#state !== 'done') {
      this.#state = 'done';
      this.#heartbeat.stop();
      this.#cancelHandshake?.();
      this.#cancelDue?.();
      this.#cancelEnd?.();
      this.#socket.close(NORMAL_CLOSURE);
    }
  }

  #listen(): void {
    this.#socket.addEventListener('open', () => {
      this.#opened();
    });
    this.#socket.addEventListener('message', ({ data }) => {
      this.#received(data);
    });
    this.#socket.addEventListener('close', ({ code }) => {
      this.#end(this.#state === 'opening' ? { kind: 'refused' } : { kind: 'lost', code });
    });
    // Always followed by `close`, which says as much.
    this.#socket.addEventListener('error', () => undefined);
  }

  #opened(): void {
    if (this.#state === 'opening') {
      this.#state = 'open';
      this.#cancelHandshake?.();
      // The first pong tells the connection's end.
      this.#heartbeat.beat();
      this.#hooks.opened(this);
    }
  }

  #received(data: unknown): void {
    const frame = this.#state === 'open' ? parseFrame(data) : undefined;
    if (frame === undefined) {
      return;
    }
    if (this.#answersPing(frame)) {
      this.#heartbeat.answered();
    }
    if (frame.type === 'pong') {
      this.#schedule(frame);
    }
    this.#hooks.frame(this, frame);
  }

  /** An error is an answer too: it is the socket that is in question, not the service. */
  #answersPing(frame: Frame): boolean {
    return frame.type === 'pong' || frame.type === 'gateway' || (frame.type === 'error' && frame.id === this.#pingId);
  }

  #ping(): void {
    const frame: ClientFrame = { action: 'ping', id: this.#pingId };
    this.send(JSON.stringify(frame));
  }

  /** By the difference of two of the server's times, so that a local clock that is wrong does no harm. */
  #schedule({ at, expiresAt }: PongFrame): void {
    const remaining = Math.max(0, expiresAt - at);
    // A short life is spent half before the next link is due: a lead longer than the life would make a storm.
    const lead = Math.min(RENEWAL_LEAD_MS * (1 + this.#random()), remaining / 2);
    this.#endsAt = expiresAt;
    this.#cancelEnd?.();
    this.#cancelEnd = this.#clock.after(remaining, () => {
      this.#end({ kind: 'expired' });
    });
    this.remind(remaining - lead);
  }

  #end(end: LinkEnd): void {
    if (this.#state !== 'done') {
      this.close();
      this.#hooks.ended(this, end);
    }
  }
}

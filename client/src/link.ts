// One socket, from its handshake to its end: knows whether it lives, and until when anything is delivered to it.
import type { Clock } from './clock.ts';
import type { LinkEnd } from './endings.ts';
import { type Frame, parseFrame } from './frames.ts';
import { type Beat, Heartbeat } from './heartbeat.ts';
import { Lifetime } from './lifetime.ts';
import { SUBPROTOCOL } from './limits.ts';
import { type Behind, type Cursors, Pings } from './pings.ts';
import type { PongFrame } from './protocol.ts';
import type { SocketFactory, WebSocketLike } from './socket.ts';

/** How long a handshake may take, in milliseconds. */
export const HANDSHAKE_MS = 20_000;
const NORMAL_CLOSURE = 1000;

export interface LinkOptions {
  readonly url: string;
  readonly socket: SocketFactory;
  readonly clock: Clock;
  readonly random: () => number;
}

export interface LinkHooks {
  readonly opened: (link: Link) => void;
  readonly frame: (link: Link, frame: Frame) => void;
  readonly cursors: (which: 'all' | 'direct') => Cursors;
  readonly behind: (link: Link, named: readonly Behind[]) => void;
  /** It is time for the next link. */
  readonly due: (link: Link) => void;
  /** Once, unless it was closed by us; `opened` came before unless it was refused. */
  readonly ended: (link: Link, end: LinkEnd) => void;
}

export class Link {
  readonly #options: LinkOptions;
  readonly #hooks: LinkHooks;
  readonly #socket: WebSocketLike;
  readonly #heartbeat: Heartbeat;
  readonly #pings = new Pings();
  #state: 'opening' | 'open' | 'done' = 'opening';
  #lifetime: Lifetime | undefined;
  #endsAt: number | undefined;
  #connection: string | undefined;
  #cancelHandshake: (() => void) | undefined;

  /** Throws what the socket factory throws. */
  constructor(options: LinkOptions, hooks: LinkHooks) {
    this.#options = options;
    this.#hooks = hooks;
    this.#heartbeat = new Heartbeat(options.clock, {
      ping: (beat) => {
        this.#ping(beat);
      },
      unanswered: () => {
        this.#unanswered();
      },
    });
    this.#socket = options.socket(options.url, [SUBPROTOCOL]);
    this.#listen();
    this.#cancelHandshake = options.clock.after(HANDSHAKE_MS, () => {
      this.end({ kind: 'refused' });
    });
  }

  /** When the connection ends, by the server's clock, in milliseconds since 1970; unknown before the first pong. */
  get endsAt(): number | undefined {
    return this.#endsAt;
  }

  /** The server's name for it; unknown before the first pong. */
  get connection(): string | undefined {
    return this.#connection;
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
      this.#heartbeat.beat('fresh');
    }
  }

  /** Says `due` again after `ms` milliseconds. */
  remind(ms: number): void {
    this.#lifetime?.remind(ms);
  }

  /** Closes it without a word to the hooks. */
  close(): void {
    if (this.#state !== 'done') {
      this.#state = 'done';
      this.#heartbeat.stop();
      this.#cancelHandshake?.();
      this.#lifetime?.stop();
      this.#socket.close(NORMAL_CLOSURE);
    }
  }

  /** Closes it, and says so. */
  end(end: LinkEnd): void {
    if (this.#state !== 'done') {
      this.close();
      this.#hooks.ended(this, end);
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
      this.end(this.#state === 'opening' ? { kind: 'refused' } : { kind: 'lost', code });
    });
    // Always followed by `close`, which says as much.
    this.#socket.addEventListener('error', () => undefined);
  }

  #opened(): void {
    if (this.#state === 'opening') {
      this.#state = 'open';
      this.#cancelHandshake?.();
      this.#lifetime = new Lifetime(this.#options.clock, this.#options.random, {
        due: () => {
          this.#hooks.due(this);
        },
        over: () => {
          this.end({ kind: 'expired' });
        },
      });
      // The first pong tells the connection's id and end.
      this.beat();
      this.#hooks.opened(this);
    }
  }

  #received(data: unknown): void {
    const frame = this.#state === 'open' ? parseFrame(data) : undefined;
    if (frame === undefined) {
      return;
    }
    if (frame.type === 'pong') {
      this.#pong(frame);
    } else if (this.#answersPing(frame)) {
      this.#heartbeat.answered();
    }
    this.#hooks.frame(this, frame);
  }

  /** An error is an answer too: it is the socket that is in question, not the service. */
  #answersPing(frame: Frame): boolean {
    return frame.type === 'gateway' || (frame.type === 'error' && this.#pings.owns(frame.id ?? ''));
  }

  #ping(beat: Beat): void {
    const frames =
      beat === 'again'
        ? this.#pings.repeat(this.#hooks.cursors('all'))
        : this.#pings.begin(this.#hooks.cursors(beat === 'fresh' ? 'direct' : 'all'));
    for (const frame of frames) {
      this.send(JSON.stringify(frame));
    }
  }

  /** Some of the pings may have been answered: then it is not the socket that failed. */
  #unanswered(): void {
    if (this.#pings.wereHeard) {
      this.#heartbeat.answered();
    } else {
      this.end({ kind: 'silent' });
    }
  }

  #pong(frame: PongFrame): void {
    const behind = this.#pings.answered(frame);
    if (behind === undefined) {
      return;
    }
    this.#connection = frame.connection === '' ? this.#connection : frame.connection;
    // By the difference of two of the server's times, so that a local clock that is wrong does no harm.
    this.#endsAt = frame.expiresAt;
    this.#lifetime?.lasts(frame.expiresAt - frame.at);
    this.#heartbeat.every(frame.heartbeatMs);
    if (this.#pings.areAnswered) {
      this.#heartbeat.answered();
    }
    this.#hooks.behind(this, behind);
  }
}

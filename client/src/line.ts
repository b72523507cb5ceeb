// Keeps one link open for as long as the user is signed in: decides when to connect, to wait, to renew and to stop.
// What an end means is in `endings.ts`; a socket is `link.ts`; what flows over it is `connection.ts`.
import { Backoff } from './backoff.ts';
import type { Clock } from './clock.ts';
import { type LinkEnd, type Next, nextAfter } from './endings.ts';
import type { Frame } from './frames.ts';
import { Identity, type WhoAsks } from './identity.ts';
import type { Link, LinkHooks, LinkOptions } from './link.ts';
import { Links } from './links.ts';
import type { Behind, Cursors } from './pings.ts';
import { renew, RENEWAL_RETRY_MS } from './renewal.ts';
import type { SignedIn } from './session.ts';
import type { ConnectionStatus } from './status.ts';

/** Waits between attempts to connect, in milliseconds. */
export const RECONNECT = { baseMs: 500, capMs: 30_000 };
/** A link that lived this long, in milliseconds, ends a series of failures. */
export const STABLE_MS = 60_000;

export interface LineOptions extends LinkOptions {
  readonly session: WhoAsks;
}

export interface LineHooks {
  readonly status: (status: ConnectionStatus) => void;
  /** There is a (new) link of this user to send on. */
  readonly up: (user: string) => void;
  /** There is none any more. */
  readonly down: () => void;
  /** `isCurrent`: it came on the link that is sent on, and not on the one before. */
  readonly frame: (frame: Frame, isCurrent: boolean) => void;
  readonly cursors: (which: 'all' | 'direct') => Cursors;
  readonly behind: (named: readonly Behind[]) => void;
}

export class Line {
  readonly #clock: Clock;
  readonly #hooks: LineHooks;
  readonly #backoff: Backoff;
  readonly #identity: Identity;
  readonly #links: Links;
  #status: ConnectionStatus = { state: 'idle' };
  /** Whether the session was asked since `start`. */
  #identified = false;
  #openedAt = 0;
  #cancelRetry: (() => void) | undefined;
  /** Counts decisions, so that an answer of the session that comes too late changes nothing. */
  #turn = 0;

  constructor(options: LineOptions, hooks: LineHooks) {
    this.#clock = options.clock;
    this.#hooks = hooks;
    this.#backoff = new Backoff({ ...RECONNECT, random: options.random });
    this.#identity = new Identity(options.session);
    this.#links = new Links(options);
  }

  get status(): ConnectionStatus {
    return this.#status;
  }

  get running(): boolean {
    const { state } = this.#status;
    return state === 'connecting' || state === 'open' || state === 'waiting';
  }

  start(): void {
    if (!this.running) {
      this.#identified = false;
      this.#backoff.reset();
      this.#connect();
    }
  }

  close(): void {
    this.#stop({ state: 'closed' });
  }

  wake(): void {
    if (this.#status.state === 'waiting') {
      this.#connect();
    } else {
      this.#links.current?.beat();
    }
  }

  send(text: string): void {
    this.#links.current?.send(text);
  }

  /** Everything from before the current link is there: the one it replaced can go. */
  settled(): void {
    this.#links.settle();
  }

  /** The server took the link for somebody else's: asks whether it is. True: it is not, go on. */
  async verify(): Promise<boolean> {
    const link = this.#links.current;
    if (link === undefined) {
      return false;
    }
    try {
      const who = await this.#identity.current();
      return link === this.#links.current && this.#accepts(who);
    } catch {
      // Not to be known now, so nothing may be sent on it: the next one shows.
      link.end({ kind: 'silent' });
      return false;
    }
  }

  #connect(): void {
    this.#cancelRetry?.();
    this.#cancelRetry = undefined;
    const turn = ++this.#turn;
    this.#setStatus({ state: 'connecting' });
    // Whoever heard of it may have closed the line.
    if (turn !== this.#turn) {
      return;
    }
    if (this.#identified) {
      this.#dial();
    } else {
      this.#ask(() => this.#identity.current(), () => {
        this.#dial();
      });
    }
  }

  /** Asks the session; goes on if it is the same user's, stops if not, and tries later if that cannot be known. */
  #ask(question: () => Promise<SignedIn | undefined>, next: () => void): void {
    const turn = ++this.#turn;
    // Within a function, so that a session that throws at once counts as one that rejects.
    void (async () => question())().then(
      (who) => {
        if (turn === this.#turn && this.#accepts(who)) {
          next();
        }
      },
      (error: unknown) => {
        if (turn === this.#turn) {
          this.#retryLater(error instanceof Error ? error.message : 'The session cannot be asked.');
        }
      },
    );
  }

  #accepts(who: SignedIn | undefined): boolean {
    if (!this.#identity.accepts(who)) {
      this.#signedOut();
      return false;
    }
    this.#identified = true;
    return true;
  }

  #signedOut(): void {
    this.#stop({ state: 'signed-out', reason: this.#identity.absence });
  }

  #dial(): void {
    try {
      this.#links.dial(this.#linkHooks());
    } catch {
      this.#refused();
    }
  }

  #linkHooks(): LinkHooks {
    return {
      opened: (link) => {
        this.#opened(link);
      },
      frame: (link, frame) => {
        this.#received(link, frame);
      },
      cursors: this.#hooks.cursors,
      behind: (link, named) => {
        if (link === this.#links.current) {
          this.#hooks.behind(named);
        }
      },
      due: (link) => {
        this.#renew(link);
      },
      ended: (link, end) => {
        this.#ended(link, end);
      },
    };
  }

  #opened(link: Link): void {
    this.#links.promote(link);
    this.#openedAt = this.#clock.now();
    this.#turn += 1;
    this.#setStatus({ state: 'open' });
    if (this.#links.current === link && this.#identity.user !== undefined) {
      this.#hooks.up(this.#identity.user);
    }
  }

  #received(link: Link, frame: Frame): void {
    this.#hooks.frame(frame, link === this.#links.current);
    if (frame.type === 'closing') {
      link.end({ kind: 'told', closing: frame });
    } else if (frame.type === 'error' && frame.code === 'token_expired') {
      link.end({ kind: 'expired' });
    }
  }

  #ended(link: Link, end: LinkEnd): void {
    switch (this.#links.remove(link)) {
      case 'candidate':
        this.#refused();
        break;
      case 'current':
        this.#lost(link, nextAfter(end));
        break;
      case 'retiring':
        break;
    }
  }

  /** A handshake failed. Only the session can say whether the user has to sign in. */
  #refused(): void {
    if (this.#links.current !== undefined) {
      this.#links.current.remind(RENEWAL_RETRY_MS);
    } else {
      this.#ask(() => this.#identity.current(), () => {
        this.#retryLater('The handshake failed.');
      });
    }
  }

  #lost(link: Link, next: Next): void {
    if (next.do === 'stop') {
      this.#stop(next.status);
      return;
    }
    if (this.#clock.now() - this.#openedAt >= STABLE_MS) {
      this.#backoff.reset();
    }
    if (next.isBusy) {
      this.#backoff.exhaust();
    }
    this.#turn += 1;
    this.#hooks.down();
    if (this.#links.isDialling) {
      // The next link is on its way already.
      this.#setStatus({ state: 'connecting' });
    } else if (next.needsToken) {
      this.#ask(() => this.#identity.freshen(link.endsAt ?? this.#clock.now()), () => {
        this.#retryLater(next.reason, next.leastMs);
      });
      this.#setStatus({ state: 'connecting' });
    } else {
      this.#retryLater(next.reason, next.leastMs);
    }
  }

  /** Opens the next link while the current one still delivers. */
  #renew(link: Link): void {
    void renew(link, this.#identity, {
      isWanted: (one) => one === this.#links.current && !this.#links.isDialling,
      dial: () => {
        this.#dial();
      },
      signedOut: () => {
        this.#signedOut();
      },
    });
  }

  #retryLater(reason: string, leastMs = 0): void {
    const ms = leastMs + Math.round(this.#backoff.next());
    this.#cancelRetry?.();
    this.#cancelRetry = this.#clock.after(ms, () => {
      this.#connect();
    });
    this.#setStatus({ state: 'waiting', retryAt: this.#clock.now() + ms, reason });
  }

  #stop(status: ConnectionStatus): void {
    this.#turn += 1;
    this.#cancelRetry?.();
    this.#cancelRetry = undefined;
    this.#links.close();
    this.#hooks.down();
    this.#setStatus(status);
  }

  #setStatus(status: ConnectionStatus): void {
    const { state } = this.#status;
    this.#status = status;
    if (state !== status.state || state === 'waiting') {
      this.#hooks.status(status);
    }
  }
}

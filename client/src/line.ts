// Keeps one link open for as long as the user is signed in: decides when to connect, to wait, to renew and to stop.
// The rules are here; a socket is `link.ts`, and what flows over it is `connection.ts`.
import { Backoff } from './backoff.ts';
import type { Clock } from './clock.ts';
import { Link, type LinkEnd, type LinkOptions } from './link.ts';
import type { Frame } from './protocol.ts';
import type { Session, SignedIn } from './session.ts';
import type { ConnectionStatus } from './status.ts';

/** Waits between attempts to connect, in milliseconds. */
export const RECONNECT = { baseMs: 500, capMs: 30_000 };
/** A link that lived this long, in milliseconds, ends a series of failures. */
export const STABLE_MS = 30_000;
/** When to try again to open the next link, in milliseconds, while the present one still lives. */
export const RENEWAL_RETRY_MS = 10_000;
/** A token that outlives the link by less than this, in milliseconds, is renewed first. */
export const RENEWAL_GAIN_MS = 60_000;

/**
 * Close codes after which to stay away for longer: too many frames (1008), and a server that fails or restarts, and cut
 * off everyone else in the same moment (1011 to 1013). After any other code the ordinary backoff will do.
 */
const BUSY_CODES: ReadonlySet<number> = new Set([1008, 1011, 1012, 1013]);

export interface LineOptions extends LinkOptions {
  readonly session: Pick<Session, 'current' | 'refresh'>;
}

export interface LineHooks {
  readonly status: (status: ConnectionStatus) => void;
  /** There is a (new) link of this user to send on. */
  readonly up: (user: string) => void;
  /** There is none any more. */
  readonly down: () => void;
  readonly frame: (frame: Frame) => void;
}

export class Line {
  readonly #options: LineOptions;
  readonly #clock: Clock;
  readonly #hooks: LineHooks;
  readonly #backoff: Backoff;
  #status: ConnectionStatus = { state: 'idle' };
  /** Whose line this is, for good: what waits to be sent must never go out as somebody else's. */
  #user: string | undefined;
  /** Whether the session was asked since `start`. */
  #identified = false;
  #current: Link | undefined;
  #openedAt = 0;
  /** The next link, during its handshake. */
  #candidate: Link | undefined;
  /** The link before, until the current one has caught up. */
  #retiring: Link | undefined;
  #cancelRetry: (() => void) | undefined;
  /** Counts decisions, so that an answer of the session that comes too late changes nothing. */
  #turn = 0;

  constructor(options: LineOptions, hooks: LineHooks) {
    this.#options = options;
    this.#clock = options.clock;
    this.#hooks = hooks;
    this.#backoff = new Backoff({ ...RECONNECT, random: options.random });
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
    this.#stop();
    this.#setStatus({ state: 'closed' });
  }

  wake(): void {
    if (this.#status.state === 'waiting') {
      this.#connect();
    } else {
      this.#current?.beat();
    }
  }

  send(text: string): void {
    this.#current?.send(text);
  }

  /** Everything from before the current link is there: the one it replaced can go. */
  settled(): void {
    this.#retiring?.close();
    this.#retiring = undefined;
  }

  /** The server took the link for somebody else's: asks whether it is. True: it is not, go on. */
  async verify(): Promise<boolean> {
    const link = this.#current;
    if (link === undefined) {
      return false;
    }
    try {
      const who = await this.#options.session.current();
      return link === this.#current && this.#accepts(who);
    } catch {
      // Not to be known now, so nothing may be sent on it: the next one shows.
      link.close();
      this.#ended(link, { kind: 'silent' });
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
      this.#ask(() => this.#options.session.current(), () => {
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
    if (who === undefined || this.#belongsToOther(who.user)) {
      this.#signedOut('not_signed_in');
      return false;
    }
    this.#user = who.user;
    this.#identified = true;
    return true;
  }

  #belongsToOther(user: string): boolean {
    return this.#user !== undefined && this.#user !== user;
  }

  #dial(): void {
    try {
      this.#candidate = new Link(this.#options, {
        opened: (link) => {
          this.#opened(link);
        },
        frame: (link, frame) => {
          this.#received(link, frame);
        },
        due: (link) => {
          void this.#renew(link);
        },
        ended: (link, end) => {
          this.#ended(link, end);
        },
      });
    } catch {
      this.#refused();
    }
  }

  #opened(link: Link): void {
    this.#retiring?.close();
    this.#retiring = this.#current;
    this.#current = link;
    this.#candidate = undefined;
    this.#openedAt = this.#clock.now();
    this.#turn += 1;
    this.#setStatus({ state: 'open' });
    if (this.#current === link && this.#user !== undefined) {
      this.#hooks.up(this.#user);
    }
  }

  #received(link: Link, frame: Frame): void {
    this.#hooks.frame(frame);
    if (frame.type === 'closing' && frame.reason === 'signed_out' && this.running) {
      this.#signedOut('signed_out');
    } else if (frame.type === 'error' && frame.code === 'token_expired') {
      link.close();
      this.#ended(link, { kind: 'expired' });
    }
  }

  #ended(link: Link, end: LinkEnd): void {
    if (link === this.#retiring) {
      this.#retiring = undefined;
    } else if (link === this.#candidate) {
      this.#candidate = undefined;
      this.#refused();
    } else if (link === this.#current) {
      this.#current = undefined;
      this.#lost(link, end);
    }
  }

  /** A handshake failed. Only the session can say whether the user has to sign in. */
  #refused(): void {
    if (this.#current !== undefined) {
      this.#current.remind(RENEWAL_RETRY_MS);
    } else {
      this.#ask(() => this.#options.session.current(), () => {
        this.#retryLater('The handshake failed.');
      });
    }
  }

  #lost(link: Link, end: LinkEnd): void {
    if (this.#clock.now() - this.#openedAt >= STABLE_MS) {
      this.#backoff.reset();
    }
    if (end.kind === 'lost' && BUSY_CODES.has(end.code)) {
      this.#backoff.exhaust();
    }
    this.#turn += 1;
    this.#hooks.down();
    if (this.#candidate !== undefined) {
      // The next link is on its way already.
      this.#setStatus({ state: 'connecting' });
    } else if (end.kind === 'expired') {
      this.#expired(link);
    } else {
      this.#retryLater(describe(end));
    }
  }

  #expired({ endsAt }: Link): void {
    this.#ask(() => this.#freshen(endsAt ?? this.#clock.now()), () => {
      this.#retryLater('The connection came to its end.');
    });
    this.#setStatus({ state: 'connecting' });
  }

  /** Opens the next link while the current one still delivers. */
  async #renew(link: Link): Promise<void> {
    const { endsAt } = link;
    if (endsAt === undefined || !this.#mayRenew(link)) {
      return;
    }
    let who: SignedIn | undefined;
    try {
      who = await this.#freshen(endsAt);
    } catch {
      link.remind(RENEWAL_RETRY_MS);
      return;
    }
    // Without a longer life to gain this link is used up to its end, and then the session has the last word.
    if (this.#mayRenew(link) && who !== undefined && this.#accepts(who) && who.expiresAt > endsAt) {
      this.#dial();
    }
  }

  #mayRenew(link: Link): boolean {
    return link === this.#current && this.#candidate === undefined;
  }

  /** A token for a link that outlives `endsAt`. One that lives longer by itself is left alone. */
  async #freshen(endsAt: number): Promise<SignedIn | undefined> {
    const who = await this.#options.session.current();
    if (who === undefined || who.expiresAt >= endsAt + RENEWAL_GAIN_MS) {
      return who;
    }
    return this.#options.session.refresh();
  }

  #retryLater(reason: string): void {
    const ms = Math.round(this.#backoff.next());
    this.#cancelRetry?.();
    this.#cancelRetry = this.#clock.after(ms, () => {
      this.#connect();
    });
    this.#setStatus({ state: 'waiting', retryAt: this.#clock.now() + ms, reason });
  }

  #signedOut(reason: 'not_signed_in' | 'signed_out'): void {
    this.#stop();
    this.#setStatus({ state: 'signed-out', reason });
  }

  #stop(): void {
    this.#turn += 1;
    this.#cancelRetry?.();
    this.#cancelRetry = undefined;
    for (const link of [this.#current, this.#candidate, this.#retiring]) {
      link?.close();
    }
    this.#current = this.#candidate = this.#retiring = undefined;
    this.#hooks.down();
  }

  #setStatus(status: ConnectionStatus): void {
    const { state } = this.#status;
    this.#status = status;
    if (state !== status.state || state === 'waiting') {
      this.#hooks.status(status);
    }
  }
}

function describe(end: LinkEnd): string {
  switch (end.kind) {
    case 'lost':
      return `The connection was lost (${end.code}).`;
    case 'silent':
      return 'The connection went silent.';
    case 'refused':
    case 'expired':
      return 'The connection ended.';
  }
}

// Whose connection it is, for good: what waits to be sent must never go out as somebody else's.
import type { Session, SignedIn } from './session.ts';

/** A token that outlives a link by less than this, in milliseconds, is renewed before the next link. */
export const RENEWAL_GAIN_MS = 60_000;

export type WhoAsks = Pick<Session, 'current' | 'refresh'> & Partial<Pick<Session, 'wasSentAway'>>;

export class Identity {
  readonly #session: WhoAsks;
  #user: string | undefined;

  constructor(session: WhoAsks) {
    this.#session = session;
  }

  /** undefined before anybody was accepted. */
  get user(): string | undefined {
    return this.#user;
  }

  current(): Promise<SignedIn | undefined> {
    return this.#session.current();
  }

  /** Why nobody is signed in, as far as the session said it. */
  get absence(): 'not_signed_in' | 'signed_out' {
    return this.#session.wasSentAway === true ? 'signed_out' : 'not_signed_in';
  }

  /** Whoever comes first, and from then on nobody else. */
  accepts(who: SignedIn | undefined): boolean {
    if (who === undefined || (this.#user !== undefined && this.#user !== who.user)) {
      return false;
    }
    this.#user = who.user;
    return true;
  }

  /** With a token for a link that outlives `endsAt`. One that lives longer by itself is left alone. */
  async freshen(endsAt: number): Promise<SignedIn | undefined> {
    const who = await this.#session.current();
    if (who === undefined || who.expiresAt >= endsAt + RENEWAL_GAIN_MS) {
      return who;
    }
    return this.#session.refresh();
  }
}

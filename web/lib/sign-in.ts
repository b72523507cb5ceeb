// Who is using this page: asked of the session endpoint, again while it cannot be reached, until somebody signs out.
import type { Session, SignedIn } from '@carillon/client';
import { backoff } from './backoff.ts';
import { Store } from './store.ts';

export type Presence =
  | { readonly at: 'checking' }
  /** `retryAt` is in milliseconds since 1970, by the local clock. */
  | { readonly at: 'unreachable'; readonly retryAt: number }
  | { readonly at: 'signed-out'; readonly why: SignedOutBecause }
  | { readonly at: 'signed-in'; readonly me: SignedIn };

/** `never`: nobody was signed in; `ended`: the session is over; `elsewhere`: ended from another page or device, or by the back end; `here`: by the user. */
export type SignedOutBecause = 'never' | 'ended' | 'elsewhere' | 'here';

export class SignIn {
  readonly presence = new Store<Presence>({ at: 'checking' });
  readonly #session: Session;
  #attempts = 0;
  /** While the user is signing out here, whatever else says that the session is over says the same. */
  #isLeaving = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(session: Session) {
    this.#session = session;
  }

  get loginUrl(): string {
    return this.#session.loginUrl();
  }

  /** Asks who is signed in. While somebody is, a failure to find out changes nothing. */
  readonly check = async (): Promise<void> => {
    clearTimeout(this.#timer);
    try {
      const me = await this.#session.current();
      this.#attempts = 0;
      this.#answered(me);
    } catch {
      this.#unanswered();
    }
  };

  /** The connection found out that the session is over. */
  end(why: SignedOutBecause): void {
    clearTimeout(this.#timer);
    this.presence.set({ at: 'signed-out', why: this.#isLeaving ? 'here' : why });
  }

  /** Resolves to the address that ends the user pool's own session, or `null`; rejects if the user is still signed in. */
  async signOut(scope: 'here' | 'everywhere'): Promise<string | null> {
    this.#isLeaving = true;
    try {
      const url = await (scope === 'here' ? this.#session.signOut() : this.#session.signOutEverywhere());
      this.end('here');
      return url;
    } finally {
      this.#isLeaving = false;
    }
  }

  /** Stops asking. */
  stop(): void {
    clearTimeout(this.#timer);
  }

  #answered(me: SignedIn | undefined): void {
    const before = this.presence.get();
    if (me) {
      const isKnown = before.at === 'signed-in' && before.me.user === me.user;
      if (!isKnown) this.presence.set({ at: 'signed-in', me });
    } else if (before.at !== 'signed-out') {
      this.end(before.at === 'signed-in' || this.#session.wasSentAway ? 'elsewhere' : 'never');
    }
  }

  #unanswered(): void {
    if (this.presence.get().at === 'signed-in') return;
    const wait = backoff(this.#attempts++, Math.random());
    this.presence.set({ at: 'unreachable', retryAt: Date.now() + wait });
    this.#timer = setTimeout(() => void this.check(), wait);
  }
}

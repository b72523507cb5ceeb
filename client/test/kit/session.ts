// A session that answers as a test says, and counts how often it is asked.
import { SessionError } from '../../src/errors.ts';
import type { SignedIn } from '../../src/session.ts';
import type { ManualClock } from './clock.ts';

const TOKEN_LIFE_MS = 3_600_000;

export class FakeSession {
  /** undefined: signed out. */
  user: string | undefined;
  /** Whether `/session` can be reached. */
  reachable = true;
  /** Whether the sign-in counts no more, though its token has not ended. */
  wasSentAway = false;
  /** Whether a refresh brings a new token. */
  refreshable = true;
  tokenLifeMs = TOKEN_LIFE_MS;
  expiresAt: number;
  asked = 0;
  refreshed = 0;
  readonly #clock: ManualClock;

  constructor(clock: ManualClock, user: string) {
    this.#clock = clock;
    this.user = user;
    this.expiresAt = clock.now() + this.tokenLifeMs;
  }

  /** Whether the handshake's cookie counts. */
  get valid(): boolean {
    return this.user !== undefined && !this.wasSentAway && this.#clock.now() < this.expiresAt;
  }

  current(): Promise<SignedIn | undefined> {
    this.asked += 1;
    return this.#answer(() => (this.valid || this.wasSentAway ? this.#signedIn() : this.#renewed()));
  }

  refresh(): Promise<SignedIn | undefined> {
    return this.#answer(() => this.#renewed());
  }

  async #answer(make: () => SignedIn | undefined): Promise<SignedIn | undefined> {
    await Promise.resolve();
    if (!this.reachable) {
      throw new SessionError('unavailable', 'not reachable');
    }
    return make();
  }

  #renewed(): SignedIn | undefined {
    this.refreshed += 1;
    if (this.refreshable) {
      this.expiresAt = this.#clock.now() + this.tokenLifeMs;
    } else {
      this.user = undefined;
    }
    return this.#signedIn();
  }

  #signedIn(): SignedIn | undefined {
    return this.user === undefined || this.wasSentAway ? undefined : { user: this.user, name: 'A name', expiresAt: this.expiresAt };
  }
}

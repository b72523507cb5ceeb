// Who is signed in here, asked of `/session`: the one thing that tells "sign in" from "try later".
import { type Clock, systemClock } from './clock.ts';
import { SessionError } from './errors.ts';

/** The user signed in at this origin. */
export interface SignedIn {
  readonly user: string;
  readonly name: string;
  /** The token's end, in milliseconds since 1970. */
  readonly expiresAt: number;
}

/** How long the session endpoint may take, in milliseconds; its function ends after 10 s. */
const ANSWER_MS = 15_000;

/** The code of a session whose sign-in counts no more. */
const SENT_AWAY = 'signed_out';

/** Talks to `/session` of one origin. The browser keeps the cookies; no script ever sees a token. */
export class Session {
  readonly #origin: string;
  readonly #fetch: typeof fetch;
  readonly #clock: Clock;
  #wasSentAway = false;
  #current: Promise<SignedIn | undefined> | undefined;
  #refresh: Promise<SignedIn | undefined> | undefined;

  /** `origin` is this page's own where it is left out. */
  constructor(options: { origin?: string; fetch?: typeof fetch; clock?: Clock } = {}) {
    this.#origin = options.origin?.replace(/\/$/, '') ?? '';
    // Called unbound: a browser's fetch refuses any other `this` than the window.
    this.#fetch = options.fetch ?? ((input, init) => fetch(input, init));
    this.#clock = options.clock ?? systemClock;
  }

  /**
   * Whether the last answer was that this sign-in counts no more: its user signed out everywhere since, or was sent away. What
   * is to be sent belongs to nobody then.
   */
  get wasSentAway(): boolean {
    return this.#wasSentAway;
  }

  /** Who is signed in, after one attempt to refresh an ended session; undefined: nobody. Throws SessionError. */
  current(): Promise<SignedIn | undefined> {
    this.#current ??= this.#ask().finally(() => {
      this.#current = undefined;
    });
    return this.#current;
  }

  /** A new token, by the refresh cookie; undefined: nobody is signed in any more. Throws SessionError. */
  refresh(): Promise<SignedIn | undefined> {
    this.#refresh ??= this.#signedIn('POST', '/session/refresh').finally(() => {
      this.#refresh = undefined;
    });
    return this.#refresh;
  }

  /** Where to send the browser to sign in, and the path of this origin to come back to. */
  loginUrl(returnPath = '/'): string {
    return `${this.#origin}/session/login?return=${encodeURIComponent(returnPath)}`;
  }

  /** Signs out here, and ends what this sign-in opened. The answer is where to send the browser to end the pool's own session; null: nowhere. */
  async signOut(): Promise<string | null> {
    return logoutUrl(await this.#call('DELETE', '/session'));
  }

  /** Signs out on every device and ends every connection of the user. */
  async signOutEverywhere(): Promise<string | null> {
    return logoutUrl(await this.#call('DELETE', '/session/all'));
  }

  async #ask(): Promise<SignedIn | undefined> {
    const who = await this.#signedIn('GET', '/session');
    // Who was sent away has no cookie any more to refresh with.
    return who !== undefined || this.#wasSentAway ? who : this.refresh();
  }

  async #signedIn(method: string, path: string): Promise<SignedIn | undefined> {
    const answer = await this.#call(method, path, [401]);
    this.#wasSentAway = answer.status === 401 && fields(answer.body)['code'] === SENT_AWAY;
    return answer.status === 401 ? undefined : parseSignedIn(answer);
  }

  /** The answer, if its status is a success or one of `expected`. */
  async #call(method: string, path: string, expected: readonly number[] = []): Promise<Answer> {
    const { ok, ...answer } = await this.#exchange(method, path);
    if (!ok && !expected.includes(answer.status)) {
      throw refusal(answer);
    }
    return answer;
  }

  async #exchange(method: string, path: string): Promise<Answer & { readonly ok: boolean }> {
    const abort = new AbortController();
    const cancel = this.#clock.after(ANSWER_MS, () => {
      abort.abort();
    });
    try {
      const response = await this.#fetch(this.#origin + path, {
        method,
        cache: 'no-store',
        credentials: 'same-origin',
        redirect: 'error',
        signal: abort.signal,
      });
      return { ok: response.ok, status: response.status, body: parseJson(await response.text()) };
    } catch {
      throw new SessionError('unavailable', 'The session endpoint cannot be reached; try again later.');
    } finally {
      cancel();
    }
  }
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** undefined for what is no JSON, such as the error page of something in between. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function fields(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function refusal({ status, body }: Answer): SessionError {
  const { code, message } = fields(body);
  return new SessionError(
    typeof code === 'string' ? code : 'unavailable',
    typeof message === 'string' ? message : `The session endpoint answered ${status}; try again later.`,
  );
}

function parseSignedIn({ body }: Answer): SignedIn {
  const { user, name, expiresAt } = fields(body);
  if (typeof user === 'string' && user !== '' && typeof name === 'string' && typeof expiresAt === 'number') {
    return { user, name, expiresAt };
  }
  throw unreadable();
}

function logoutUrl({ body }: Answer): string | null {
  const { logoutUrl: url } = fields(body);
  // The page goes there: nothing but a web address may pass, least of all `javascript:`.
  if (url === null || (typeof url === 'string' && /^https?:\/\//.test(url))) {
    return url;
  }
  throw unreadable();
}

function unreadable(): SessionError {
  return new SessionError('unavailable', 'The session endpoint gave an answer that cannot be read; try again later.');
}

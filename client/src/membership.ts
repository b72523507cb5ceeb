// Whether one connection is a member of one channel, as far as can be known. Pure. API Gateway runs a connection's
// frames side by side, and a copy that nobody answered may still be at work: the opposite of it waits until it cannot be.
import { ANSWER_TIMEOUT_MS } from './limits.ts';

/** How long to wait for an answer before the same is asked again, in milliseconds; longer each time. */
export const REPEAT_MS = 10_000;

export type MembershipAction = 'subscribe' | 'unsubscribe';

export interface Asked {
  readonly id: string;
  readonly action: MembershipAction;
  /** The cursor that was sent along. */
  readonly since: number | undefined;
  /** By the clock. */
  readonly at: number;
}

export class Membership {
  #state: 'in' | 'out' | 'unknown';
  /** The one request that an answer counts for. */
  #asked: Asked | undefined;
  /** Requests whose answer has not come, those that were given up among them. */
  #copies: readonly Asked[] = [];
  #unanswered = 0;

  constructor(state: 'in' | 'out' | 'unknown') {
    this.#state = state;
  }

  get isIn(): boolean {
    return this.#state === 'in';
  }

  get isOut(): boolean {
    return this.#state === 'out';
  }

  /** Until when an answer is waited for, by the clock; undefined: nothing is asked. */
  get dueAt(): number | undefined {
    return this.#asked && this.#asked.at + Math.min(ANSWER_TIMEOUT_MS, REPEAT_MS * (this.#unanswered + 1));
  }

  /** From when on `action` may be asked, by the clock: no copy of its opposite can be at work then. */
  freeAt(action: MembershipAction): number {
    const opposite = this.#copies.filter((copy) => copy.action !== action);
    return Math.max(0, ...opposite.map(({ at }) => at + ANSWER_TIMEOUT_MS));
  }

  /** Whether nothing at all is on its way any more. */
  isQuiet(now: number): boolean {
    return this.#copies.every(({ at }) => at + ANSWER_TIMEOUT_MS <= now);
  }

  owns(id: string): boolean {
    return this.#copies.some((copy) => copy.id === id);
  }

  ask(asked: Asked): void {
    this.#asked = asked;
    this.#copies = [...this.#copies.filter(({ at }) => at + ANSWER_TIMEOUT_MS > asked.at), asked];
    if (asked.action === 'unsubscribe' || this.#state === 'out') {
      this.#state = 'unknown';
    }
  }

  /** Gives up waiting, if it is time; true: what was asked may or may not have happened. */
  expire(now: number): boolean {
    if (this.dueAt === undefined || now < this.dueAt) {
      return false;
    }
    this.#asked = undefined;
    this.#unanswered += 1;
    return true;
  }

  /** An answer of either kind has come; the request, if the answer counts. */
  answered(id: string): Asked | undefined {
    this.#copies = this.#copies.filter((copy) => copy.id !== id);
    if (this.#asked?.id !== id) {
      return undefined;
    }
    const asked = this.#asked;
    this.#asked = undefined;
    this.#unanswered = 0;
    return asked;
  }

  done(action: MembershipAction): void {
    this.#state = action === 'subscribe' ? 'in' : 'out';
  }

  /** The server takes the connection for no member. */
  lost(): void {
    this.#state = 'unknown';
  }
}

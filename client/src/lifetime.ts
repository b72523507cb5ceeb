// When a link's successor is due, and when its end has come: from then on nothing is delivered to it.
import type { Clock } from './clock.ts';
import { MAX_CONNECTION_MS } from './limits.ts';

/** How long before its end the next link is due, in milliseconds; up to twice that, so that clients spread. */
export const RENEWAL_LEAD_MS = 60_000;

export interface LifetimeHooks {
  readonly due: () => void;
  readonly over: () => void;
}

export class Lifetime {
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #hooks: LifetimeHooks;
  /** When API Gateway closes it, whatever the server says. */
  readonly #limit: number;
  #cancelDue: (() => void) | undefined;
  #cancelOver: (() => void) | undefined;

  /** Begins with the handshake's success. */
  constructor(clock: Clock, random: () => number, hooks: LifetimeHooks) {
    this.#clock = clock;
    this.#random = random;
    this.#hooks = hooks;
    this.#limit = clock.now() + MAX_CONNECTION_MS;
    this.lasts(MAX_CONNECTION_MS);
  }

  /** For so many milliseconds from now. */
  lasts(ms: number): void {
    const remaining = Math.max(0, Math.min(ms, this.#limit - this.#clock.now()));
    // A short life is spent half before the next link is due: a lead longer than the life would make a storm.
    const whole = remaining + MAX_CONNECTION_MS - (this.#limit - this.#clock.now());
    const lead = Math.min(RENEWAL_LEAD_MS * (1 + this.#random()), whole / 2);
    this.#cancelOver?.();
    this.#cancelOver = this.#clock.after(remaining, this.#hooks.over);
    this.remind(Math.max(0, remaining - lead));
  }

  /** Says `due` again after so many milliseconds. */
  remind(ms: number): void {
    this.#cancelDue?.();
    this.#cancelDue = this.#clock.after(ms, this.#hooks.due);
  }

  stop(): void {
    this.#cancelDue?.();
    this.#cancelOver?.();
  }
}

// Keeps a socket from idling out (API Gateway closes one after 10 minutes), and notices one that died silently.
import type { Clock } from './clock.ts';

/** How often, in milliseconds: twice in 10 minutes, with room for one that goes wrong. */
export const HEARTBEAT_MS = 240_000;
/** How long a ping may go unanswered, in milliseconds. */
export const PING_ANSWER_MS = 20_000;
/** A ping unanswered this often means that the socket is dead. */
const MAX_TRIES = 2;

export interface HeartbeatHooks {
  readonly ping: () => void;
  readonly dead: () => void;
}

export class Heartbeat {
  readonly #clock: Clock;
  readonly #intervalMs: number;
  readonly #hooks: HeartbeatHooks;
  #tries = 0;
  #cancel: (() => void) | undefined;

  constructor(clock: Clock, intervalMs: number, hooks: HeartbeatHooks) {
    this.#clock = clock;
    this.#intervalMs = intervalMs;
    this.#hooks = hooks;
  }

  /** Pings now, unless a ping is on its way. */
  beat(): void {
    if (this.#tries === 0) {
      this.#try();
    }
  }

  answered(): void {
    if (this.#tries > 0) {
      this.#tries = 0;
      this.#in(this.#intervalMs, () => {
        this.beat();
      });
    }
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #try(): void {
    this.#tries += 1;
    this.#in(PING_ANSWER_MS, () => {
      if (this.#tries < MAX_TRIES) {
        this.#try();
      } else {
        this.#hooks.dead();
      }
    });
    this.#hooks.ping();
  }

  #in(ms: number, task: () => void): void {
    this.#cancel?.();
    this.#cancel = this.#clock.after(ms, task);
  }
}

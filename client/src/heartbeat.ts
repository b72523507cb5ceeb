// Keeps a socket from idling out (API Gateway closes one after 10 minutes), and notices one that died silently.
import type { Clock } from './clock.ts';

/** How often, in milliseconds: twice in 10 minutes, with room for one that goes wrong. */
export const HEARTBEAT_MS = 240_000;
/** How long a ping may go unanswered, in milliseconds. */
export const PING_ANSWER_MS = 20_000;

/** `fresh`: the channels are asked for anyway. `regular`: the time has come. `again`: the one before was not answered. */
export type Beat = 'fresh' | 'regular' | 'again';

export interface HeartbeatHooks {
  readonly ping: (beat: Beat) => void;
  /** Not answered the second time either. */
  readonly unanswered: () => void;
}

export class Heartbeat {
  readonly #clock: Clock;
  readonly #intervalMs: number;
  readonly #hooks: HeartbeatHooks;
  #isWaiting = false;
  #cancel: (() => void) | undefined;

  constructor(clock: Clock, intervalMs: number, hooks: HeartbeatHooks) {
    this.#clock = clock;
    this.#intervalMs = intervalMs;
    this.#hooks = hooks;
  }

  /** Pings now, unless a ping is on its way. */
  beat(beat: 'fresh' | 'regular'): void {
    if (!this.#isWaiting) {
      this.#isWaiting = true;
      this.#in(PING_ANSWER_MS, () => {
        this.#again();
      });
      this.#hooks.ping(beat);
    }
  }

  answered(): void {
    if (this.#isWaiting) {
      this.#isWaiting = false;
      this.#in(this.#intervalMs, () => {
        this.beat('regular');
      });
    }
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #again(): void {
    this.#in(PING_ANSWER_MS, () => {
      this.#hooks.unanswered();
    });
    this.#hooks.ping('again');
  }

  #in(ms: number, task: () => void): void {
    this.#cancel?.();
    this.#cancel = this.#clock.after(ms, task);
  }
}

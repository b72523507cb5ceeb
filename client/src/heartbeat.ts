// Keeps a socket from idling out (API Gateway closes one after 10 minutes), and notices one that died silently.
import type { Clock } from './clock.ts';
import { MIN_HEARTBEAT_MS } from './limits.ts';

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
  readonly #hooks: HeartbeatHooks;
  /** As the deployment has it, in milliseconds; until that is known, as often as any deployment may want. */
  #intervalMs = MIN_HEARTBEAT_MS;
  #isWaiting = false;
  #cancel: (() => void) | undefined;

  constructor(clock: Clock, hooks: HeartbeatHooks) {
    this.#clock = clock;
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

  /** From now on a ping comes so many milliseconds after the last answer. */
  every(ms: number): void {
    this.#intervalMs = Math.max(ms, MIN_HEARTBEAT_MS);
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

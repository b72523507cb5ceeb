// A clock that tests turn by hand: nothing waits, and every run is the same.
import type { Clock } from '../../src/clock.ts';

interface Timer {
  readonly at: number;
  readonly task: () => void;
}

export class ManualClock implements Clock {
  #now = 1_700_000_000_000;
  readonly #timers = new Set<Timer>();

  /** How many timers are set. */
  get timers(): number {
    return this.#timers.size;
  }

  now(): number {
    return this.#now;
  }

  after(ms: number, task: () => void): () => void {
    const timer = { at: this.#now + Math.max(0, ms), task };
    this.#timers.add(timer);
    return () => {
      this.#timers.delete(timer);
    };
  }

  /** Runs everything that is due within `ms` milliseconds, in order, with all promises it settles. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settled();
    for (let timer = this.#next(end); timer !== undefined; timer = this.#next(end)) {
      this.#timers.delete(timer);
      this.#now = timer.at;
      timer.task();
      await settled();
    }
    this.#now = end;
  }

  /** The earliest timer up to `end`; of equals the one set first. */
  #next(end: number): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.at <= end && (next === undefined || timer.at < next.at)) {
        next = timer;
      }
    }
    return next;
  }
}

/** A clock shared with others, that counts the timers set through it. */
export class CountedClock implements Clock {
  readonly #clock: Clock;
  readonly #timers = new Set<object>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get timers(): number {
    return this.#timers.size;
  }

  now(): number {
    return this.#clock.now();
  }

  after(ms: number, task: () => void): () => void {
    const timer = {};
    this.#timers.add(timer);
    const cancel = this.#clock.after(ms, () => {
      this.#timers.delete(timer);
      task();
    });
    return () => {
      this.#timers.delete(timer);
      cancel();
    };
  }
}

/** Lets every promise that can go on go on. */
export function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

// The one way to time, so that tests can turn it by hand.

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Runs `task` once after `ms` milliseconds; the answer cancels it. */
  after(ms: number, task: () => void): () => void;
}

/** The longest delay setTimeout takes; beyond it, it fires at once. */
const MAX_DELAY_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  after: (ms, task) => {
    const timer = setTimeout(task, Math.min(Math.max(ms, 0), MAX_DELAY_MS));
    return () => {
      clearTimeout(timer);
    };
  },
};

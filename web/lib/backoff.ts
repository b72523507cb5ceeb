// How long to wait before asking again: longer each time, bounded, and never the same for all.
const FIRST_MS = 1_000;
const MOST_MS = 30_000;

/** Milliseconds before attempt number `attempt` (the first one is 0), drawn from the upper half of its range by `random` in [0, 1). */
export function backoff(attempt: number, random: number): number {
  const range = Math.min(MOST_MS, FIRST_MS * 2 ** attempt);
  return Math.round((range / 2) * (1 + random));
}

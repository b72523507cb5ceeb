// How long to wait before trying again: exponential up to a cap, and drawn from the whole of it ("full jitter"), so
// that clients cut off together do not come back together.

export interface BackoffOptions {
  /** 0 to below 1. */
  readonly random: () => number;
  /** The first wait's ceiling, in milliseconds. */
  readonly baseMs: number;
  /** The highest ceiling, in milliseconds. */
  readonly capMs: number;
}

export class Backoff {
  readonly #options: BackoffOptions;
  #attempts = 0;

  constructor(options: BackoffOptions) {
    this.#options = options;
  }

  /** Milliseconds to wait this time; the next ceiling is twice as high. */
  next(): number {
    const { random, baseMs, capMs } = this.#options;
    const ceiling = Math.min(capMs, baseMs * 2 ** this.#attempts);
    this.#attempts += 1;
    return random() * ceiling;
  }

  /** The other side is overloaded or restarting: from now on draw from the whole cap. */
  exhaust(): void {
    this.#attempts = Infinity;
  }

  /** It works again. */
  reset(): void {
    this.#attempts = 0;
  }
}

// What may go wrong between a client and the model of the server, and how long things take.

export interface Odds {
  readonly losePush: number;
  readonly doublePush: number;
  readonly loseAnswer: number;
  readonly doubleAnswer: number;
  readonly unavailable: number;
  readonly gateway: number;
  /** A function that takes nearly as long as it may. */
  readonly slow: number;
}

export const LATENCY_MS = 10;
/** What a step of a slow function takes at most, in milliseconds: two of them end within API Gateway's 29 s. */
const SLOW_STEP_MS = 14_000;

/** Each is a probability; without a source of randomness nothing goes wrong, and everything takes as long. */
export class Faults {
  readonly #odds: Odds | undefined;
  readonly #random: () => number;
  readonly #maxDelayMs: number;

  constructor(odds?: Odds, random: () => number = () => 0, maxDelayMs = 0) {
    this.#odds = odds;
    this.#random = random;
    this.#maxDelayMs = maxDelayMs;
  }

  happens(what: keyof Odds): boolean {
    return this.#odds !== undefined && this.#random() < this.#odds[what];
  }

  /** How long something is on its way, in milliseconds. */
  get delay(): number {
    return this.#odds === undefined ? LATENCY_MS : Math.ceil(this.#random() * this.#maxDelayMs);
  }

  /** How long a step of a function takes, in milliseconds. */
  get work(): number {
    return this.happens('slow') ? Math.ceil(this.#random() * SLOW_STEP_MS) : 0;
  }
}

/** A source of chance that replays: SplitMix64, as in tests/src/random.rs, so that an old seed still means the same tokens. */

const BITS = 64;
const STEP = 0x9e37_79b9_7f4a_7c15n;

/** Chance that a seed decides. */
export class Random {
  #state: bigint;

  constructor(seed: number) {
    this.#state = BigInt.asUintN(BITS, BigInt(seed) * STEP);
  }

  /** A whole number below `bound`, which is not zero. */
  below(bound: number): number {
    return Number(this.#next() % BigInt(bound));
  }

  /** A whole number from `low` up to `high`, both included. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  /** One of them, of which there is at least one. */
  pick<T>(choices: readonly T[]): T {
    const choice = choices[this.below(choices.length)];
    if (choice === undefined) throw new Error('nothing to pick from');
    return choice;
  }

  #next(): bigint {
    this.#state = BigInt.asUintN(BITS, this.#state + STEP);
    let mixed = this.#state;
    mixed = BigInt.asUintN(BITS, (mixed ^ (mixed >> 30n)) * 0xbf58_476d_1ce4_e5b9n);
    mixed = BigInt.asUintN(BITS, (mixed ^ (mixed >> 27n)) * 0x94d0_49bb_1331_11ebn);
    return mixed ^ (mixed >> 31n);
  }
}

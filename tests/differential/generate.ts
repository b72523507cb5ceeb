/** From a seed to a token: a good one, or one with a mutation or two. */
import { Draft } from './draft.ts';
import type { Question } from './judge.ts';
import { type Mutator, MUTATORS } from './mutators/index.ts';
import { Random } from './random.ts';

/** A token, and how it came to be. */
export interface Sample extends Question {
  seed: number;
  mutators: string[];
}

/** Of ten seeds in a row, so many have no mutation, one, and two. */
const [NONE, ONE, ALL] = [1, 5, 10];

/** Seeds in which every mutator has had its turn alone. */
export const ROUND = Math.ceil(MUTATORS.length / ONE) * ALL;

/** The token that a seed names. */
export function sample(seed: number): Sample {
  const random = new Random(seed);
  const draft = new Draft(random.pick(['id', 'access']), random.below(2) === 0);
  const mutators = chosen(seed, random);
  for (const { apply } of mutators) apply(draft, random);
  const { accessTokens, now } = draft;
  return { seed, mutators: mutators.map(({ name }) => name), token: wellFormed(draft.render()), now, accessTokens };
}

/** Half of a surrogate pair, which two mutations can leave, is in no UTF-8, so that nobody could be asked about it. */
function wellFormed(token: string): string {
  return Buffer.from(token).toString();
}

function chosen(seed: number, random: Random): Mutator[] {
  const turn = seed % ALL;
  if (turn < NONE) return [];
  if (turn < NONE + ONE) return MUTATORS.slice(...alone(Math.floor(seed / ALL) * ONE + turn - NONE));
  return [random.pick(MUTATORS), random.pick(MUTATORS)];
}

/** The mutators take turns, so that none is left out. */
function alone(turn: number): [number, number] {
  const index = turn % MUTATORS.length;
  return [index, index + 1];
}

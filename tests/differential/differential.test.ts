/** Our token verifier must refuse whatever aws-jwt-verify refuses; what it refuses beyond that is known, with the reason why. */
import { beforeAll, describe, expect, it } from 'vitest';
import { compare, type Outcome } from './compare.ts';
import { sample } from './generate.ts';
import { MUTATORS } from './mutators/index.ts';

const TOKENS = 5000;
/** Seeds of different runs are far apart. */
const SEED = Number(process.env['SEED'] ?? process.pid * 1_000_000);

describe('our verifier beside aws-jwt-verify', () => {
  let outcome: Outcome;

  beforeAll(async () => {
    console.log(`SEED=${SEED}`);
    outcome = await compare(SEED, TOKENS);
    console.log(outcome.counts);
  });

  it('accepts nothing that the other refuses', () => {
    expect(outcome.counts.onlyOurs).toBe(0);
  });

  it('refuses alone what the reviewed list names, always and for that reason, and nothing else', () => {
    expect(outcome.problems).toEqual([]);
  });

  it('accepts the tokens without a mutation, as the other does', () => {
    expect(outcome.counts.both).toBeGreaterThanOrEqual(TOKENS / 10);
  });

  it('was shown every mutator alone, each under a name of its own', () => {
    expect([...outcome.alone].sort()).toEqual(MUTATORS.map(({ name }) => name).sort());
  });
});

it('makes the same tokens of the same seeds, but for the salts of PSS and ECDSA', () => {
  const salted = /signed with (PS|ES)256/;
  for (let seed = SEED; seed < SEED + 500; seed++) {
    const [first, again] = [sample(seed), sample(seed)];
    if (!salted.test(first.mutators.join())) expect(again).toEqual(first);
    expect(again.mutators).toEqual(first.mutators);
  }
});

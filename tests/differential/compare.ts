/** Holds our verifier beside the other one, token by token, and says what must not be. */
import { type Sample, sample, ROUND } from './generate.ts';
import { Judge } from './judge.ts';
import { referenceAccepts } from './reference.ts';
import { REVIEWED, reviewedReasons } from './reviewed.ts';

/** Tokens asked about at once. */
const BATCH = 500;

/** What came of a run. */
export interface Outcome {
  /** Tokens that both accepted, that both refused, that only the other accepted, and that only ours accepted. */
  counts: { both: number; neither: number; onlyTheirs: number; onlyOurs: number };
  /** One line for each thing that must not be, with the seed that shows it. */
  problems: string[];
  /** Every mutator that was alone in a token, so that its outcome is its own. */
  alone: Set<string>;
}

/** A token with both verdicts. */
interface Verdict extends Sample {
  /** `accepted`, or the reason why not. */
  ours: string;
  theirs: boolean;
}

/** Tries so many tokens, from the seed `first` on. */
export async function compare(first: number, tokens: number): Promise<Outcome> {
  const outcome: Outcome = { counts: { both: 0, neither: 0, onlyTheirs: 0, onlyOurs: 0 }, problems: [], alone: new Set() };
  const judge = new Judge();
  try {
    for (let seed = first; seed < first + tokens; seed += BATCH) {
      const samples = Array.from({ length: Math.min(BATCH, first + tokens - seed) }, (_, n) => sample(seed + n));
      const answers = await judge.ask(samples);
      samples.forEach((asked, n) => {
        note(outcome, { ...asked, ours: answers[n] ?? '', theirs: referenceAccepts(asked.token, asked.accessTokens, asked.now) });
      });
    }
  } finally {
    judge.end();
  }
  if (tokens >= ROUND) outcome.problems.push(...unknownEntries(outcome));
  return outcome;
}

function note({ counts, problems, alone }: Outcome, verdict: Verdict): void {
  const accepted = verdict.ours === 'accepted';
  counts[accepted ? (verdict.theirs ? 'both' : 'onlyOurs') : verdict.theirs ? 'onlyTheirs' : 'neither'] += 1;
  const [only] = verdict.mutators;
  if (only !== undefined && verdict.mutators.length === 1) alone.add(only);
  const problem = problemOf(verdict);
  if (problem) problems.push(`seed ${verdict.seed} (${verdict.mutators.join(' + ') || 'no mutation'}): ${problem}\n  ${verdict.token.slice(0, 2000)}`);
}

function problemOf({ mutators, ours, theirs }: Verdict): string | undefined {
  if (ours === 'accepted' && !theirs) return 'ours accepts what the other refuses';
  if (mutators.length === 0 && ours !== 'accepted') return `ours refuses a good token: ${ours}`;
  if (ours !== 'accepted' && theirs && !reviewedReasons(mutators).has(ours)) return `only the other accepts it, which is not reviewed (ours says ${ours})`;
  return mutators.length === 1 ? missedEntry(mutators[0] ?? '', ours, theirs) : undefined;
}

/** Alone, a reviewed mutator lands on the list every time, and for its own reason: so a check that is gone shows at once. */
function missedEntry(mutator: string, ours: string, theirs: boolean): string | undefined {
  const expected = REVIEWED.get(mutator);
  if (expected === undefined || (ours === expected && theirs)) return undefined;
  return `it stands in the list as ${expected} by ours alone, but ours says ${ours} and the other ${theirs ? 'accepts' : 'refuses'}`;
}

/** Entries of the list that name no mutator. */
function unknownEntries({ alone }: Outcome): string[] {
  return [...REVIEWED.keys()].filter((name) => !alone.has(name)).map((name) => `nothing lands in the reviewed entry "${name}"`);
}

/** `npm run differential -- --tokens 1000000 --seed 1`: as many tokens as one likes, or one token again. */
import { parseArgs } from 'node:util';
import { compare } from './compare.ts';

const HELP = `npm run differential -- [options]

Holds our token verifier beside aws-jwt-verify: ours must refuse whatever the other refuses.

  --tokens N   how many tokens (default: 100000)
  --seed S     the first token's seed; the others follow (default: 1)
  --help       this text`;

const { values } = parseArgs({
  options: { tokens: { type: 'string', default: '100000' }, seed: { type: 'string', default: '1' }, help: { type: 'boolean', short: 'h' } },
});
if (values.help) console.log(HELP);
else await run(whole('--seed', values.seed), whole('--tokens', values.tokens));

async function run(seed: number, tokens: number): Promise<void> {
  const { counts, problems } = await compare(seed, tokens);
  for (const problem of problems) console.log(problem);
  const { both, neither, onlyTheirs, onlyOurs } = counts;
  console.log(`${tokens} tokens from seed ${seed}: ${both} accepted by both, ${neither} refused by both, ${onlyTheirs} refused by ours alone, ${onlyOurs} accepted wrongly`);
  if (problems.length > 0) console.log(`${problems.length} problems; again: npm run differential -- --tokens 1 --seed <its seed>`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}

function whole(option: string, text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new Error(`${option} wants a whole number`);
  return Number(text);
}

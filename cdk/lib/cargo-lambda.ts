// Finds cargo-lambda, which builds the functions of a template that is to be deployed. Without it the CDK would fall
// back to Docker, which builds something else than was tested here.
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cargoLambdaVersion } from 'cargo-lambda-cdk';
import { SynthesisError } from './synthesis-error.ts';

/** Where `npm run cargo-lambda` puts it, and zig beside it. */
export const TOOLS = fileURLToPath(new URL('../../.venv-packaging/bin', import.meta.url));

/** Makes sure that cargo finds cargo-lambda, in `PATH` or else in the folder `tools`. */
export function requireCargoLambda(tools: string = TOOLS): void {
  if (cargoLambdaVersion()) return;
  if (existsSync(join(tools, 'cargo-lambda'))) {
    process.env['PATH'] = [tools, process.env['PATH']].join(delimiter);
    if (cargoLambdaVersion()) return;
  }
  throw new SynthesisError('The functions cannot be built, since "cargo lambda" does not run: run `npm run cargo-lambda`, which installs it, and try again.');
}

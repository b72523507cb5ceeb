// The CDK app synthesised as for a deployment: cargo-lambda builds the functions, and their assets hold `bootstrap`.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fail } from './fail.mjs';
import { isStopping, run } from './processes.mjs';

const OUTPUT = 'cdk.out';

/** Resolves to the path of the template for `context`, whose assets are programs. Takes many minutes the first time. */
export async function synthesisePackaged(context) {
  const settings = Object.entries(context).flatMap(([key, value]) => ['--context', `${key}=${value}`]);
  const code = await run(process.execPath, ['node_modules/.bin/cdk', 'synth', '--quiet', '--output', OUTPUT, ...settings]);
  if (isStopping()) process.exit(0);
  if (code !== 0) fail('The CDK app does not synthesise: mend what it says above, and start again.');
  return `${OUTPUT}/Carillon.template.json`;
}

/** The functions of a packaged template: their binary's name, and the program that its asset holds. */
export function packagedFunctions(template) {
  const { Resources } = JSON.parse(readFileSync(template, 'utf8'));
  return Object.values(Resources)
    .filter(({ Metadata }) => Metadata?.['carillon:binary'])
    .map(({ Metadata }) => ({ name: Metadata['carillon:binary'], program: join(dirname(template), Metadata['aws:asset:path'], 'bootstrap') }));
}

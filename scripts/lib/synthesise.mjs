// Synthesises the CDK app without cargo-lambda or Docker, and keeps the result as long as nothing it is made from
// changes: synthesis takes seconds, a look at the cache milliseconds.
import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { digestOf } from './content.mjs';
import { fail } from './fail.mjs';
import { isStopping, run } from './processes.mjs';

const CACHE = 'node_modules/.cache/carillon';
// What the template is made from. Rust sources are not: without bundling, no asset is built.
const SOURCES = ['cdk.json', 'package-lock.json', 'cdk/bin', 'cdk/lib'];
// Functions are built by cargo, once for all, and not by the CDK; nor is any asset copied, since none is uploaded.
const NO_ASSETS = { 'aws:cdk:bundling-stacks': [], 'aws:cdk:disable-asset-staging': true };

/** Context values from texts of the form `key=value`. */
export function contextOf(texts) {
  return Object.fromEntries(
    texts.map((text) => {
      const at = text.indexOf('=');
      if (at < 1) throw new Error(`-c ${text} is no context value: write -c key=value.`);
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}

/** Resolves to the path of the template for `context`, further values beside those of cdk.json. */
export async function synthesise(context) {
  const folder = join(CACHE, keyOf(context));
  const template = join(folder, 'Carillon.template.json');
  if (existsSync(template)) return template;
  const draft = `${folder}.${process.pid}`;
  const code = await run(process.execPath, ['--import', 'tsx', 'cdk/bin/app.ts'], {
    // Standard output belongs to whoever asked for the template.
    stdio: ['ignore', process.stderr, process.stderr],
    // The CDK's own rule check takes most of the time, and the CDK app's tests run it.
    env: { ...process.env, CDK_VALIDATION: 'false', CDK_OUTDIR: draft, CDK_CONTEXT_JSON: JSON.stringify({ ...NO_ASSETS, ...context }) },
  });
  if (isStopping()) process.exit(0);
  if (code !== 0) fail('The CDK app does not synthesise: mend what it says above, and start again.');
  keep(draft, folder);
  return template;
}

/** Moves the draft to its place, unless another process was quicker: theirs is the same. */
function keep(draft, folder) {
  try {
    renameSync(draft, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
    rmSync(draft, { recursive: true });
  }
}

function keyOf(context) {
  return digestOf(SOURCES, `${JSON.stringify(context)} ${process.version}`);
}

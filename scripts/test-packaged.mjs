// `npm run test:packaged`: packages the functions as for a deployment, and holds the packaged programs to the tests of
// the chat, the session and the panic. Apart from `npm test`, because release builds take many minutes.
import { deepStrictEqual } from 'node:assert';
import { readFileSync, statSync } from 'node:fs';
import { delimiter, resolve } from 'node:path';
import { fail } from './lib/fail.mjs';
import { packagedFunctions, synthesisePackaged } from './lib/packaged.mjs';
import { run } from './lib/processes.mjs';
import { synthesise } from './lib/synthesise.mjs';

const PROBE = 'target/lambda/probe';
const TESTS = ['chat::', 'session::a_person', 'session::signing_out', 'emulator_functions::'];
const TOOLS = { ...process.env, PATH: `${resolve('.venv-packaging/bin')}${delimiter}${process.env.PATH}` };

const template = await synthesisePackaged({});
deepStrictEqual(comparable(template), comparable(await synthesise({})), 'the template that npm start runs is another than the deployed one');
await must('cargo', ['lambda', 'build', '--release', '--x86-64', '--package', 'tests', '--bin', 'probe', '--flatten', 'probe', '--lambda-dir', PROBE], TOOLS);
await must('cargo', ['build', '--workspace', '--locked']);
await must('cargo', ['test', '--package', 'tests', '--test', 'black_box', '--', ...TESTS], { ...process.env, TEMPLATE: template, PROBE });
console.log('\nPackaged functions, as Lambda unpacks them:');
for (const { name, program } of packagedFunctions(template)) console.log(`  ${name.padEnd(14)} ${(statSync(program).size / 1e6).toFixed(1)} MB`);

// Without the hashes of assets, which are packaged here and not there, and without the CDK's own metadata.
function comparable(file) {
  const text = readFileSync(file, 'utf8').replaceAll(/[0-9a-f]{64}\.zip/g, 'asset.zip');
  return JSON.parse(text, (key, value) => {
    if (key.startsWith('aws:')) return undefined;
    return key === 'Metadata' && JSON.stringify(value) === '{}' ? undefined : value;
  });
}

async function must(program, args, env = process.env) {
  console.log(`\n$ ${program} ${args.join(' ')}`);
  if ((await run(program, args, { env })) !== 0) fail(`${program} failed: see above.`);
}

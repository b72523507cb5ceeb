// `npm run test:packaged`: packages the functions as for a deployment, and holds the packaged programs to the tests of
// the chat, the session and the panic. Apart from `npm test`, because release builds take many minutes.
import { statSync } from 'node:fs';
import { delimiter, resolve } from 'node:path';
import { fail } from './lib/fail.mjs';
import { packagedFunctions, synthesisePackaged } from './lib/packaged.mjs';
import { run } from './lib/processes.mjs';

const PROBE = 'target/lambda/probe';
const TESTS = ['chat::', 'session::a_person', 'session::signing_out', 'emulator_functions::'];
const TOOLS = { ...process.env, PATH: `${resolve('.venv-packaging/bin')}${delimiter}${process.env.PATH}` };

const template = await synthesisePackaged({});
await must('cargo', ['lambda', 'build', '--release', '--x86-64', '--package', 'tests', '--bin', 'probe', '--flatten', 'probe', '--lambda-dir', PROBE], TOOLS);
await must('cargo', ['build', '--workspace', '--locked']);
await must('cargo', ['test', '--package', 'tests', '--test', 'black_box', '--', ...TESTS], { ...process.env, TEMPLATE: template, PROBE });
console.log('\nPackaged functions, as Lambda unpacks them:');
for (const { name, program } of packagedFunctions(template)) console.log(`  ${name.padEnd(14)} ${(statSync(program).size / 1e6).toFixed(1)} MB`);

async function must(program, args, env = process.env) {
  console.log(`\n$ ${program} ${args.join(' ')}`);
  if ((await run(program, args, { env })) !== 0) fail(`${program} failed: see above.`);
}

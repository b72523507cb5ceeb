// Builds one of the tools that are written in Rust, says so, and runs it: `node scripts/tool.mjs crowd --connections 100`.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fail } from './lib/fail.mjs';
import { isStopping, run } from './lib/processes.mjs';

// Those that measure run everything as optimised as on AWS; all but the simulation start an emulator, which has to be built too.
const MEASURE = ['--profile', 'measure', '--bins', '--workspace'];
// The whole workspace, though not all of it is needed: fewer crates would ask for fewer features, and build everything anew.
const EMULATOR = ['--bins', '--workspace'];
const TOOLS = {
  crowd: { build: MEASURE, folder: 'measure' },
  senders: { build: MEASURE, folder: 'measure' },
  handshakes: { build: MEASURE, folder: 'measure' },
  idle: { build: MEASURE, folder: 'measure' },
  simulate: { build: ['--workspace', '--bin', 'simulate'], folder: 'debug' },
  fuzz: { build: EMULATOR, folder: 'debug' },
  conformance: { build: EMULATOR, folder: 'debug' },
  mutations: { build: EMULATOR, folder: 'debug' },
};

const [name, ...args] = process.argv.slice(2);
const tool = TOOLS[name] ?? fail(`${name ?? 'Nothing'} is no tool: name one of ${Object.keys(TOOLS).join(', ')}.`);
const program = join(targetFolder(), tool.folder, name);
// What it can do does not change with every build, and is no reason to wait for minutes.
const isQuestion = args.some((arg) => arg === '--help' || arg === '-h');
if (!(isQuestion && existsSync(program))) await build();
process.exitCode = await run(program, args);

async function build() {
  // Standard output belongs to the tool.
  process.stderr.write(`Building ${name} (some minutes the first time) …\n`);
  const code = await run('cargo', ['build', '--locked', ...tool.build], { stdio: ['ignore', process.stderr, process.stderr] });
  if (isStopping()) process.exit(0);
  if (code !== 0) fail('It does not build: mend what the compiler says above, and try again.');
}

function targetFolder() {
  const metadata = execFileSync('cargo', ['metadata', '--no-deps', '--offline', '--format-version', '1'], { encoding: 'utf8' });
  return JSON.parse(metadata).target_directory;
}

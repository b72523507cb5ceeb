// `npm start`: builds functions, emulator and web client, synthesises the CDK app, and runs the whole stack on loopback.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fail } from './lib/fail.mjs';
import { readOptions } from './lib/options.mjs';
import { synthesisePackaged } from './lib/packaged.mjs';
import { ended, isStopping, run, start } from './lib/processes.mjs';
import { summary } from './lib/summary.mjs';
import { synthesise } from './lib/synthesise.mjs';
import { buildWebClient, startDevServer } from './lib/web-client.mjs';

const USERS = ['alice', 'bob'];

const options = readOptions();
// First, since a mistake in a setting is told in seconds, and a build takes minutes.
const template = await (options.packaged ? synthesisePackaged : synthesise)(options.context);
await build();
const web = await webArguments();
process.exitCode = await runEmulator(template);

// One command for everything: cargo builds a crate again when it is asked for with another set of crates.
async function build() {
  console.log('Building (some minutes the first time, then only what has changed) …');
  const code = await run('cargo', ['build', '--workspace', '--locked']);
  if (isStopping()) process.exit(0);
  if (code !== 0) fail('The Rust workspace does not build: mend what the compiler says above, and start again.');
}

async function webArguments() {
  if (options.web === 'static') return ['--web', await buildWebClient()];
  if (options.web === 'dev') return ['--web-proxy', await startDevServer()];
  return [];
}

async function runEmulator(template) {
  const users = USERS.flatMap((name) => ['--user', name]);
  const args = ['run', '--template', template, '--port', options.port, '--state', options.state, '--stop-with-parent', ...web, ...users];
  if (options.fresh) args.push('--fresh');
  const isNew = !existsSync(options.state);
  const emulator = start(emulatorProgram(), args, { stdio: ['pipe', 'pipe', 'inherit'] });
  announceWhenReady(emulator.stdout);
  const code = await ended(emulator);
  if (isStopping()) {
    console.log(`Stopped; messages, users and keys stay in ${options.state}.`);
    return 0;
  }
  if (isNew) removeIfUnused(options.state);
  if (code !== 0 && (await isInUse(options.port))) console.error('npm start takes its port from PORT: PORT=8080 npm start');
  if (code === 1 && emulator.signalCode) console.error(`The emulator was ended from outside (${emulator.signalCode}): start again.`);
  return code;
}

// A start that failed leaves nothing that was not there before: the emulator's lock, which it has let go, is all that a folder
// holds in which nothing was begun.
function removeIfUnused(folder) {
  if (existsSync(folder) && readdirSync(folder).every((name) => name === 'lock')) rmSync(folder, { recursive: true });
}

// The emulator has said so, and names its own option.
function isInUse(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.on('error', ({ code }) => resolve(code === 'EADDRINUSE'));
    server.listen(Number(port), '127.0.0.1', () => server.close(() => resolve(false)));
  });
}

function emulatorProgram() {
  const metadata = execFileSync('cargo', ['metadata', '--no-deps', '--offline', '--format-version', '1'], { encoding: 'utf8' });
  const program = join(JSON.parse(metadata).target_directory, 'debug', 'emulator');
  return existsSync(program) ? program : fail(`${program} is missing: unset CARGO_BUILD_TARGET and similar settings, and start again.`);
}

// The emulator's only line on standard output is `ready …`; what a person wants to know comes before it.
function announceWhenReady(output) {
  let text = '';
  output.setEncoding('utf8');
  output.on('data', (chunk) => {
    text += chunk;
    const end = text.indexOf('\n');
    if (end < 0) return;
    const endpoints = JSON.parse(readFileSync(join(options.state, 'endpoints.json'), 'utf8'));
    console.log(summary(endpoints, options.state, options.web));
    process.stdout.write(text.slice(0, end + 1));
    text = text.slice(end + 1);
  });
}

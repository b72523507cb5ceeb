// `npm start`: builds the functions and the emulator, synthesises the CDK app, and runs the whole stack on loopback.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fail } from './lib/fail.mjs';
import { ended, isStopping, run, start } from './lib/processes.mjs';
import { contextOf, synthesise } from './lib/synthesise.mjs';

const USERS = ['alice', 'bob'];
const OPTIONS = 'The options of npm start stand behind --: --no-web, --fresh, --state DIR, -c key=value.';

const options = readOptions();
await build();
const template = await synthesise(options.context);
process.exitCode = await runEmulator(template);

function readOptions() {
  refuseSwallowedOptions();
  try {
    const { values } = parseArgs({
      options: {
        'no-web': { type: 'boolean' },
        fresh: { type: 'boolean' },
        state: { type: 'string', default: '.local' },
        context: { type: 'string', short: 'c', multiple: true, default: [] },
      },
    });
    return { state: values.state, fresh: values.fresh === true, context: contextOf(values.context), port: port() };
  } catch (error) {
    return fail(`${error.message.replace(/\.?$/, '.')} ${OPTIONS}`);
  }
}

// Without the two dashes npm takes an option for itself, and the stack would start as if it had not been given.
function refuseSwallowedOptions() {
  for (const name of ['no-web', 'web', 'fresh', 'state']) {
    if (process.env[`npm_config_${name.replace('-', '_')}`] !== undefined) {
      fail(`npm took --${name} for itself: write it behind two dashes, as in "npm start -- --fresh". ${OPTIONS}`);
    }
  }
}

function port() {
  const text = process.env.PORT || '3000';
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65535) throw new Error(`PORT=${text} is no port: write a number from 0 to 65535.`);
  return text;
}

// One command for everything: cargo builds a crate again when it is asked for with another set of crates.
async function build() {
  console.log('Building (some minutes the first time, then only what has changed) …');
  const code = await run('cargo', ['build', '--workspace', '--locked']);
  if (isStopping()) process.exit(0);
  if (code !== 0) fail('The Rust workspace does not build: mend what the compiler says above, and start again.');
}

async function runEmulator(template) {
  const users = USERS.flatMap((name) => ['--user', name]);
  const args = ['run', '--template', template, '--port', options.port, '--state', options.state, '--stop-with-parent', ...users];
  if (options.fresh) args.push('--fresh');
  const emulator = start(emulatorProgram(), args, { stdio: ['pipe', 'pipe', 'inherit'] });
  announceWhenReady(emulator.stdout);
  const code = await ended(emulator);
  if (isStopping()) {
    console.log(`Stopped; messages, users and keys stay in ${options.state}.`);
    return 0;
  }
  if (code === 1 && emulator.signalCode) console.error(`The emulator was ended from outside (${emulator.signalCode}): start again.`);
  return code;
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
    console.log(summary(JSON.parse(readFileSync(join(options.state, 'endpoints.json'), 'utf8'))));
    process.stdout.write(text.slice(0, end + 1));
    text = text.slice(end + 1);
  });
}

function summary(endpoints) {
  const lines = [
    ['WebSocket API', endpoints.websocket],
    ['@connections', endpoints.management],
    ['Lambda', endpoints.lambda],
    ['DynamoDB', `${endpoints.dynamodb}  table ${endpoints.table}`],
    ['Cognito', `${endpoints.cognito.endpoint}  client ${endpoints.cognito.clientId}`],
    ...endpoints.users.map((user) => ['User', `${user.username}  password ${user.password}`]),
    ['All of this', join(options.state, 'endpoints.json')],
  ];
  return ['', ...lines.map(([name, value]) => `  ${name.padEnd(14)} ${value}`), ''].join('\n');
}

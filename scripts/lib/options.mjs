// The options of `npm start`: what stands behind the two dashes, and PORT.
import { parseArgs } from 'node:util';
import { fail } from './fail.mjs';
import { contextOf } from './synthesise.mjs';

const HELP = `npm start runs the whole product on this machine: PORT=3000 npm start -- [options]

  --no-web        without the web client: the socket, the session endpoint and everything behind them alone
  --web-dev       with Next's development server behind the same origin: a change is seen at once
  --packaged      with the functions as they are deployed: built by cargo-lambda, taken from the CDK's assets
  --fresh         begin with no messages, users or keys
  --state DIR     keep the state in DIR (default: .local)
  -c key=value    a setting of the CDK app (cdk/README.md)
  --help          this text

PORT chooses the port, 3000 if not given; 0 takes a free one.`;

const OPTIONS = {
  'no-web': { type: 'boolean', default: false },
  'web-dev': { type: 'boolean', default: false },
  packaged: { type: 'boolean', default: false },
  fresh: { type: 'boolean', default: false },
  state: { type: 'string', default: '.local' },
  context: { type: 'string', short: 'c', multiple: true, default: [] },
  help: { type: 'boolean', short: 'h', default: false },
};

/** Reads the command line; ends the program with one sentence where it makes no sense, and after `--help`. */
export function readOptions() {
  refuseSwallowedOptions();
  try {
    return checked(parseArgs({ options: OPTIONS }).values);
  } catch (error) {
    return fail(`${error.message.replace(/\.?$/, '.')} "npm start -- --help" lists the options.`);
  }
}

function checked(values) {
  if (values.help) {
    console.log(HELP);
    process.exit(0);
  }
  if (values['no-web'] && values['web-dev']) throw new Error('--no-web and --web-dev exclude each other');
  return {
    web: values['no-web'] ? 'none' : values['web-dev'] ? 'dev' : 'static',
    packaged: values.packaged,
    fresh: values.fresh,
    state: values.state,
    context: contextOf(values.context),
    port: port(),
  };
}

// Without the two dashes npm takes an option for itself, and the stack would start as if it had not been given.
function refuseSwallowedOptions() {
  for (const name of ['no-web', 'web', 'web-dev', 'packaged', 'fresh', 'state']) {
    if (process.env[`npm_config_${name.replace('-', '_')}`] !== undefined) {
      fail(`npm took --${name} for itself: write it behind two dashes, as in "npm start -- --fresh". "npm start -- --help" lists the options.`);
    }
  }
}

function port() {
  const text = process.env.PORT || '3000';
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65535) throw new Error(`PORT=${text} is no port: write a number from 0 to 65535`);
  return text;
}

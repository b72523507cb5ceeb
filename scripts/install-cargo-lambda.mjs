// `npm run cargo-lambda`: installs what packages the functions for deployment, cargo-lambda and the linker zig that it
// uses, from PyPI into `.venv-packaging`. The CDK app looks for cargo-lambda there too. Needs Python 3.10 or newer.
import { spawnSync } from 'node:child_process';
import { fail } from './lib/fail.mjs';

const FOLDER = '.venv-packaging';
const PACKAGES = ['cargo-lambda==1.9.2', 'ziglang==0.17.1'];

const installed =
  succeeds('python3', ['-m', 'venv', '--clear', FOLDER]) &&
  succeeds(`${FOLDER}/bin/python`, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...PACKAGES]);
if (!installed) fail('cargo-lambda could not be installed: see above; Python 3.10 or newer with venv, and a network, are needed.');
console.log(`cargo-lambda is in ${FOLDER}; "npx cdk deploy" finds it there.`);

function succeeds(program, args) {
  return spawnSync(program, args, { stdio: 'inherit' }).status === 0;
}

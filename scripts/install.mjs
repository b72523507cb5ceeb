// Runs before `npm start` and `npm test`: checks the machine and installs the packages that the lock file names, once.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fail } from './lib/fail.mjs';
import { checkToolchain } from './lib/toolchain.mjs';

const MARKER = 'node_modules/.carillon-installed';

checkToolchain();
const wanted = createHash('sha256').update(readFileSync('package-lock.json')).digest('hex');
const installed = existsSync(MARKER) && readFileSync(MARKER, 'utf8') === wanted;
if (!installed) {
  console.log('Installing the packages of package-lock.json …');
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], { stdio: 'inherit' });
  if (status !== 0) fail('npm ci failed: see above; check the network connection, and run the command again.');
  writeFileSync(MARKER, wanted);
}

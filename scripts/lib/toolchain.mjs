// What a machine must have: Node and Rust, each new enough. Everything else is installed or built from here.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fail } from './fail.mjs';

/** Ends the program unless Node and Rust are there and new enough. */
export function checkToolchain() {
  checkNode(process.versions.node);
  checkRust();
}

function checkNode(version) {
  const needed = JSON.parse(readFileSync('package.json', 'utf8')).engines.node.replace('>=', '');
  if (isOlder(version, needed)) {
    fail(`Node ${version} is too old: install Node ${needed} or newer (https://nodejs.org) and run the command again.`);
  }
}

function checkRust() {
  const needed = /^rust-version = "([\d.]+)"/m.exec(readFileSync('Cargo.toml', 'utf8'))[1];
  const version = versionOf('rustc');
  if (version === undefined || versionOf('cargo') === undefined) {
    fail(`Rust is missing: install it with rustup (https://rustup.rs), open a new terminal and run the command again.`);
  }
  if (isOlder(version, needed)) {
    fail(`Rust ${version} is too old: run "rustup update stable" to get ${needed} or newer, and run the command again.`);
  }
}

/** The version that `program --version` prints, or undefined without the program. */
export function versionOf(program) {
  try {
    const output = execFileSync(program, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    return /\d+\.\d+(\.\d+)?/.exec(output)?.[0];
  } catch {
    return undefined;
  }
}

/** Whether version `a` comes before version `b`, compared number by number. */
export function isOlder(a, b) {
  const [left, right] = [a, b].map((version) => version.split('.').map(Number));
  const at = right.findIndex((number, index) => number !== (left[index] ?? 0));
  return at >= 0 && (left[at] ?? 0) < right[at];
}

// Starts child processes that cannot be left behind: not by Ctrl-C, not by SIGTERM, not when this program or the one
// above it (npm) is killed.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

// How often this program looks whether its parent is still there (milliseconds).
const PARENT_CHECK_INTERVAL = 500;

const running = new Set();
let guard;
let stopping = false;

/** Whether the person or the parent has asked this program to stop. */
export const isStopping = () => stopping;

/**
 * Runs a program to its end and resolves to its exit code, or rejects if it cannot be started. Further options are
 * those of node's `spawn`.
 */
export function run(program, args, options = {}) {
  const child = start(program, args, { stdio: 'inherit', ...options });
  return ended(child);
}

/** Starts a program in a process group of its own. */
export function start(program, args, options = {}) {
  watchForTheEnd();
  const child = spawn(program, args, { detached: true, ...options });
  if (child.pid !== undefined) {
    guard.stdin.write(`+${child.pid}\n`);
    running.add(child);
    child.on('exit', () => {
      guard.stdin.write(`-${child.pid}\n`);
      running.delete(child);
    });
  }
  return child;
}

/** Resolves to a child's exit code; a signal counts as 1. */
export function ended(child) {
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 1));
  });
}

function watchForTheEnd() {
  if (guard) return;
  guard = spawn(process.execPath, [fileURLToPath(new URL('guard.mjs', import.meta.url))], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  guard.unref();
  guard.stdin.unref?.();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop);
  const parent = process.ppid;
  setInterval(() => process.ppid !== parent && stop(), PARENT_CHECK_INTERVAL).unref();
}

function stop() {
  if (stopping) return;
  stopping = true;
  for (const child of running) signalGroup(child, 'SIGTERM');
  if (running.size === 0) process.exit(0);
}

function signalGroup(child, signal) {
  try {
    process.kill(-child.pid, signal);
  } catch {
    // It has ended in the meantime.
  }
}

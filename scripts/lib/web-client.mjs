// The web client for `npm start`: built once for each content of its sources, or served by Next's development server.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { resolve } from 'node:path';
import { digestOf } from './content.mjs';
import { fail } from './fail.mjs';
import { isStopping, run, start } from './processes.mjs';

const SOURCES = ['web', 'client/package.json', 'client/src', 'package-lock.json'];
const OUTPUT = 'web/out';
const MARKER = 'web/.next/carillon-built';
// Next reads its settings from where it is started.
const NEXT = [resolve('node_modules/.bin/next'), 'dev'];
// The first page of a cold development server takes seconds to compile; the port itself opens at once.
const DEV_SERVER_PATIENCE = 60_000;

/** Resolves to the folder of the static export. */
export async function buildWebClient() {
  const wanted = digestOf(SOURCES, process.version);
  const isBuilt = existsSync(OUTPUT) && existsSync(MARKER) && readFileSync(MARKER, 'utf8') === wanted;
  if (isBuilt) return OUTPUT;
  console.log('Building the web client …');
  const code = await run('npm', ['run', 'build', '--silent', '--workspace', 'web']);
  if (isStopping()) process.exit(0);
  if (code !== 0) fail('The web client does not build: mend what it says above, and start again, or start without it (npm start -- --no-web).');
  writeFileSync(MARKER, wanted);
  return OUTPUT;
}

/** Starts Next's development server on a free port and resolves to its address. */
export async function startDevServer() {
  const port = await freePort();
  const server = start(process.execPath, [...NEXT, '--hostname', '127.0.0.1', '--port', String(port)], {
    cwd: 'web',
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1' },
  });
  const address = `http://127.0.0.1:${port}`;
  await answers(server, address);
  return address;
}

async function answers(server, address) {
  const end = Date.now() + DEV_SERVER_PATIENCE;
  while (Date.now() < end && server.exitCode === null) {
    const reached = await fetch(address, { signal: AbortSignal.timeout(DEV_SERVER_PATIENCE) }).catch(() => undefined);
    if (reached) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  fail("Next's development server did not start: see above.");
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

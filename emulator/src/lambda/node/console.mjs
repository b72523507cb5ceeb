// Console lines as CloudWatch Logs shows them: time, request id, level, message.

import { format } from 'node:util';

import { described } from './errors.mjs';

const LEVELS = { debug: 'DEBUG', error: 'ERROR', info: 'INFO', log: 'INFO', trace: 'TRACE', warn: 'WARN' };

let requestId;

/** The request that further lines belong to. */
export function linesBelongTo(id) {
  requestId = id;
}

/** Puts time, request id and level before what functions print. */
export function patchConsole() {
  for (const [method, level] of Object.entries(LEVELS)) {
    console[method] = (...parts) => line(level, format(...parts));
  }
}

/** Logs a failure as the runtime does, `Invoke Error` for example. */
export function logFailure(what, error) {
  line('ERROR', `${what} \t${JSON.stringify(described(error))}`);
}

function line(level, message) {
  process.stdout.write(`${new Date().toISOString()}\t${requestId}\t${level}\t${message}\n`);
}

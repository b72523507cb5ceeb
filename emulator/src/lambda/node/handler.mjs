// Finds the function that `Handler` names: `index.handler`, `src/app.handler`, in CommonJS and in ES modules.

import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { RuntimeError } from './errors.mjs';
import { endScopeAt, hasScope, isEsModule, required } from './scope.mjs';

/** In the order in which Lambda looks. */
const EXTENSIONS = ['', '.js', '.mjs', '.cjs'];
const SOURCES = ['.ts', '.mts', '.cts', '.tsx'];
/** From this runtime on a handler that takes a callback is refused. */
const FIRST_WITHOUT_CALLBACKS = 24;
/** From this runtime on Node sees by its syntax that a file is an ES module. */
const FIRST_WITH_DETECTION = 22;

const runtime = Number(/nodejs(\d+)/.exec(process.env.AWS_EXECUTION_ENV ?? '')?.[1]);

/** Loads the handler `name` of the code in `folder`; throws what Lambda reports as an error of initialisation. */
export async function load(folder, name) {
  const { path, exported } = parsed(name);
  endScopeAt(folder);
  const handler = pick(await imported(folder, fileOf(folder, path)), exported, name);
  refuseCallbacks(handler);
  return handler;
}

function parsed(name) {
  const match = /^([^.]*)\.(.+)$/.exec(basename(name ?? ''));
  if (!match || name.includes('..')) {
    throw new RuntimeError('Runtime.MalformedHandlerName', `Bad handler ${name}: write it as file.export`);
  }
  return { path: join(dirname(name), match[1]), exported: match[2].split('.') };
}

function fileOf(folder, path) {
  const found = EXTENSIONS.map((extension) => join(folder, path + extension)).find((file) => existsSync(file));
  if (found) return found;
  const source = SOURCES.map((extension) => path + extension).find((file) => existsSync(join(folder, file)));
  const hint = source ? `: ${source} is TypeScript, so build it and give the folder of what comes out with --function` : '';
  throw new RuntimeError('Runtime.ImportModuleError', `Error: Cannot find module '${path}' in ${folder}${hint}`);
}

async function imported(folder, file) {
  try {
    return await read(folder, file);
  } catch (error) {
    const named = (name) => Object.assign(new RuntimeError(name, String(error), error), { code: error.code });
    if (error instanceof SyntaxError) throw named('Runtime.UserCodeSyntaxError');
    if (error?.code === 'MODULE_NOT_FOUND') throw named('Runtime.ImportModuleError');
    throw error;
  }
}

async function read(folder, file) {
  if (file.endsWith('.js') && !hasScope(folder, file)) {
    try {
      return required(file);
    } catch (error) {
      if (runtime < FIRST_WITH_DETECTION || !isEsModule(error)) throw error;
    }
  }
  return await import(pathToFileURL(file).href);
}

/** An ES module's own export, or that of `module.exports`, which is the default export of a CommonJS module. */
function pick(namespace, exported, name) {
  const within = (start) => exported.reduce((value, key) => value?.[key], start);
  const handler = within(namespace) ?? within(namespace.default);
  if (typeof handler !== 'function') {
    const what = handler === undefined ? 'is undefined or not exported' : 'is not a function';
    throw new RuntimeError('Runtime.HandlerNotFound', `${name} ${what}`);
  }
  return handler;
}

function refuseCallbacks(handler) {
  if (runtime >= FIRST_WITHOUT_CALLBACKS && handler.length >= 3) {
    throw new RuntimeError(
      'Runtime.CallbackHandlerDeprecated',
      'AWS Lambda has no callback-based handlers from Node.js 24 on: return a promise instead.',
    );
  }
}

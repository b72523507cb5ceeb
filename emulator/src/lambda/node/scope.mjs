// On AWS nothing stands above a function's folder. Here a package.json may, and its "type": "module" must not make ES modules of
// the function's files: a `.js` file that has no package.json in the function's folder is CommonJS.

import { existsSync, readFileSync } from 'node:fs';
import Module, { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';

const ES_MODULE_SYNTAX = /import statement|Unexpected token 'export'|await is only valid|'import.meta'/;

/** Whether a package.json between `file` and `root` says what `.js` files are. */
export function hasScope(root, file) {
  let folder = dirname(file);
  while (isIn(root, folder)) {
    if (existsSync(join(folder, 'package.json'))) return true;
    folder = dirname(folder);
  }
  return false;
}

/** Makes `require` look no further than `root` for what a `.js` file in it is. */
export function endScopeAt(root) {
  const usual = Module._extensions['.js'];
  Module._extensions['.js'] = (module, file) => {
    if (!isIn(root, file) || hasScope(root, file)) return usual(module, file);
    module._compile(readFileSync(file, 'utf8').replace(/^\uFEFF/, ''), file);
  };
}

/** Loads a CommonJS file as `import` would. */
export const required = (file) => ({ default: createRequire(file)(file) });

/** Whether `error` says that a CommonJS file is an ES module after all, which Node takes from version 22 on. */
export const isEsModule = (error) => error instanceof SyntaxError && ES_MODULE_SYNTAX.test(error.message);

function isIn(root, path) {
  return path === root || path.startsWith(root + sep);
}

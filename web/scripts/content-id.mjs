// Names a build after the content it is made from, so that the same sources always give the same files.
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const SOURCES = ['web', 'client/package.json', 'client/src', 'package-lock.json'];
// Made by a build, installed beside it, or without effect on it.
const NO_SOURCE = new Set(['node_modules', '.next', 'out', 'test', 'next-env.d.ts', 'README.md', 'tsconfig.tsbuildinfo']);

/**
 * A digest of names and contents of all sources.
 * @param {string} root the repository's folder
 * @returns {string} 20 hexadecimal digits
 */
export function contentId(root) {
  const hash = createHash('sha256');
  for (const file of SOURCES.flatMap((path) => filesBelow(root, path))) {
    const content = readFileSync(join(root, file));
    hash.update(`${file}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex').slice(0, 20);
}

/**
 * Paths relative to the root and with forward slashes, in an order that no file system decides.
 * @param {string} root
 * @param {string} path
 * @returns {string[]}
 */
function filesBelow(root, path) {
  if (statSync(join(root, path)).isFile()) return [path];
  return readdirSync(join(root, path))
    .filter((name) => !NO_SOURCE.has(name))
    .sort()
    .flatMap((name) => filesBelow(root, `${path}/${name}`));
}

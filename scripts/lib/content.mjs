// What a folder's content is, as one short text: the key under which something made from it is kept.
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

// Made from the content, or installed beside it.
const NOT_CONTENT = new Set(['node_modules', '.next', 'out', 'next-env.d.ts']);

/** A digest of `extra` and of every file at or below `paths`. */
export function digestOf(paths, extra = '') {
  const hash = createHash('sha256').update(extra);
  for (const file of paths.flatMap(filesOf)) hash.update(file).update('\0').update(readFileSync(file)).update('\0');
  return hash.digest('hex').slice(0, 16);
}

function filesOf(path) {
  if (statSync(path).isFile()) return [path];
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => !NOT_CONTENT.has(entry.name))
    .map((entry) => join(path, entry.name))
    .sort()
    .flatMap(filesOf);
}

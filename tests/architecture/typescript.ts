// Which files a TypeScript or JavaScript file imports, types included.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import type { Imports } from './circles.ts';

/** Imports between these files; what they import from packages is left out. */
export function typescriptImports(files: readonly string[]): Imports {
  return new Map(files.map((file) => [file, new Set(imported(file))]));
}

function imported(file: string): readonly string[] {
  const { importedFiles } = ts.preProcessFile(readFileSync(file, 'utf8'), true, true);
  const names = importedFiles.map(({ fileName }) => fileName).filter((name) => name.startsWith('.'));
  return names.map((name) => resolved(join(dirname(file), name)));
}

function resolved(path: string): string {
  const candidates = [path, path.replace(/\.js$/, '.ts'), `${path}.ts`, `${path}.tsx`, join(path, 'index.ts')];
  return candidates.find((candidate) => existsSync(candidate) && statSync(candidate).isFile()) ?? path;
}

// No files import each other in a circle (ARCHITECTURE.md, "Rooms"). That crates and packages depend on each other one way,
// tests/black_box/architecture.rs looks at.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type Imports, circles, within } from './circles.ts';
import { rustImports } from './rust.ts';
import { typescriptImports } from './typescript.ts';

const ROOT = join(import.meta.dirname, '../..');

function output(program: string, ...args: string[]): string {
  return execFileSync(program, args, { cwd: ROOT, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
}

/** What has to be mended: each circle, with the imports that make it one. */
function problems(imports: Imports): readonly string[] {
  return circles(imports).map((circle) => within(circle, imports).map((line) => line.replaceAll(`${ROOT}/`, '')).join('\n'));
}

describe('no files import each other in a circle', () => {
  const metadata = JSON.parse(output('cargo', 'metadata', '--no-deps', '--format-version', '1')) as { packages: { targets: { src_path: string }[] }[] };
  const roots = metadata.packages.flatMap(({ targets }) => targets.map(({ src_path }) => relative(ROOT, src_path)));
  // The simulation's world is one state, which each of its parts changes in turn.
  it.each(roots.filter((root) => !root.startsWith('tests/simulation/')))('%s', (root) => {
    expect(problems(rustImports(join(ROOT, root)))).toEqual([]);
  });

  it('TypeScript and JavaScript', () => {
    const listed = output('git', 'ls-files', '--cached', '--others', '--exclude-standard').split('\n');
    const files = listed.filter((file) => /\.(ts|tsx|mjs|js)$/.test(file)).map((file) => join(ROOT, file));
    expect(files.length).toBeGreaterThan(200);
    expect(problems(typescriptImports(files))).toEqual([]);
  });
});

describe('a circle is found', () => {
  const folder = mkdtempSync(join(tmpdir(), 'circles-'));
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });
  const written = (files: Readonly<Record<string, string>>): readonly string[] =>
    Object.entries(files).map(([name, text]) => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    });
  const found = (imports: Imports): readonly (readonly string[])[] => circles(imports).map((circle) => circle.map((file) => relative(folder, file)));

  it('between Rust files, through names that are passed on and in passing, and not between a module and what it is made of', () => {
    const [root = ''] = written({
      'lib.rs': 'mod a;\nmod b;\nmod c;\n#[cfg(test)]\nmod tests;\npub use c::C;\n',
      'a.rs': 'use super::{b::{self, B}, C};\n// c::C\npub struct A;\n#[cfg(test)]\nmod tests {\n    use crate::c::D;\n}\n',
      'b.rs': 'const AT: &str = "https://a.b/"; pub struct B(Option<crate::a::A>); const Q: &str = "";\n',
      'c.rs': 'use std::fmt;\npub struct C;\n',
    });
    expect(found(rustImports(root))).toEqual([['a.rs', 'b.rs']]);
    written({ 'c.rs': 'use crate::a::A as Other;\npub struct C;\n' });
    expect(found(rustImports(root))).toEqual([['a.rs', 'b.rs', 'c.rs']]);
  });

  it('between TypeScript files, of types too', () => {
    const files = written({
      'a.ts': "import { b } from './b.ts';\nimport 'c';\n",
      'b.ts': "export * from './c.js';\n",
      'c.ts': "import type { A } from './a.ts';\n",
      'd.ts': "import './a.ts';\n",
    });
    expect(found(typescriptImports(files))).toEqual([['a.ts', 'b.ts', 'c.ts']]);
  });
});

// Which files of its crate a Rust file takes names from. A name that a module only passes on (`use`) is taken from the file
// that defines it; that a module declares its children is no import.
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Imports } from './circles.ts';

/** A module: the file it stands in, and the names it has from elsewhere. */
interface Module {
  readonly file: string;
  readonly path: readonly string[];
  readonly children: ReadonlySet<string>;
  /** From a name to the path it stands for. */
  readonly taken: ReadonlyMap<string, readonly string[]>;
  /** Every path that the file spells, by `use` or in passing. */
  readonly spelt: readonly (readonly string[])[];
}

/** Imports between the files of one crate, whose first file is `root`; tests are left out. */
export function rustImports(root: string): Imports {
  const modules = new Map<string, Module>();
  gather(root, [], modules);
  const imports = [...modules.values()].map((module): [string, ReadonlySet<string>] => {
    const from = module.spelt.map((path) => definedIn(path, module, modules)).filter((one) => one !== undefined);
    return [module.file, new Set(from.filter((one) => !isWithin(one, module)).map(({ file }) => file))];
  });
  return new Map(imports);
}

function gather(file: string, path: readonly string[], modules: Map<string, Module>): void {
  const text = withoutWords(readFileSync(file, 'utf8'));
  const children = new Set<string>();
  for (const [, name = ''] of text.matchAll(/^(?:pub(?:\([^)]*\))? )?mod (\w+);/gm)) {
    const folder = path.length === 0 || basename(file) === 'mod.rs' ? dirname(file) : file.replace(/\.rs$/, '');
    const child = [join(folder, `${name}.rs`), join(folder, name, 'mod.rs')].find((candidate) => existsSync(candidate));
    if (child === undefined) throw new Error(`${file} declares ${name}, which has no file`);
    children.add(name);
    gather(child, [...path, name], modules);
  }
  const taken = new Map<string, readonly string[]>();
  const spelt: (readonly string[])[] = [];
  for (const [, tree = ''] of text.matchAll(/^(?:pub(?:\([^)]*\))? )?use ([^;]+);/gm)) {
    for (const used of leaves(tree.replaceAll(/\s+/g, ' '))) {
      const [whole = '', name] = used.split(' as ');
      const segments = whole.split('::').map((segment) => segment.trim());
      const last = segments.at(-1) === 'self' ? segments.slice(0, -1) : segments;
      taken.set((name ?? last.at(-1) ?? '').trim(), last);
      spelt.push(last);
    }
  }
  for (const [inPassing] of text.replaceAll(/^(?:pub(?:\([^)]*\))? )?use [^;]+;/gm, '').matchAll(/\b[a-z_]\w*(?:::\w+)+/g)) spelt.push(inPassing.split('::'));
  modules.set(path.join('::'), { file, path, children, taken, spelt });
}

/** The text without comments, texts and tests, in which paths mean nothing here. */
function withoutWords(text: string): string {
  return text
    .replaceAll(/^#\[cfg\((?:test|all\(test.*)\)\]\n(?:#\[.*\]\n)*(?:pub(?:\([^)]*\))? )?mod \w+;/gm, '')
    .replaceAll(/^#\[cfg\((?:test|all\(test.*)\)\]\n(?:#\[.*\]\n)*(?:pub(?:\([^)]*\))? )?mod \w+ \{[\s\S]*?^\}/gm, '')
    .replaceAll(/\/\/.*$|"(?:[^"\\]|\\[\s\S])*"/gm, (words) => (words.startsWith('"') ? '""' : ''));
}

/** `a::{b, c::{d}}` as `a::b` and `a::c::d`. */
function leaves(tree: string): readonly string[] {
  const brace = tree.indexOf('{');
  if (brace === -1) return [tree.trim()];
  const prefix = tree.slice(0, brace).trim();
  const parts: string[] = [];
  let depth = 0;
  let part = '';
  for (const letter of tree.slice(brace + 1, tree.lastIndexOf('}'))) {
    if (letter === ',' && depth === 0) {
      parts.push(part);
      part = '';
      continue;
    }
    depth += Number(letter === '{') - Number(letter === '}');
    part += letter;
  }
  return [...parts, part].filter((one) => one.trim() !== '').flatMap((one) => leaves(one.trim()).map((leaf) => prefix + leaf));
}

/** Whether it is the module itself or one below it. A module is made of those, and speaks for them. */
function isWithin(one: Module, module: Module): boolean {
  return module.path.every((segment, index) => one.path[index] === segment);
}

/** The module of this crate that defines what the path ends in; `undefined` if none of it does. */
function definedIn(path: readonly string[], from: Module, modules: ReadonlyMap<string, Module>, seen = 0): Module | undefined {
  if (seen > 20) throw new Error(`${path.join('::')} in ${from.file} leads in a circle`);
  let at = start(path, from, modules);
  if (at === undefined) return undefined;
  for (const [index, segment] of at.rest.entries()) {
    if (at.module.children.has(segment)) {
      const next: Module | undefined = modules.get([...at.module.path, segment].join('::'));
      if (next === undefined) return undefined;
      at = { module: next, rest: at.rest };
      continue;
    }
    const passedOn = at.module.taken.get(segment);
    // A macro is passed on under its own name by the module that defines it.
    const isItself = passedOn?.length === 1 && passedOn[0] === segment;
    if (passedOn === undefined || isItself || (index === 0 && at.module === from && passedOn === path)) return at.module;
    return definedIn([...passedOn, ...at.rest.slice(index + 1)], at.module, modules, seen + 1);
  }
  return at.module;
}

/** The module that a path begins in, and what is left of the path; `undefined` if it begins in another crate. */
function start(path: readonly string[], from: Module, modules: ReadonlyMap<string, Module>): { module: Module; rest: readonly string[] } | undefined {
  let base: readonly string[] | undefined;
  let rest = path;
  for (;;) {
    const [first] = rest;
    if (first === 'crate') base = [];
    else if (first === 'self') base ??= from.path;
    else if (first === 'super') base = (base ?? from.path).slice(0, -1);
    else break;
    rest = rest.slice(1);
  }
  const first = rest[0] ?? '';
  if (base === undefined && !from.children.has(first) && !(from.taken.has(first) && from.taken.get(first) !== path)) return undefined;
  const module = modules.get((base ?? from.path).join('::'));
  return module === undefined ? undefined : { module, rest };
}

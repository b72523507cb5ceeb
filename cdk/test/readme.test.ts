// README's tables say what the code says: a setting or a right that is missing there or no longer here fails, and a file that is not told of.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CONTEXT_KEYS } from '../lib/settings.ts';
import { functions, rightsOf, synthesise } from './synthesise.ts';

const README = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

/** The cells of the first table below a heading, without its head. */
function table(heading: string): string[][] {
  const section = README.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? '';
  return section
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map((line) => line.slice(1, -1).split('|').map((cell) => cell.trim()));
}

function namesIn(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
}

describe('README', () => {
  it('has a row for each setting', () => {
    const keys = table('Settings').flatMap(([key = '']) => namesIn(key));
    expect(keys.toSorted()).toEqual(CONTEXT_KEYS.toSorted());
  });

  it('names each file of lib, but those of a few lines that others are made of', () => {
    const silent = readdirSync(new URL('../lib', import.meta.url)).filter((file) => !new RegExp(`\`(lib/)?${file}\``).test(README));
    expect(silent.toSorted()).toEqual(['execute-api.ts', 'profile.ts', 'synthesis-error.ts']);
  });

  it('has the rights of each function', () => {
    // GIVEN
    const synthesis = synthesise();
    const written = table('Rights').map(([name = '', rows = '', methods = '', others = '']) => {
      const first = others.split(', ').map((other) => other.split(' ')[0]);
      return [namesIn(name)[0], rows, methods, first.join(' ')];
    });
    const granted = [...functions(synthesis).keys()].map((binary) => {
      const rights = rightsOf(synthesis, binary);
      const actions = rights.flatMap(({ actions: all }) => all);
      const ofTable = actions.filter((action) => action.startsWith('dynamodb:'));
      const methods = [...JSON.stringify(rights).matchAll(/\/ws\/(\w+)\/@connections/g)].map(([, method]) => method);
      const others = actions.filter((action) => !/^(dynamodb|execute-api):/.test(action));
      return [binary, ...[ofTable, methods, others].map((names) => names.map((name) => name?.replace(/^.*:/, '')).join(' ') || '–')];
    });
    // THEN
    const byName = ([one]: (string | undefined)[], [other]: (string | undefined)[]): number => (one ?? '').localeCompare(other ?? '');
    expect(written.toSorted(byName)).toEqual(granted.toSorted(byName));
  });
});

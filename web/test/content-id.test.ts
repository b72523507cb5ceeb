// The name of a build follows its sources, and nothing else.
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { contentId } from '../scripts/content-id.mjs';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'carillon-web-'));
  mkdirSync(join(root, 'web/app'), { recursive: true });
  mkdirSync(join(root, 'web/out'));
  mkdirSync(join(root, 'client/src'), { recursive: true });
  for (const file of ['web/app/page.tsx', 'client/src/index.ts', 'client/package.json', 'package-lock.json']) writeFileSync(join(root, file), file);
});

afterEach(() => { rmSync(root, { recursive: true }); });

it('stays the same for the same sources', () => {
  const before = contentId(root);
  expect(before).toMatch(/^[0-9a-f]{20}$/);
  writeFileSync(join(root, 'web/out/index.html'), 'made by a build');
  writeFileSync(join(root, 'web/next-env.d.ts'), 'made by a build');
  expect(contentId(root)).toBe(before);
});

it.each(['web/app/page.tsx', 'client/src/index.ts', 'client/package.json', 'package-lock.json', 'web/app/new.tsx'])('changes with %s', (file) => {
  const before = contentId(root);
  writeFileSync(join(root, file), 'something else');
  expect(contentId(root)).not.toBe(before);
});

it('changes with a name', () => {
  const before = contentId(root);
  renameSync(join(root, 'web/app/page.tsx'), join(root, 'web/app/other.tsx'));
  expect(contentId(root)).not.toBe(before);
});

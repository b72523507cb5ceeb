// Ids are what PROTOCOL.md asks for on a message, and never the same.
import { expect, it } from 'vitest';
import { newId } from '../src/ids.ts';

it('are 22 characters of base64url, each time others', () => {
  const ids = Array.from({ length: 1_000 }, newId);
  expect(new Set(ids).size).toBe(1_000);
  for (const id of ids) {
    expect(id).toMatch(/^[A-Za-z0-9_-]{22}$/);
  }
});

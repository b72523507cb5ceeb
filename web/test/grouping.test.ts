// Days and groups: where a conversation is broken, and where it is not.
import { describe, expect, it } from 'vitest';
import { daysOf, PAUSE } from '../lib/grouping.ts';
import type { Item } from '../lib/timeline.ts';

const NOON = new Date(2026, 10, 23, 12).getTime();
const item = (key: string, sender: string, at: number): Item => ({ key, sender: { id: sender, name: sender }, content: key, at });
const shape = (items: readonly Item[]): (string | string[])[][] =>
  daysOf(items).map(({ date, groups }) => [date, ...groups.map((group) => group.items.map(({ key }) => key))]);

describe('groups', () => {
  it('hold what one sender wrote in one go', () => {
    expect(shape([item('a', 'ada', NOON), item('b', 'ada', NOON + 1), item('c', 'bob', NOON + 2), item('d', 'ada', NOON + 3)]))
      .toEqual([['2026-11-23', ['a', 'b'], ['c'], ['d']]]);
  });

  it.each([
    [PAUSE - 1, [['a', 'b']]],
    [PAUSE, [['a'], ['b']]],
    [PAUSE + 1, [['a'], ['b']]],
  ])('end with a pause: %i ms', (pause, groups) => {
    expect(shape([item('a', 'ada', NOON), item('b', 'ada', NOON + pause)])).toEqual([['2026-11-23', ...groups]]);
  });

  it('are told apart by id, not by name', () => {
    const other: Item = { ...item('b', 'x', NOON), sender: { id: 'x', name: 'ada' } };
    expect(shape([item('a', 'ada', NOON), other])).toEqual([['2026-11-23', ['a'], ['b']]]);
  });

  it('are told apart by name where one id has two, as the back end has', () => {
    const as = (key: string, name: string): Item => ({ ...item(key, 'back-end', NOON), sender: { id: 'back-end', name } });
    expect(shape([as('a', 'Robot'), as('b', 'Shop'), as('c', 'Shop')])).toEqual([['2026-11-23', ['a'], ['b', 'c']]]);
  });
});

describe('days', () => {
  it('end at midnight where the reader is, in the middle of a group', () => {
    const midnight = new Date(2026, 10, 24).getTime();
    expect(shape([item('a', 'ada', midnight - 1), item('b', 'ada', midnight)])).toEqual([['2026-11-23', ['a']], ['2026-11-24', ['b']]]);
  });

  it('never run backwards, when this device is behind the server', () => {
    const midnight = new Date(2026, 10, 24).getTime();
    expect(shape([item('a', 'ada', midnight), item('b', 'bob', midnight - 60_000)])).toEqual([['2026-11-24', ['a'], ['b']]]);
  });

  it('are none where nothing was written', () => {
    expect(daysOf([])).toEqual([]);
  });
});

// What the page remembers, whatever the browser makes of it.
import { describe, expect, it } from 'vitest';
import { Memories, type Shelf } from '../lib/memory.ts';

const NOTHING = { rooms: [], read: {}, names: {} };
const MEMORY = { rooms: ['room:a'], read: { all: 5 }, names: { 'dm:ada:bob': 'Bob' } };

function shelfWith(text: string | null): Shelf & { text: string | null } {
  const shelf = {
    text,
    getItem: () => shelf.text,
    setItem: (_name: string, value: string) => { shelf.text = value; },
    removeItem: () => { shelf.text = null; },
  };
  return shelf;
}

describe('what is kept', () => {
  it('comes back, until it is forgotten', () => {
    const shelf = shelfWith(null);
    const memories = new Memories('ada', () => shelf);
    expect(memories.recall()).toEqual(NOTHING);
    memories.keep(MEMORY);
    expect(memories.recall()).toEqual(MEMORY);
    memories.forget();
    expect(memories.recall()).toEqual(NOTHING);
  });

  it.each(['', '{', 'null', '7', '[]', '{"rooms":7,"read":[],"names":null}', '{"rooms":["all",7,"room:a b"],"read":{"all":"5"},"names":{"dm:a:b":1}}'])(
    'is nothing if it cannot be read: %j', (text) => {
      expect(new Memories('ada', () => shelfWith(text)).recall()).toEqual(NOTHING);
    },
  );

  it('is nothing where the browser forbids it, or has no room', () => {
    const forbidden = new Memories('ada', () => { throw new Error('SecurityError'); });
    expect(forbidden.recall()).toEqual(NOTHING);
    expect(() => { forbidden.keep(MEMORY); forbidden.forget(); }).not.toThrow();
    const full = new Memories('ada', () => ({ ...shelfWith(null), setItem: () => { throw new Error('QuotaExceededError'); } }));
    expect(() => { full.keep(MEMORY); }).not.toThrow();
  });
});

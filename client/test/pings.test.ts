// What is in the pings of a heartbeat, and what their pongs mean.
import { describe, expect, it } from 'vitest';
import { MAX_PING_CURSORS } from '../src/limits.ts';
import { type Cursors, Pings } from '../src/pings.ts';
import type { PongFrame } from '../src/protocol.ts';
import { range } from './kit/harness.ts';

function cursors(count: number): Cursors {
  return new Map(range(1, count).map((n) => [`room:${n}`, n]));
}

function pong(id: string | undefined, behind: string[] = []): PongFrame {
  return { type: 'pong', id: id ?? '', at: 0, expiresAt: 1, behind, connection: 'c', heartbeatMs: 2, retentionMs: 3 };
}

describe('a heartbeat', () => {
  it.each([
    [0, [0]],
    [1, [1]],
    [MAX_PING_CURSORS, [20]],
    [MAX_PING_CURSORS + 1, [20, 1]],
    [2 * MAX_PING_CURSORS, [20, 20]],
  ])('with %d channels has pings with as many cursors: %j', (count, sizes) => {
    const frames = new Pings().begin(cursors(count));
    expect(frames.map(({ data }) => Object.keys(data.cursors).length)).toEqual(sizes);
    expect(Object.assign({}, ...frames.map(({ data }) => data.cursors))).toEqual(Object.fromEntries(cursors(count)));
    expect(new Set(frames.map(({ id }) => id)).size).toBe(sizes.length);
  });

  it('repeats what was not answered, with the cursors of now', () => {
    const pings = new Pings();
    const [first] = pings.begin(cursors(25));
    pings.answered(pong(first?.id));
    const again = pings.repeat(new Map([...cursors(25), ['room:25', 99], ['room:new', 1]]));
    expect(again.map(({ data }) => data.cursors)).toEqual([{ 'room:21': 21, 'room:22': 22, 'room:23': 23, 'room:24': 24, 'room:25': 99 }]);
  });
});

describe('a pong', () => {
  it('says of each channel whether its ping had the cursor', () => {
    const pings = new Pings();
    const [first, second] = pings.begin(cursors(25));
    expect(pings.answered(pong(second?.id, ['room:25', 'room:1', 'dm:a:b']))).toEqual([
      { channel: 'room:25', wasSent: true, isForbidden: false },
      { channel: 'room:1', wasSent: false, isForbidden: false },
      { channel: 'dm:a:b', wasSent: false, isForbidden: false },
    ]);
    expect(pings.areAnswered).toBe(false);
    pings.answered(pong(first?.id));
    expect(pings.areAnswered).toBe(true);
  });

  it('says of which channels it may not tell', () => {
    const pings = new Pings();
    const [first] = pings.begin(cursors(1));
    expect(pings.answered({ ...pong(first?.id), forbidden: ['room:1'] })).toEqual([
      { channel: 'room:1', wasSent: true, isForbidden: true },
    ]);
  });

  it('to an earlier ping says nothing but that it got through', () => {
    const pings = new Pings();
    const [first] = pings.begin(cursors(1));
    pings.repeat(cursors(1));
    expect(pings.wereHeard).toBe(false);
    expect(pings.answered(pong(first?.id, ['room:1']))).toBeUndefined();
    expect(pings.wereHeard).toBe(true);
    expect(pings.areAnswered).toBe(false);
  });
});

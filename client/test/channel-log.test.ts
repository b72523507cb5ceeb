// The order of one channel: whatever comes in whatever order, once and without gaps.
import { describe, expect, it } from 'vitest';
import { ChannelLog, MAX_HELD } from '../src/channel-log.ts';
import type { HistoryPage, Message } from '../src/protocol.ts';

function message(seq: number): Message {
  return { channel: 'all', seq, sender: { id: 'x', name: 'X' }, content: seq, at: seq };
}

function page(numbers: readonly number[], more = false): HistoryPage {
  return { channel: 'all', entries: numbers.map(message), more };
}

/** A log that has delivered `last`, and knows of nothing more. */
function caughtUp(last: number): ChannelLog {
  const log = new ChannelLog();
  log.page(log.ask() ?? {}, page([last], true));
  expect(log.behind).toBe(false);
  return log;
}

function numbers(messages: readonly Message[]): number[] {
  return messages.map(({ seq }) => seq);
}

describe('the first page', () => {
  it('is the newest, and begins what is delivered', () => {
    const log = new ChannelLog();
    expect(log.ask()).toEqual({});
    expect(numbers(log.page({}, page([7, 8, 9], true)))).toEqual([7, 8, 9]);
    expect(log.ask()).toBeUndefined();
  });

  it('takes along the pushes that waited for it, but not what is older', () => {
    const log = new ChannelLog();
    log.ask();
    for (const seq of [11, 5, 10, 8]) {
      expect(log.push(message(seq))).toEqual([]);
    }
    expect(numbers(log.page({}, page([7, 8, 9])))).toEqual([7, 8, 9, 10, 11]);
    expect(log.behind).toBe(false);
  });

  it('of an empty channel lets the first push be asked for', () => {
    const log = new ChannelLog();
    log.page({}, page([]));
    expect(log.empty).toBe(true);
    expect(log.push(message(5))).toEqual([]);
    expect(log.ask()).toMatchObject({ after: 0 });
    expect(numbers(log.page({ after: 0 }, page([5])))).toEqual([5]);
  });
});

describe('a gap', () => {
  it('is filled by history, again while there is more', () => {
    const log = caughtUp(1);
    expect(log.push(message(6))).toEqual([]);
    expect(log.ask()).toEqual({ after: 1, limit: 100 });
    expect(numbers(log.page({ after: 1 }, page([2, 3], true)))).toEqual([2, 3]);
    expect(log.ask()).toEqual({ after: 3, limit: 100 });
    expect(numbers(log.page({ after: 3 }, page([4, 5])))).toEqual([4, 5, 6]);
    expect(log.ask()).toBeUndefined();
  });

  it('is filled by a push that was overtaken', () => {
    const log = caughtUp(1);
    log.push(message(3));
    expect(log.behind).toBe(true);
    expect(numbers(log.push(message(2)))).toEqual([2, 3]);
    expect(log.behind).toBe(false);
  });

  it('that history does not keep any more is passed over, pushes in between are not', () => {
    const log = caughtUp(1);
    log.push(message(4));
    expect(numbers(log.page({ after: 1 }, page([6, 7])))).toEqual([4, 6, 7]);
  });

  it('may be larger than what is held', () => {
    const log = caughtUp(1);
    for (let seq = 3; seq < 3 + MAX_HELD + 10; seq += 1) {
      log.push(message(seq));
    }
    const delivered = log.page({ after: 1 }, page([2]));
    expect(delivered).toHaveLength(MAX_HELD + 1);
    expect(log.ask()).toEqual({ after: MAX_HELD + 2, limit: 100 });
  });
});

describe('copies', () => {
  it('are dropped: of pushes, of history, of both', () => {
    const log = caughtUp(1);
    expect(numbers(log.push(message(2)))).toEqual([2]);
    expect(log.push(message(2))).toEqual([]);
    expect(log.push(message(1))).toEqual([]);
    expect(numbers(log.page({ after: 1 }, page([2, 3, 3])))).toEqual([3]);
  });

  it('in a page out of order are put in order', () => {
    expect(numbers(caughtUp(1).page({ after: 1 }, page([3, 2])))).toEqual([2, 3]);
  });
});

describe('doubt', () => {
  it('makes it ask once, also when it comes while a question is out', () => {
    const log = caughtUp(1);
    log.doubt();
    expect(log.ask()).toEqual({ after: 1, limit: 100 });
    log.doubt();
    log.page({ after: 1 }, page([]));
    expect(log.ask()).toEqual({ after: 1, limit: 100 });
    log.page({ after: 1 }, page([]));
    expect(log.ask()).toBeUndefined();
  });

  it('comes with an acknowledgement of something not seen yet', () => {
    const log = caughtUp(1);
    log.expect(1);
    expect(log.behind).toBe(false);
    log.expect(2);
    expect(log.behind).toBe(true);
    log.push(message(2));
    expect(log.behind).toBe(false);
  });
});

// The order of one channel: whatever comes in whatever order, once and without gaps, or told to reload.
import { describe, expect, it } from 'vitest';
import { ChannelLog, MAX_HELD, type Read } from '../src/channel-log.ts';
import type { Message } from '../src/model.ts';
import type { SubscribedFrame } from '../src/protocol.ts';
import { range } from './kit/harness.ts';

const sender = { id: 'x', name: 'X' };

function message(seq: number): Message {
  return { channel: 'all', seq, sender, content: seq, at: seq };
}

function answer(numbers: readonly number[], more: Partial<SubscribedFrame> = {}): SubscribedFrame {
  const entries = numbers.map((seq) => ({ seq, sender, content: seq, at: seq }));
  return { type: 'subscribed', channel: 'all', head: numbers.at(-1) ?? 0, recovered: true, entries, more: false, ...more };
}

/** A log that has delivered `last`, and knows of nothing more. */
function caughtUp(last: number): ChannelLog {
  const log = new ChannelLog(last);
  log.take(log.ask(), answer([], { head: last }));
  expect(log.behind).toBe(false);
  return log;
}

function numbers(messages: readonly Message[] | undefined): number[] | undefined {
  return messages?.map(({ seq }) => seq);
}

function shape({ reload, messages }: Read): { reload?: unknown; messages: unknown } {
  return { ...(reload && { reload: numbers(reload.entries) }), messages: numbers(messages) };
}

describe('the first answer', () => {
  it('without since begins at the head, and takes along the pushes that waited for it', () => {
    const log = new ChannelLog();
    expect(log.ask()).toBeUndefined();
    for (const seq of [11, 5, 10, 8]) {
      expect(log.push(message(seq))).toEqual([]);
    }
    expect(numbers(log.take(undefined, answer([], { head: 9 })).messages)).toEqual([10, 11]);
    expect(log.behind).toBe(false);
  });

  it('of an empty channel lets the first push be asked for, from the beginning', () => {
    const log = new ChannelLog();
    log.take(log.ask(), answer([], { head: 0 }));
    expect(log.behind).toBe(false);
    expect(log.empty).toBe(true);
    expect(log.push(message(5))).toEqual([]);
    expect(log.ask()).toBe(0);
    expect(shape(log.take(0, answer([5])))).toEqual({ messages: [5] });
    expect(log.behind).toBe(false);
  });

  it('with since 0 begins with the first entry', () => {
    const log = new ChannelLog(0);
    expect(log.ask()).toBe(0);
    expect(shape(log.take(0, answer([7, 8])))).toEqual({ messages: [7, 8] });
  });
});

describe('a gap', () => {
  it('is filled by the answer, again while there is more', () => {
    const log = caughtUp(1);
    expect(log.push(message(6))).toEqual([]);
    expect(log.ask()).toBe(1);
    expect(numbers(log.take(1, answer([2, 3], { head: 6, more: true })).messages)).toEqual([2, 3]);
    expect(log.ask()).toBe(3);
    expect(numbers(log.take(3, answer([4, 5], { head: 6, more: true })).messages)).toEqual([4, 5, 6]);
    expect(log.behind).toBe(true);
    log.take(log.ask(), answer([], { head: 6 }));
    expect(log.behind).toBe(false);
  });

  it('is asked for again while what was pushed is not reached', () => {
    const log = caughtUp(1);
    log.push(message(6));
    expect(log.take(log.ask(), answer([2], { head: 2 }))).toMatchObject({ progress: true });
    expect(log.behind).toBe(true);
    expect(log.take(log.ask(), answer([], { head: 2 }))).toMatchObject({ progress: false });
    expect(log.behind).toBe(true);
  });

  it('is filled by a push that was overtaken', () => {
    const log = caughtUp(1);
    log.push(message(3));
    expect(log.behind).toBe(true);
    expect(numbers(log.push(message(2)))).toEqual([2, 3]);
    expect(log.behind).toBe(false);
  });

  it('may be larger than what is held', () => {
    const log = caughtUp(1);
    for (const seq of range(3, MAX_HELD + 12)) {
      log.push(message(seq));
    }
    expect(log.take(log.ask(), answer([2], { head: 2 })).messages).toHaveLength(MAX_HELD + 1);
    expect(log.ask()).toBe(MAX_HELD + 2);
  });

  it('of an entry that cannot be read is passed over, at the end of the log too', () => {
    const log = caughtUp(1);
    expect(shape(log.take(log.ask(), answer([2, 4], { head: 5 })))).toEqual({ messages: [2, 4] });
    expect(log.cursor).toBe(5);
  });
});

describe('what is no longer kept', () => {
  it('is told as a reload, with what there is, and the rest follows', () => {
    const log = caughtUp(1);
    log.push(message(9));
    const read = log.take(log.ask(), answer([5, 6], { recovered: false, head: 9, more: true }));
    expect(shape(read)).toEqual({ reload: [5, 6], messages: [] });
    expect(shape(log.take(log.ask(), answer([7, 8], { head: 9, more: true })))).toEqual({ messages: [7, 8, 9] });
  });

  it('leaves the head if nothing is kept at all', () => {
    const log = caughtUp(1);
    expect(shape(log.take(log.ask(), answer([], { recovered: false, head: 7 })))).toEqual({ reload: [], messages: [] });
    expect(log.cursor).toBe(7);
    expect(numbers(log.push(message(8)))).toEqual([8]);
  });

  it('is no loss if pushes brought it while the answer was on its way', () => {
    const log = caughtUp(1);
    log.doubt();
    const since = log.ask();
    log.push(message(2));
    log.push(message(3));
    expect(shape(log.take(since, answer([3, 4], { recovered: false })))).toEqual({ messages: [4] });
  });

  it('is everything if the log is another one: the cursor goes back to what there is', () => {
    const log = caughtUp(100);
    log.push(message(105));
    expect(shape(log.take(log.ask(), answer([8, 9], { recovered: false })))).toEqual({ reload: [8, 9], messages: [] });
    expect(log.cursor).toBe(9);
    // What was pushed meanwhile may have been of either log.
    expect(log.behind).toBe(true);
    log.take(log.ask(), answer([], { head: 9 }));
    expect(log.behind).toBe(false);
  });
});

describe('copies', () => {
  it('are dropped: of pushes, of answers, of both', () => {
    const log = caughtUp(1);
    expect(numbers(log.push(message(2)))).toEqual([2]);
    expect(log.push(message(2))).toEqual([]);
    expect(log.push(message(1))).toEqual([]);
    expect(numbers(log.take(1, answer([2, 3, 3])).messages)).toEqual([3]);
  });

  it('in an answer out of order are put in order', () => {
    expect(numbers(caughtUp(1).take(1, answer([3, 2], { head: 3 })).messages)).toEqual([2, 3]);
  });
});

describe('doubt', () => {
  it('makes it ask once, also when it comes while a question is out', () => {
    const log = caughtUp(1);
    log.doubt();
    expect(log.ask()).toBe(1);
    log.doubt();
    log.take(1, answer([], { head: 1 }));
    expect(log.behind).toBe(true);
    expect(log.ask()).toBe(1);
    log.take(1, answer([], { head: 1 }));
    expect(log.behind).toBe(false);
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

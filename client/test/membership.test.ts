// What is known of a membership after each thing that can happen, and when the opposite may be asked.
import { describe, expect, it } from 'vitest';
import { ANSWER_TIMEOUT_MS } from '../src/limits.ts';
import { Membership, type MembershipAction, REPEAT_MS } from '../src/membership.ts';

function ask(membership: Membership, id: string, action: MembershipAction, at: number): void {
  membership.ask({ id, action, since: undefined, at });
}

describe('an answer', () => {
  it('counts for the request that is waited for, once', () => {
    const membership = new Membership('out');
    ask(membership, 'a', 'subscribe', 0);
    expect(membership.answered('b')).toBeUndefined();
    expect(membership.answered('a')?.action).toBe('subscribe');
    expect(membership.answered('a')).toBeUndefined();
  });

  it('to a request that was given up does not count, but ends its copy', () => {
    const membership = new Membership('out');
    ask(membership, 'a', 'subscribe', 0);
    expect(membership.expire(REPEAT_MS)).toBe(true);
    ask(membership, 'b', 'subscribe', REPEAT_MS);
    expect(membership.owns('a')).toBe(true);
    expect(membership.answered('a')).toBeUndefined();
    expect(membership.owns('a')).toBe(false);
    expect(membership.answered('b')?.id).toBe('b');
  });
});

describe('an unanswered request', () => {
  it('is waited for longer each time, up to 30 s', () => {
    const membership = new Membership('out');
    let now = 0;
    const waits = ['a', 'b', 'c', 'd'].map((id) => {
      ask(membership, id, 'subscribe', now);
      const due = membership.dueAt ?? 0;
      expect(membership.expire(due - 1)).toBe(false);
      expect(membership.expire(due)).toBe(true);
      const wait = due - now;
      now = due;
      return wait;
    });
    expect(waits).toEqual([10_000, 20_000, 30_000, 30_000]);
  });

  it('to leave makes it unknown, to join again leaves it as it is', () => {
    const membership = new Membership('out');
    ask(membership, 'a', 'subscribe', 0);
    expect([membership.isIn, membership.isOut]).toEqual([false, false]);
    membership.answered('a');
    membership.done('subscribe');
    ask(membership, 'b', 'subscribe', 1);
    expect(membership.isIn).toBe(true);
    membership.answered('b');
    ask(membership, 'c', 'unsubscribe', 2);
    expect([membership.isIn, membership.isOut]).toEqual([false, false]);
  });
});

describe('the opposite', () => {
  it('waits until every copy is answered', () => {
    const membership = new Membership('out');
    ask(membership, 'a', 'subscribe', 0);
    membership.expire(REPEAT_MS);
    ask(membership, 'b', 'subscribe', REPEAT_MS);
    membership.answered('b');
    expect(membership.freeAt('unsubscribe')).toBe(ANSWER_TIMEOUT_MS);
    expect(membership.freeAt('subscribe')).toBe(0);
    expect(membership.isQuiet(ANSWER_TIMEOUT_MS - 1)).toBe(false);
    membership.answered('a');
    expect(membership.freeAt('unsubscribe')).toBe(0);
    expect(membership.isQuiet(REPEAT_MS)).toBe(true);
  });

  it('or until every copy is older than 30 s', () => {
    const membership = new Membership('out');
    ask(membership, 'a', 'subscribe', 0);
    membership.expire(REPEAT_MS);
    ask(membership, 'b', 'subscribe', REPEAT_MS);
    membership.expire(REPEAT_MS + 2 * REPEAT_MS);
    expect(membership.freeAt('unsubscribe')).toBe(REPEAT_MS + ANSWER_TIMEOUT_MS);
    expect(membership.isQuiet(REPEAT_MS + ANSWER_TIMEOUT_MS)).toBe(true);
  });
});

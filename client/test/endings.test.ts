// The table of endings: which are final, which wait longer, which need a new token.
import { describe, expect, it } from 'vitest';
import { type LinkEnd, nextAfter } from '../src/endings.ts';
import type { ClosingReason } from '../src/protocol.ts';

const told = (reason: string, retry: number | false): LinkEnd => {
  return { kind: 'told', closing: { type: 'closing', reason: reason as ClosingReason, retry } };
};

describe('an end', () => {
  it.each<[string, LinkEnd, object]>([
    ['a failed handshake', { kind: 'refused' }, { leastMs: 0, isBusy: false, needsToken: false }],
    ['silence', { kind: 'silent' }, { leastMs: 0, isBusy: false, needsToken: false }],
    ['the end of its life', { kind: 'expired' }, { needsToken: true }],
    ['1001', { kind: 'lost', code: 1001 }, { isBusy: false }],
    ['1008', { kind: 'lost', code: 1008 }, { isBusy: true }],
    ['1012', { kind: 'lost', code: 1012 }, { isBusy: true }],
    ['token_expired', told('token_expired', 0), { leastMs: 0, needsToken: true }],
    ['server', told('server', 5_000), { leastMs: 5_000, needsToken: false }],
    ['replaced', told('replaced', 100), { leastMs: 100 }],
    ['replaced, for this client alone can have replaced it', told('replaced', false), { leastMs: 0 }],
    ['a reason to come', told('tired', 7), { leastMs: 7, isBusy: false }],
  ])('by %s is one to come back from', (_name, end, expected) => {
    expect(nextAfter(end)).toMatchObject({ do: 'retry', ...expected });
  });

  it.each<[string, LinkEnd, object]>([
    ['signed_out', told('signed_out', false), { state: 'signed-out', reason: 'signed_out' }],
    ['signed_out, whatever it says of coming back', told('signed_out', 0), { state: 'signed-out', reason: 'signed_out' }],
    ['server', told('server', false), { state: 'closed', reason: 'server' }],
    ['a reason to come', told('banned', false), { state: 'closed', reason: 'banned' }],
  ])('by %s that is final is one to stay away after', (_name, end, status) => {
    expect(nextAfter(end)).toEqual({ do: 'stop', status });
  });
});

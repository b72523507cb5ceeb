// Which names channels can have, and what follows from them.
import { describe, expect, it } from 'vitest';
import { directChannel, kindOf, partnerOf, userChannel } from '../src/names.ts';

describe('the kind of a channel', () => {
  it.each([
    ['all', 'all'],
    ['room:a', 'room'],
    [`room:${'x'.repeat(64)}`, 'room'],
    ['group:team.a-b_c', 'group'],
    ['user:3f0c', 'user'],
    ['dm:a:b', 'dm'],
  ])('%s is %s', (name, kind) => {
    expect(kindOf(name)).toBe(kind);
  });

  it.each([
    '', 'alle', 'all:', 'room', 'room:', `room:${'x'.repeat(65)}`, 'room:a.b', 'room:a b', 'room:ä', 'room:a\n', 'group:', 'group:a/b',
    'user:', `user:${'x'.repeat(129)}`, 'dm:a', 'dm:a:', 'dm:a:b:c', 'dm:a:a', 'dm:b:a', '__proto__',
  ])('%j is none', (name) => {
    expect(kindOf(name)).toBeUndefined();
  });
});

describe('a direct channel', () => {
  it('has one name, whoever asks', () => {
    expect(directChannel('b', 'a')).toBe('dm:a:b');
    expect(directChannel('a', 'b')).toBe('dm:a:b');
    // Bytewise: capitals before small letters, and no language's order.
    expect(directChannel('a', 'B')).toBe('dm:B:a');
  });

  it('tells the other one', () => {
    expect(partnerOf('dm:a:b', 'a')).toBe('b');
    expect(partnerOf('dm:a:b', 'b')).toBe('a');
    expect(partnerOf('dm:a:b', 'c')).toBeUndefined();
    expect(partnerOf('room:a', 'a')).toBeUndefined();
  });
});

it('of a user is named after their id', () => {
  expect(userChannel('3f0c')).toBe('user:3f0c');
});

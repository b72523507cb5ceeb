import { describe, expect, it } from 'vitest';
import { nearestName } from '../lib/nearest-name.ts';

describe('nearestName', () => {
  it.each([
    ['profil', 'profile'],
    ['userPoolID', 'userPoolId'],
    ['QUERYTOKEN', 'queryToken'],
    ['profile', 'profile'],
    ['userPoolIdd', 'userPoolId'],
    ['querToken', 'queryToken'],
  ])('takes %j for %j', (typed, meant) => {
    expect(nearestName(typed, ['profile', 'userPoolId', 'queryToken'])).toBe(meant);
  });

  it.each(['', 'origins', 'pro', 'somethingElseAltogether', 'x'.repeat(1_000)])('takes nothing for %j', (typed) => {
    expect(nearestName(typed, ['profile', 'userPoolId', 'queryToken'])).toBeUndefined();
  });

  it('lets two slips pass in a short name, and a third of the characters in a long one', () => {
    expect(nearestName('abXX', ['abcd'])).toBe('abcd');
    expect(nearestName('aXXX', ['abcd'])).toBeUndefined();
    expect(nearestName('abcdefghiXXX', ['abcdefghijkl'])).toBe('abcdefghijkl');
    expect(nearestName('abcdefgXXXXX', ['abcdefghijkl'])).toBeUndefined();
  });
});

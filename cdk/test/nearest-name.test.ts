import { describe, expect, it } from 'vitest';
import { nearestName } from '../lib/nearest-name.ts';

describe('nearestName', () => {
  it.each([
    ['profil', 'profile'],
    ['userPoolID', 'userPoolId'],
    ['QUERYTOKEN', 'queryToken'],
    ['profile', 'profile'],
    ['', 'profile'],
  ])('takes %j for %j', (typed, meant) => {
    expect(nearestName(typed, ['profile', 'userPoolId', 'queryToken'])).toBe(meant);
  });
});

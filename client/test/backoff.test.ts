// Waits grow up to a cap, are drawn from the whole range, and spread a crowd.
import { describe, expect, it } from 'vitest';
import { Backoff } from '../src/backoff.ts';
import { RECONNECT } from '../src/line.ts';
import { seeded } from './kit/random.ts';

describe('backoff', () => {
  it('draws from nothing up to a ceiling that doubles to the cap, and begins again after a reset', () => {
    for (const random of [0, 0.5, 0.999]) {
      const backoff = new Backoff({ ...RECONNECT, random: () => random });
      const waits = Array.from({ length: 8 }, () => backoff.next());
      expect(waits).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000].map((ceiling) => ceiling * random));
      backoff.reset();
      expect(backoff.next()).toBe(500 * random);
    }
  });

  it('stays at the cap however long it fails', () => {
    const backoff = new Backoff({ ...RECONNECT, random: () => 1 });
    for (let n = 0; n < 2_000; n += 1) {
      expect(backoff.next()).toBeLessThanOrEqual(RECONNECT.capMs);
    }
  });

  it('brings ten thousand clients that a restart cut off back below 500 a second', () => {
    const random = seeded(1);
    const perSecond = new Map<number, number>();
    for (let n = 0; n < 10_000; n += 1) {
      const backoff = new Backoff({ ...RECONNECT, random });
      backoff.exhaust();
      const second = Math.floor(backoff.next() / 1_000);
      perSecond.set(second, (perSecond.get(second) ?? 0) + 1);
    }
    expect(Math.max(...perSecond.values())).toBeLessThan(500);
  });
});

// The functions refuse to start outside their own bounds, which are the truth; the settings' bounds are a copy of them.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readSettings, type Settings } from '../lib/settings.ts';

const LIMITS = readFileSync(fileURLToPath(new URL('../../lambdas/domain/src/limits.rs', import.meta.url)), 'utf8');

/** The number of a constant in Rust; a duration in seconds. */
function limit(name: string): number {
  const [, value] = new RegExp(`^pub const ${name}: \\w+ = (?:Duration::from_secs\\()?([\\d_]+)\\)?;`, 'm').exec(LIMITS) ?? [];
  if (value === undefined) throw new Error(`limits.rs has no ${name} that is a plain number`);
  return Number(value.replaceAll('_', ''));
}

describe.each<[keyof Settings, number, number]>([
  ['heartbeatSeconds', limit('HEARTBEAT_MIN'), limit('HEARTBEAT_MAX')],
  ['connectionsPerUser', 1, limit('CONNECTIONS_PER_USER_MAX')],
  ['messagesPerSecond', 1, limit('MESSAGES_PER_SECOND_MAX')],
  ['userMessagesPerSecond', 1, limit('MESSAGES_PER_SECOND_MAX')],
  ['allShards', 1, limit('SHARDS_MAX')],
  ['roomShards', 1, limit('SHARDS_MAX')],
])('the bounds of %s', (key, min, max) => {
  it.each([min, max])('are those of the functions: %d is accepted', (value) => {
    expect(readSettings({ [key]: value })[key]).toBe(value);
  });

  it.each([min - 1, max + 1])('are those of the functions: %d is refused', (value) => {
    expect(() => readSettings({ [key]: value })).toThrow(`${min} to ${max}`);
  });
});

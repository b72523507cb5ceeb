import { describe, expect, it } from 'vitest';
import { ContextValues, SettingsError } from '../lib/context-values.ts';
import { readOrigins } from '../lib/origins.ts';
import type { Profile } from '../lib/profile.ts';

function read(allowedOrigins: unknown, profile: Profile): ReturnType<typeof readOrigins> {
  return readOrigins(new ContextValues({ allowedOrigins }), profile);
}

describe('readOrigins', () => {
  it('takes the first for the application\'s own', () => {
    const expected = { publicOrigin: 'https://chat.example.org', further: ['https://admin.example.org:8443', 'https://[::1]'] };
    expect(read('https://chat.example.org,https://admin.example.org:8443,https://[::1]', 'prod')).toEqual(expected);
    expect(read(['https://chat.example.org', 'https://admin.example.org:8443', 'https://[::1]'], 'prod')).toEqual(expected);
  });

  it.each(['dev', 'prod'] as const)('leaves the origin to CloudFront where %s names none', (profile) => {
    expect(read(undefined, profile)).toEqual({ publicOrigin: undefined, further: [] });
  });

  it('takes plain localhost in dev', () => {
    expect(read('http://localhost:8080', 'dev').publicOrigin).toBe('http://localhost:8080');
  });
});

const HOW = 'different exact origins (scheme://host or scheme://host:port), the application\'s own first';
const NO_ORIGIN = 'an exact origin like https://chat.example.org, without wildcards';

describe('readOrigins refuses', () => {
  it.each<[unknown, Profile, string, string]>([
    ['', 'dev', '""', `${HOW}, for example https://chat.example.org`],
    [[], 'prod', '[]', `${HOW}, for example https://chat.example.org`],
    ['https://a.org,https://a.org', 'dev', '"https://a.org,https://a.org"', HOW],
    [true, 'dev', 'true', HOW],
    ['*', 'dev', '"*"', NO_ORIGIN],
    ['null', 'dev', '"null"', NO_ORIGIN],
    ['chat.example.org', 'dev', '"chat.example.org"', NO_ORIGIN],
    ['https://*.example.org', 'dev', '"https://*.example.org"', NO_ORIGIN],
    ['ftp://example.org', 'dev', '"ftp://example.org"', NO_ORIGIN],
    ['wss://example.org', 'dev', '"wss://example.org"', NO_ORIGIN],
    ['https://a.org, https://b.org', 'dev', '" https://b.org"', 'https://b.org, the form in which browsers send it'],
    ['https://a.org/', 'dev', '"https://a.org/"', 'https://a.org, the form in which browsers send it'],
    ['https://a.org/chat', 'dev', '"https://a.org/chat"', 'https://a.org, the form in which browsers send it'],
    ['https://A.org', 'dev', '"https://A.org"', 'https://a.org, the form in which browsers send it'],
    ['https://a.org:443', 'dev', '"https://a.org:443"', 'https://a.org, the form in which browsers send it'],
    ['https://user@a.org', 'dev', '"https://user@a.org"', 'https://a.org, the form in which browsers send it'],
    ['https://bücher.example', 'dev', '"https://bücher.example"', 'https://xn--bcher-kva.example, the form in which browsers send it'],
    ['http://chat.example.org', 'prod', '"http://chat.example.org"', 'an https origin, the only kind profile prod takes'],
    ['https://a.org,http://localhost:3000', 'prod', '"http://localhost:3000"', 'an https origin, the only kind profile prod takes'],
    ['http://chat.example.org', 'dev', '"http://chat.example.org"', 'an https origin, or one of http://localhost'],
  ])('%j in %s', (value, profile, got, write) => {
    const sentence = `Context value "allowedOrigins" is ${got}: write ${write}.`;
    expect(() => read(value, profile)).toThrow(new SettingsError(sentence));
  });
});

// The policy of a page allows its own inline scripts and no others, and comes before all of them.
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { policyFor, withPolicy } from '../scripts/csp.mjs';

const page = (head: string, body = ''): string =>
  `<!DOCTYPE html><html lang="en"><head><meta charSet="utf-8"/>${head}</head><body>${body}</body></html>`;
const hash = (script: string): string => `'sha256-${createHash('sha256').update(script).digest('base64')}'`;

describe('the policy of a page', () => {
  it('names every inline script once, and no script with an address', () => {
    const policy = policyFor(page('<script src="/a.js" async=""></script>', '<script>one()</script><script id="x">two("é")</script><script>one()</script>'));
    expect(policy).toContain(`script-src 'self' ${hash('one()')} ${hash('two("é")')};`);
  });

  it('takes a script for inline whose attribute only ends in src', () => {
    expect(policyFor(page('', '<script data-src="/a.js">one()</script>'))).toContain(hash('one()'));
  });

  it('allows nothing that the page does not need', () => {
    expect(policyFor(page('')).split('; ')).toEqual([
      "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'", "connect-src 'self'",
      "manifest-src 'self'", "base-uri 'none'", "form-action 'none'",
    ]);
  });

  it('is the first element of the head', () => {
    expect(withPolicy(page('<script>one()</script>'))).toMatch(/<head><meta http-equiv="Content-Security-Policy" content="default-src 'none'; [^"<>]*"\/><meta charSet/);
  });

  it('changes nothing else', () => {
    const html = page('', '<script>"$&$1"</script>');
    expect(withPolicy(html).replace(/<meta http-equiv[^>]*>/, '')).toBe(html);
  });
});

describe('a page that cannot have a policy', () => {
  it.each([
    ['a style element', page('<style>p{}</style>'), /style element/],
    ['a style attribute', page('', '<p class="a" style="color:red">'), /style attribute/],
    ['an event attribute', page('', '<p onclick="one()">'), /event attribute/],
    ['no head', '<p>', /<head>/],
    ['no encoding', '<html><head></head></html>', /charset/],
  ])('is refused: %s', (_, html, reason) => {
    expect(() => withPolicy(html)).toThrow(reason);
  });

  it('is refused when so many scripts push its encoding out of sight', () => {
    const scripts = (count: number): string => page('', Array.from({ length: count }, (_, n) => `<script>${n}</script>`).join(''));
    expect(() => withPolicy(scripts(10))).not.toThrow();
    expect(() => withPolicy(scripts(20))).toThrow(/first 1024 bytes/);
  });

  it('is not refused for what only a script says', () => {
    expect(() => withPolicy(page('', '<script>"<p style=x>"</script>'))).not.toThrow();
  });
});

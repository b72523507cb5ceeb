// The content security policy of one exported page: its own inline scripts by their hashes, and nothing from elsewhere.
import { createHash } from 'node:crypto';

// A browser looks for the character encoding in this much of a page, and no further (HTML, "prescan a byte stream").
const ENCODING_SEARCH_BYTES = 1024;

const SCRIPT = /<script\b([^>]*)>([\s\S]*?)<\/script>/gi;
const STYLE_OR_HANDLER = /<style\b|<[a-z][^>]*\s(?:style|on[a-z]+)\s*=/i;

/**
 * The page with its policy as the first element of its head, so that it holds for every script and style.
 * @param {string} html
 * @returns {string}
 */
export function withPolicy(html) {
  if (STYLE_OR_HANDLER.test(html.replace(SCRIPT, ''))) {
    throw new Error('it has a style element, a style attribute or an event attribute, which its policy forbids: use a stylesheet and listeners');
  }
  const meta = `<meta http-equiv="Content-Security-Policy" content="${policyFor(html)}"/>`;
  const page = html.replace(/<head>/i, (head) => head + meta);
  if (page === html) throw new Error('it has no <head>');
  const encoding = page.search(/<meta charset=/i);
  if (encoding < 0 || Buffer.byteLength(page.slice(0, encoding)) > ENCODING_SEARCH_BYTES - 32) {
    throw new Error(`<meta charset> is not within its first ${ENCODING_SEARCH_BYTES} bytes`);
  }
  return page;
}

/**
 * @param {string} html
 * @returns {string}
 */
export function policyFor(html) {
  const hashes = [...new Set(inlineScripts(html).map(hashSource))];
  return [
    "default-src 'none'",
    ['script-src', "'self'", ...hashes].join(' '),
    "style-src 'self'",
    "img-src 'self'",
    // ws: and wss: to the page's own host are 'self' too (CSP 3, "does url match expression"): Chromium, Firefox, Safari since 15.4.
    "connect-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

/** @param {string} html */
function inlineScripts(html) {
  return [...html.matchAll(SCRIPT)].filter(([, attributes]) => !/\ssrc\s*=/i.test(attributes ?? '')).map(([, , body]) => body ?? '');
}

/** @param {string} script */
function hashSource(script) {
  return `'sha256-${createHash('sha256').update(script).digest('base64')}'`;
}

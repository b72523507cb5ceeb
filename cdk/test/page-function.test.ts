import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';

const FILE = fileURLToPath(new URL('../lib/page-function.js', import.meta.url));
const APP = fileURLToPath(new URL('../../web/app', import.meta.url));

interface Answer {
  uri?: string;
  statusCode?: number;
  statusDescription?: string;
}

interface Module {
  handler: (event: object) => Answer;
  PAGES: Record<string, string>;
}

// As CloudFront runs it: a script that defines `handler`.
const { handler, PAGES } = runInNewContext(`${readFileSync(FILE, 'utf8')}; ({ handler, PAGES })`) as Module;

function request(uri: string): string | undefined {
  return handler({ context: { eventType: 'viewer-request' }, request: { method: 'GET', uri, headers: {} } }).uri;
}

function respond(uri: string, statusCode: number): Answer {
  return handler({ context: { eventType: 'viewer-response' }, request: { uri }, response: { statusCode, statusDescription: 'OK', headers: {} } });
}

describe('a request', () => {
  it.each([
    ['/', '/index.html'],
    ['/index.html', '/index.html'],
    ['/404.html', '/404.html'],
    ['/favicon.ico', '/favicon.ico'],
    ['/_next/static/chunks/app.0a1b.js', '/_next/static/chunks/app.0a1b.js'],
    ['/nothing', '/404.html'],
    ['/nothing/', '/404.html'],
    ['/a.b/c', '/404.html'],
    ['/.well-known/x', '/404.html'],
    ['/constructor', '/404.html'],
    ['//', '/404.html'],
    ['', '/404.html'],
  ])('for %j goes to the file %s', (uri, file) => {
    expect(request(uri)).toBe(file);
  });
});

describe('an answer', () => {
  // CloudFront's documentation does not say which of the two addresses the second run sees.
  it.each(['/nothing', '/404.html'])('for what is no page says so, where the request reads %s', (uri) => {
    expect(respond(uri, 200)).toMatchObject({ statusCode: 404, statusDescription: 'Not Found' });
  });

  it.each([
    ['/', 200],
    ['/index.html', 200],
    ['/favicon.ico', 200],
    ['/_next/static/chunks/gone.js', 404],
    ['/nothing', 304],
  ])('for %s keeps the status %d', (uri, status) => {
    expect(respond(uri, status)).toMatchObject({ statusCode: status, statusDescription: 'OK' });
  });
});

it('knows exactly the pages of the web client', () => {
  // GIVEN Next.js's convention: app/x/page.tsx is the page /x
  const files = existsSync(APP) ? readdirSync(APP, { recursive: true, encoding: 'utf8' }) : ['page.tsx'];
  const pages = files.filter((file) => /(^|\/)page\.tsx$/.test(file)).map((file) => join('/', file, '..'));
  // THEN
  expect(Object.keys(PAGES).toSorted()).toEqual(pages.toSorted());
});

it('fits into what CloudFront takes, 10 KB', () => {
  expect(readFileSync(FILE).length).toBeLessThanOrEqual(10_240);
});

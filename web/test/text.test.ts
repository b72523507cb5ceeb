// What is said and shown: content, lengths, dates, names, errors.
import { CarillonError, SessionError } from '@carillon/client';
import { describe, expect, it } from 'vitest';
import { backoff } from '../lib/backoff.ts';
import { lengthProblem, sendable, shownAs } from '../lib/content.ts';
import { dayOf, languageOf, timeOf } from '../lib/dates.ts';
import { initialsOf } from '../lib/names.ts';
import { historyProblem, messageProblem, signOutProblem, statusWords, typingWords, unreadWords } from '../lib/words.ts';

describe('content', () => {
  it('is shown as it is if it is a string, and else as JSON', () => {
    expect(shownAs('<b>{"a":1}</b>')).toEqual({ kind: 'text', text: '<b>{"a":1}</b>' });
    expect(shownAs({ a: [1] })).toEqual({ kind: 'json', text: '{\n  "a": [\n    1\n  ]\n}' });
    expect(shownAs(0)).toEqual({ kind: 'json', text: '0' });
    expect(shownAs(false)).toEqual({ kind: 'json', text: 'false' });
  });

  it('is sent without blanks around it, but with those that mean something', () => {
    expect(sendable('\n  \n  indented\n\nmore \n ')).toBe('  indented\n\nmore');
    expect(sendable(' \n\t ')).toBe('');
  });

  // 24,576 bytes as JSON: two of them are the quotes.
  it.each([
    ['one below', 'x'.repeat(24_573), false],
    ['at', 'x'.repeat(24_574), false],
    ['one above', 'x'.repeat(24_575), true],
    ['at, in letters of two bytes', 'é'.repeat(12_287), false],
    ['above, in letters of two bytes', 'é'.repeat(12_288), true],
    ['above, by what JSON escapes', '"'.repeat(12_288), true],
    ['at, with blanks that are not sent', `${'x'.repeat(24_574)}   \n`, false],
  ])('has a bound: %s', (_, text, isTooLong) => {
    expect(lengthProblem(text) !== undefined).toBe(isTooLong);
  });

  it('is never said to be of the size that is allowed', () => {
    expect(lengthProblem('x'.repeat(24_575))).toContain('it takes 24.1 KiB, and 24 KiB is the most');
  });
});

describe('errors', () => {
  it('are sentences', () => {
    expect(messageProblem(new CarillonError('forbidden', 'x'))).toBe('Not sent: you may not write here.');
    expect(messageProblem(new CarillonError('gave_up', 'x'))).toMatch(/not known whether/);
    expect(historyProblem(new CarillonError('forbidden', 'x'))).toBe('You may not read this conversation.');
    expect(signOutProblem(new SessionError('unavailable', 'x'))).toMatch(/cannot be reached/);
  });

  it.each([new CarillonError('toString', 'x'), new CarillonError('some_new_code', 'x'), new Error('x'), undefined])('are sentences even if unheard of: %s', (error) => {
    expect(messageProblem(error)).toBe('Not sent: something went wrong. Try again.');
    expect(historyProblem(error)).toMatch(/could not be loaded/);
    expect(signOutProblem(error)).toMatch(/refused/);
  });

  it('have words for every state of the connection', () => {
    expect((['idle', 'connecting', 'open', 'waiting', 'signed-out', 'closed'] as const).map(statusWords))
      .toEqual(['Connecting', 'Connecting', 'Connected', 'Offline, trying again', 'Signed out', 'Disconnected']);
  });
});

describe('dates', () => {
  const now = new Date(2026, 10, 23, 0, 30).getTime();

  it.each([
    [new Date(2026, 10, 23, 0, 0), 'Today'],
    [new Date(2026, 10, 22, 23, 59), 'Yesterday'],
    [new Date(2026, 10, 21, 23, 59), 'Saturday 21 November'],
    [new Date(2025, 10, 21), 'Friday 21 November 2025'],
  ])('%s is %s', (date, words) => {
    expect(dayOf(date.getTime(), now, 'en-GB').replaceAll(',', '')).toBe(words);
  });

  it('are English, with the clock of the reader', () => {
    expect(languageOf('en-US')).toBe('en-US');
    expect(languageOf('en')).toBe('en');
    expect(languageOf('de-DE')).toBe('en-GB');
    expect(timeOf(new Date(2026, 10, 23, 14, 5).getTime(), 'en-GB')).toBe('14:05');
  });
});

it.each([
  ['Ada Lovelace', 'AL'], ['ada', 'A'], ['katherine.johnson', 'KJ'], ['Ada King of Lovelace', 'AL'], ['  ', '?'], ['', '?'], ['🔔 Élodie', 'É'], ['(x) y', 'XY'],
])('the initials of %j are %s', (name, initials) => {
  expect(initialsOf(name)).toBe(initials);
});

it('waits longer each time, up to half a minute', () => {
  expect([0, 1, 4, 5, 50].map((attempt) => backoff(attempt, 0))).toEqual([500, 1000, 8000, 15_000, 15_000]);
  expect(backoff(50, 0.999)).toBeLessThanOrEqual(30_000);
});

describe('who types', () => {
  it.each([
    [[], ''],
    [['Ada'], 'Ada is typing…'],
    [['Ada', 'Bob'], 'Ada and Bob are typing…'],
    [['Ada', 'Bob', 'Carol'], 'Several people are typing…'],
  ])('%j', (names, words) => {
    expect(typingWords(names)).toBe(words);
  });
});

describe('what is unread', () => {
  it.each([[0, ''], [1, ', 1 unread'], [120, ', 120 unread'], ['some', ', unread messages']] as const)('%s', (unread, words) => {
    expect(unreadWords(unread)).toBe(words);
  });
});

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { billOf, type Prices, total } from '../costs/bill.ts';
import { type Operation, readOperations } from '../costs/operations.ts';
import prices from '../costs/prices.json' with { type: 'json' };
import { MARKERS, report } from '../costs/report.ts';
import { type Usage, usageOf } from '../costs/usage.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** What the command does. */
function costs(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, ['--import', 'tsx', 'scripts/costs.ts', ...args], { cwd: ROOT, encoding: 'utf8' });
}

/** Every price is one dollar, so that a bill tells amounts. */
const ONE_EACH: Prices = {
  region: 'here',
  asOf: 'now',
  sources: [{ name: 'a page', url: 'https://example.org/prices' }],
  dollars: {
    millionMessages: 1,
    millionConnectionMinutes: 1,
    millionRequests: 1,
    gigabyteSecond: 1,
    millionWriteUnits: 1,
    millionReadUnits: 1,
    gigabyteMonth: 1,
  },
  upTo: { millionMessages: 1_000 },
};

const SAYING: Operation = { name: 'say', calls: { table: 9, posts: 4, invokes: 2 }, writeUnits: 7, readUnits: 3 };

/** Two million times a month `say`, by a function of half a GB that runs 100 ms. */
const TALK: Usage = {
  users: 10,
  text: 'some talk',
  uses: [{ operation: 'say', timesAMonth: 2e6, framesIn: 1, runs: [{ megabytes: 512, milliseconds: 100 }] }],
  connectionMinutes: 5e6,
  storage: 0.5,
};

describe('a bill', () => {
  it('counts what is paid for', () => {
    const amounts = Object.fromEntries(billOf(TALK, [SAYING], ONE_EACH).map(({ name, amount }) => [name, amount]));
    expect(amounts).toEqual({
      // A frame in, four out.
      'API Gateway, messages': 2 * 5,
      'API Gateway, connection minutes': 5,
      'DynamoDB, write units': 2 * 7,
      'DynamoDB, read units': 2 * 3,
      'DynamoDB, storage': 0.5,
      // The function and two of fn-fanout, which has a whole GB for 100 ms.
      'Lambda, requests': 2 * 3,
      'Lambda, time': 2e6 * (0.05 + 0.2),
    });
  });

  it('adds up over operations', () => {
    // GIVEN another operation, which is no frame and has two functions
    const joining: Operation = { name: 'join', calls: { table: 1, posts: 0, invokes: 0 }, writeUnits: 10, readUnits: 0 };
    const run = { megabytes: 1_024, milliseconds: 1 };
    const usage: Usage = { ...TALK, uses: [...TALK.uses, { operation: 'join', timesAMonth: 1e6, framesIn: 0, runs: [run, run] }] };
    // WHEN
    const amounts = billOf(usage, [SAYING, joining], ONE_EACH).map(({ amount }) => amount);
    // THEN
    expect(amounts).toEqual([10, 5, 24, 6, 0.5, 8, 502_000]);
  });

  it('takes the price of each item', () => {
    const bill = billOf(TALK, [SAYING], prices);
    expect(bill.map(({ dollars }) => dollars)).toEqual([1, 0.25, 0.625, 0.125, 0.25, 0.2, 0.0000166667]);
    expect(total(bill)).toBeCloseTo(10 + 1.25 + 8.75 + 0.75 + 0.125 + 1.2 + 8.33335, 6);
  });

  it('is refused where a price is not known', () => {
    const billed = (timesAMonth: number): unknown => billOf({ ...TALK, uses: TALK.uses.map((use) => ({ ...use, timesAMonth })) }, [SAYING], prices);
    expect(billed(200e6)).toHaveLength(7);
    expect(() => billed(200e6 + 1)).toThrow('prices.json has no price for more than 1000 million messages a month.');
  });

  it('is refused where an operation was not counted', () => {
    expect(() => billOf(TALK, [], prices)).toThrow('docs/costs.json has no operation "say", which the usage has.');
  });
});

describe('docs/costs.json', () => {
  it('may say what its numbers rest on', () => {
    expect(readOperations({ operations: [SAYING] })).toEqual({ operations: [SAYING] });
    expect(readOperations({ basis: 'a guess', operations: [SAYING] })).toEqual({ basis: 'a guess', operations: [SAYING] });
  });

  it.each([
    [{}, 'docs/costs.json has no list "operations".'],
    [{ operations: [{ ...SAYING, name: 7 }] }, 'docs/costs.json holds what is no operation: {"name":7,'],
    [{ operations: [{ ...SAYING, writeUnits: -1 }] }, 'docs/costs.json holds what is no operation: {"name":"say"'],
    [{ operations: [{ ...SAYING, calls: { table: 1, posts: 1 } }] }, 'docs/costs.json holds what is no operation: {"name":"say"'],
    [{ operations: [SAYING, SAYING] }, 'docs/costs.json has "say" twice.'],
  ])('%j is refused', (json, sentence) => {
    expect(() => readOperations(json)).toThrow(sentence);
  });
});

describe('the report', () => {
  it('says so where nothing was counted', () => {
    expect(report(TALK, { basis: 'a guess', operations: [SAYING] }, prices)).toContain('What one operation takes (a guess)');
    expect(report(TALK, { operations: [SAYING] }, prices)).toContain('What one operation takes (counted by a test that runs it)');
  });

  it('shows operations that the month has none of', () => {
    const rare = { ...SAYING, name: 'rare' };
    expect(report(TALK, { operations: [SAYING, rare] }, prices)).toContain('| rare | 9 | 4 | 2 | 7 | 3 | 0 |');
  });

  it('has the month it is about', () => {
    // GIVEN ten thousand users, 22 days of 8 hours, 20 messages a day, a heartbeat every 240 s
    const times = Object.fromEntries(usageOf(10_000).uses.map(({ operation, timesAMonth }) => [operation, timesAMonth]));
    // THEN
    expect(times).toMatchObject({ 'message, room of 50': 10_000 * 22 * 20, heartbeat: 10_000 * 22 * 120 });
    expect(usageOf(10_000).connectionMinutes).toBe(10_000 * 22 * 8 * 60);
  });

  it('is of as many people as are asked for', () => {
    expect(costs('--users', '20').stdout).toContain('A month of 20 users online 8 hours');
    expect(costs('--users=20').stdout).toMatch(/\| API Gateway, messages \| 0\.598 million \| \$1 a million \| 0\.60 \|/);
  });

  it.each([
    [['--user', '5'], "Unknown option '--user'"],
    [['5'], "Unexpected argument '5'"],
    [['--users', '0'], '--users 0 is no number of people: write a whole number, 1 or more.'],
    [['--users', 'many'], '--users many is no number of people'],
    [['--users', '1000000'], 'prices.json has no price for more than 1000 million messages a month.'],
  ])('refuses %j in a sentence', (args, sentence) => {
    const { status, stdout, stderr } = costs(...args);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain(sentence);
    expect(stderr).not.toContain('    at ');
  });

  it('is what README.md says; if not, put there what "npm run costs" prints', () => {
    // GIVEN
    const readme = readFileSync(`${ROOT}/README.md`, 'utf8');
    const [before, section = '', after] = readme.split(new RegExp(MARKERS.join('|')));
    // WHEN
    const printed = costs().stdout;
    // THEN
    expect(before?.split('\n## ').at(-1)).toMatch(/^What it costs\n/);
    expect(after).toBeDefined();
    expect(section.trim()).toBe(printed.trim());
  });
});

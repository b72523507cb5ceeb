// `npm run costs`: prints what a month costs, as README.md says it.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Prices } from './costs/bill.ts';
import { readOperations } from './costs/operations.ts';
import prices from './costs/prices.json' with { type: 'json' };
import { report } from './costs/report.ts';
import { USERS, usageOf } from './costs/usage.ts';

const HELP = `npm run costs prints what a month costs, as README.md has it: npm run costs -- --users ${USERS}

  --users N   so many people instead of ${USERS.toLocaleString('en')}
  --help      this text

What each of them does stands in scripts/costs/usage.ts, what AWS asks in scripts/costs/prices.json.`;

try {
  // Without the two dashes npm takes an option for itself, and the bill would be another one than asked for.
  if (process.env['npm_config_users'] !== undefined) throw new Error('npm took --users for itself, which belongs behind two dashes');
  const { users = String(USERS), help } = parseArgs({ options: { users: { type: 'string' }, help: { type: 'boolean', short: 'h' } } }).values;
  console.log(help ? HELP : costsOf(users));
} catch (error) {
  process.stderr.write(`${(error as Error).message.replace(/\.?$/, '.')} "npm run costs -- --help" lists the options.\n`);
  process.exitCode = 2;
}

function costsOf(users: string): string {
  if (!/^[1-9]\d{0,8}$/.test(users)) throw new Error(`--users ${users} is no number of people: write a whole number, 1 or more`);
  const operations: unknown = JSON.parse(readFileSync(new URL('../docs/costs.json', import.meta.url), 'utf8'));
  return report(usageOf(Number(users)), readOperations(operations), prices satisfies Prices);
}

// `npm run costs`: prints what a month costs, as README.md says it.
import { readFileSync } from 'node:fs';
import type { Prices } from './costs/bill.ts';
import { readOperations } from './costs/operations.ts';
import prices from './costs/prices.json' with { type: 'json' };
import { report } from './costs/report.ts';
import { USAGE } from './costs/usage.ts';

const operations: unknown = JSON.parse(readFileSync(new URL('../docs/costs.json', import.meta.url), 'utf8'));
console.log(report(USAGE, readOperations(operations), prices satisfies Prices));

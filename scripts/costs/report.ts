// The costs as Markdown: what README.md says under "What it costs".
import { billOf, type Item, type Prices, total } from './bill.ts';
import type { Operations } from './operations.ts';
import type { Usage } from './usage.ts';

/** The comments in README.md between which the report stands. */
export const MARKERS = ['<!-- npm run costs prints this -->', '<!-- end of npm run costs -->'] as const;

/** Both tables, with what they rest on. */
export function report(usage: Usage, { basis, operations }: Operations, prices: Prices): string {
  const items = billOf(usage, operations, prices);
  const times = new Map(usage.uses.map(({ operation, timesAMonth }) => [operation, timesAMonth]));
  const perUser = total(items) / usage.users;
  return [
    `What one operation takes (${basis ?? 'counted by a test that runs it'}), and how often it happens in the month below:`,
    '',
    row('operation', 'calls of the table', 'posts', 'hand-overs', 'write units', 'read units', 'times a month'),
    row('---', '--:', '--:', '--:', '--:', '--:', '--:'),
    ...operations.map(({ name, calls, writeUnits, readUnits }) =>
      row(name, calls.table, calls.posts, calls.invokes, writeUnits, readUnits, Math.round(times.get(name) ?? 0).toLocaleString('en')),
    ),
    '',
    `A month of ${usage.text}:`,
    '',
    row('what', 'amount', 'price', 'dollars'),
    row('---', '--:', '--:', '--:'),
    ...items.map((item) => row(item.name, `${rounded(item.amount)} ${item.unit}`, price(item), (item.amount * item.dollars).toFixed(2))),
    row('**together**', '', '', `**${total(items).toFixed(2)}**`),
    '',
    `That is ${(perUser * 100).toFixed(1)} cents a user. Prices are those of ${prices.region} in ${prices.asOf}, without free tiers, from AWS's pages:`,
    `${links(prices)}.`,
    'How long functions run is assumed. Left out: data transfer, logs, backups of the table, CloudFront, Cognito.',
  ].join('\n');
}

function row(...cells: readonly (string | number)[]): string {
  return `| ${cells.join(' | ')} |`;
}

function price({ dollars, unit }: Item): string {
  return `$${dollars} a ${unit}`;
}

// What rests on assumptions is known no better than that.
function rounded(value: number): string {
  return value.toLocaleString('en', { maximumSignificantDigits: 3 });
}

function links({ sources }: Prices): string {
  return sources.map(({ name, url }) => `[${name}](${url})`).join(',\n');
}

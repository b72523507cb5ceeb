// Run after `next build`: writes into each exported page the policy that its own inline scripts need.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withPolicy } from './csp.mjs';

const folder = process.argv[2] ?? 'out';
const pages = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.html'));
for (const page of pages) {
  const path = join(folder, page);
  try {
    writeFileSync(path, withPolicy(readFileSync(path, 'utf8')));
  } catch (error) {
    console.error(`${path} cannot have a content security policy: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(1);
  }
}
console.log(`Content security policy written into ${pages.length} pages.`);

/** Every mutator there is. */
import { CLAIM_MUTATORS } from './claims.ts';
import { HEADER_MUTATORS } from './header.ts';
import { JSON_MUTATORS } from './json.ts';
import type { Mutator } from './mutator.ts';
import { TEXT_MUTATORS } from './text.ts';

export type { Mutator };

export const MUTATORS: readonly Mutator[] = [...TEXT_MUTATORS, ...JSON_MUTATORS, ...HEADER_MUTATORS, ...CLAIM_MUTATORS];

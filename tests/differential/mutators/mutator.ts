/** One way to get a token wrong, or to write it otherwise, by name. */
import type { Draft } from '../draft.ts';
import type { Random } from '../random.ts';

/** What it does to a draft. */
export type Change = (draft: Draft, random: Random) => void;

export interface Mutator {
  /** The row of the catalogue of attacks, and what it is. */
  name: string;
  apply: Change;
}

/** The mutators of one row of the catalogue. */
export function row(id: string, changes: Record<string, Change>): Mutator[] {
  return Object.entries(changes).map(([words, apply]) => ({ name: `${id} ${words}`, apply }));
}

/** The mutators of one row that differ in one value, which stands in their names. */
export function rowOf<T>(id: string, words: string, values: readonly T[], change: (value: T) => Change): Mutator[] {
  return values.map((value) => ({ name: `${id} ${words} ${typeof value === 'string' ? value : JSON.stringify(value)}`, apply: change(value) }));
}

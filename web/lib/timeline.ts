// What is shown of a channel: each number once, in order, whichever way and however often it came; then what is on its way.
import type { Json, Message, Person } from '@carillon/client';

/** The most messages that are kept in the page; beyond it the oldest go, and can be loaded again. */
export const MAX_KEPT = 2000;

export interface Item {
  /** What the page knows its element by; it stays when a draft becomes an entry. */
  readonly key: string;
  readonly sender: Person;
  readonly content: Json;
  /** Milliseconds since 1970: by the server's clock, or this device's while it has no `seq`. */
  readonly at: number;
  readonly seq?: number;
  readonly problem?: string;
}

/** A message in the channel's log. */
export interface Entry extends Item {
  readonly seq: number;
}

/** A message that was sent from here and is not in the log yet, or never will be; its key is its id on the wire. */
export interface Draft extends Item {
  readonly content: string;
  /** Why it was not sent, in words; absent while it is on its way. */
  readonly problem?: string;
}

export type Fate = 'sent' | 'pending' | 'failed';

export function fateOf(item: Item): Fate {
  if (item.seq !== undefined) return 'sent';
  return item.problem === undefined ? 'pending' : 'failed';
}

export function entryOf({ seq, sender, content, at }: Message, key = String(seq)): Entry {
  return { key, seq, sender, content, at };
}

/** Both lists in one, ordered by `seq`. Of two entries with one number, the one that is already shown stays. */
export function merge(shown: readonly Entry[], incoming: readonly Entry[]): readonly Entry[] {
  const known = new Set(shown.map((entry) => entry.seq));
  const added = incoming.filter((entry) => !known.has(entry.seq));
  if (added.length === 0) return shown;
  return [...shown, ...added].sort((one, other) => one.seq - other.seq);
}

export function failed(drafts: readonly Draft[], key: string, problem: string): readonly Draft[] {
  return drafts.map((draft) => (draft.key === key ? { ...draft, problem } : draft));
}

export function without(drafts: readonly Draft[], key: string): readonly Draft[] {
  return drafts.filter((draft) => draft.key !== key);
}

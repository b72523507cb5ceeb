// How a conversation is set: by day, then by runs of messages that one sender wrote shortly after each other.
import type { Person } from '@carillon/client';
import type { Item } from './timeline.ts';

/** A pause that begins a new group, in milliseconds. */
export const PAUSE = 5 * 60_000;

export interface Group {
  readonly key: string;
  readonly sender: Person;
  readonly at: number;
  readonly items: readonly Item[];
}

export interface Day {
  /** `2026-11-23`, in the reader's time zone. */
  readonly date: string;
  readonly at: number;
  readonly groups: readonly Group[];
}

export function daysOf(items: readonly Item[]): readonly Day[] {
  const days: (Omit<Day, 'groups'> & { groups: (Omit<Group, 'items'> & { items: Item[] })[] })[] = [];
  let latest = -Infinity;
  for (const item of items) {
    // This device's clock may be behind the server's: no item is set on a day before its predecessor's.
    const at = Math.max(latest, item.at);
    const date = dateOf(at);
    if (days.at(-1)?.date !== date) days.push({ date, at, groups: [] });
    const groups = days.at(-1)?.groups ?? [];
    const group = groups.at(-1);
    if (group && isSame(group.sender, item.sender) && at - latest < PAUSE) group.items.push(item);
    else groups.push({ key: item.key, sender: item.sender, at, items: [item] });
    latest = at;
  }
  return days;
}

/** The back end has one id and a name for each of its voices. */
function isSame(one: Person, other: Person): boolean {
  return one.id === other.id && one.name === other.name;
}

function dateOf(at: number): string {
  const date = new Date(at);
  return [date.getFullYear(), date.getMonth() + 1, date.getDate()].map((part) => String(part).padStart(2, '0')).join('-');
}

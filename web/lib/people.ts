// Who is in a conversation: the list that was asked for, and who came and went since.
import type { Person, PresenceChange } from '@carillon/client';

/** In the order of their names; of one id only one. */
export function peopleOf(users: readonly Person[]): readonly Person[] {
  return [...new Map(users.map((person) => [person.id, person])).values()].sort(byName);
}

export function changed(people: readonly Person[], { kind, person }: PresenceChange): readonly Person[] {
  const others = people.filter(({ id }) => id !== person.id);
  return kind === 'left' ? others : [...others, person].sort(byName);
}

function byName(one: Person, other: Person): number {
  return one.name.localeCompare(other.name, 'en') || (one.id < other.id ? -1 : 1);
}

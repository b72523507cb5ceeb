// Who is in the open conversation; whoever is clicked can be talked to alone.
import type { Person } from '@carillon/client';
import type { ReactNode } from 'react';
import { Avatar } from './avatar.tsx';

interface PeopleProps {
  readonly id: string;
  readonly people: readonly Person[];
  readonly hasMore: boolean;
  readonly me: string;
  readonly isShown: boolean;
  readonly onTalk: (person: Person) => void;
}

export function People({ id, people, hasMore, me, isShown, onTalk }: PeopleProps): ReactNode {
  return (
    <aside className={isShown ? 'people people-shown' : 'people'} id={id} aria-label="People here">
      <h2 className="people-title">Here now</h2>
      <ul className="people-list" data-testid="people">
        {people.map((person) => (
          <li key={person.id}>
            {person.id === me ? (
              <p className="person"><Avatar name={person.name} isMine /><span className="person-name">{person.name}</span><span className="person-you">you</span></p>
            ) : (
              <button type="button" className="person" data-testid="person" onClick={() => { onTalk(person); }}>
                <Avatar name={person.name} isMine={false} /><span className="visually-hidden">Write to </span><span className="person-name">{person.name}</span>
              </button>
            )}
          </li>
        ))}
      </ul>
      {hasMore && <p className="people-more">and more</p>}
    </aside>
  );
}

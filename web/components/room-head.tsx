// What stands over a conversation: its name, what can be done with it, and what the connection is doing.
import type { ConnectionStatus } from '@carillon/client';
import type { ReactNode, Ref } from 'react';
import type { Listed } from '../lib/chat.ts';
import { PeopleIcon } from './icons.tsx';
import { Status } from './status.tsx';

interface RoomHeadProps {
  readonly titleRef: Ref<HTMLHeadingElement>;
  readonly title: string;
  readonly kind: Listed['kind'];
  readonly status: ConnectionStatus;
  readonly here: number;
  /** The element that lists who is here, and whether it is shown where there is little room. */
  readonly peopleId: string;
  readonly arePeopleShown: boolean;
  readonly onTogglePeople: () => void;
  readonly onLeave: () => void;
  readonly onRetry: () => void;
}

export function RoomHead(props: RoomHeadProps): ReactNode {
  const { titleRef, title, kind, status, here, peopleId, arePeopleShown, onTogglePeople, onLeave, onRetry } = props;
  return (
    <div className="room-head">
      <h1 className="room-name" ref={titleRef} tabIndex={-1} data-testid="room">{title}</h1>
      <div className="room-tools">
        {kind === 'room' && <button type="button" className="link" data-testid="leave" onClick={onLeave}>Leave</button>}
        {kind !== 'dm' && (
          <button type="button" className="link people-toggle" data-testid="people-toggle" aria-expanded={arePeopleShown} aria-controls={peopleId} onClick={onTogglePeople}>
            <PeopleIcon /><span aria-hidden="true">{here}</span><span className="visually-hidden">People here: {here}</span>
          </button>
        )}
        <Status status={status} onRetry={onRetry} />
      </div>
    </div>
  );
}

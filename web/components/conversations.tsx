// The list of conversations, what is unread in each, and the way into another room.
import type { ReactNode } from 'react';
import type { Listed } from '../lib/chat.ts';
import { unreadWords } from '../lib/words.ts';
import { Avatar } from './avatar.tsx';
import { EveryoneIcon, RoomIcon } from './icons.tsx';
import { JoinRoom } from './join-room.tsx';

interface ConversationsProps {
  readonly id: string;
  readonly list: readonly Listed[];
  readonly open: string;
  readonly onShow: (channel: string) => void;
  readonly onEnter: (name: string) => string | undefined;
}

export function Conversations({ id, list, open, onShow, onEnter }: ConversationsProps): ReactNode {
  return (
    <nav className="conversations" id={id} aria-label="Conversations">
      <ul className="conversations-list">
        {list.map((one) => (
          <li key={one.channel}>
            <button
              type="button"
              className="conversation"
              data-testid="conversation"
              data-channel={one.channel}
              aria-current={one.channel === open ? 'page' : undefined}
              onClick={() => { onShow(one.channel); }}
            >
              <Sign {...one} />
              <span className="conversation-name">{one.title}</span>
              <span className="visually-hidden">{unreadWords(one.unread)}</span>
              {one.unread !== 0 && <span className="badge" data-testid="unread" aria-hidden="true">{one.unread === 'some' ? '' : badge(one.unread)}</span>}
            </button>
          </li>
        ))}
      </ul>
      <JoinRoom onEnter={onEnter} />
    </nav>
  );
}

function Sign({ kind, title }: Listed): ReactNode {
  switch (kind) {
    case 'all':
      return <EveryoneIcon />;
    case 'room':
      return <RoomIcon />;
    case 'dm':
      return <Avatar name={title} isMine={false} />;
  }
}

function badge(count: number): string {
  return count > 99 ? '99+' : String(count);
}

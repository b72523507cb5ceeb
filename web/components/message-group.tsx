// What one sender wrote in one go: their name and the time once, then each message.
import type { ReactNode } from 'react';
import { timeOf } from '../lib/dates.ts';
import type { Group } from '../lib/grouping.ts';
import { Avatar } from './avatar.tsx';
import { Message } from './message.tsx';

interface MessageGroupProps {
  readonly group: Group;
  readonly isMine: boolean;
  readonly onRetry: (key: string) => void;
  readonly onDiscard: (key: string) => void;
}

export function MessageGroup({ group, isMine, onRetry, onDiscard }: MessageGroupProps): ReactNode {
  const { sender, at, items } = group;
  return (
    <article className={isMine ? 'group group-mine' : 'group'}>
      {!isMine && <Avatar name={sender.name} isMine={false} />}
      <div className="group-body">
        <p className="byline">
          <span className="byline-name">{isMine ? 'You' : sender.name}</span>
          <time dateTime={new Date(at).toISOString()} title={new Date(at).toLocaleString()}>{timeOf(at)}</time>
        </p>
        <ol className="group-messages">
          {items.map((item) => <Message key={item.key} item={item} onRetry={onRetry} onDiscard={onDiscard} />)}
        </ol>
      </div>
    </article>
  );
}

// The conversation: days, groups of one sender, messages; the newest at the end.
import { memo, type ReactNode, useMemo, useState } from 'react';
import { useNow } from '../hooks/use-now.ts';
import { useScrollToNewest } from '../hooks/use-scroll-to-newest.ts';
import { dayOf } from '../lib/dates.ts';
import { daysOf } from '../lib/grouping.ts';
import type { Item } from '../lib/timeline.ts';
import { Bells } from './bells.tsx';
import { DownIcon } from './icons.tsx';
import { MessageGroup } from './message-group.tsx';

/** How soon after midnight « Today » has to become « Yesterday », in milliseconds. */
const MINUTE = 60_000;

interface MessagesProps {
  readonly items: readonly Item[];
  readonly me: string;
  readonly isLoaded: boolean;
  readonly isLoading: boolean;
  readonly isQuiet: boolean;
  readonly hasOlder: boolean;
  readonly received: number;
  readonly onLoadOlder: () => Promise<void>;
  readonly onRetry: (key: string) => void;
  readonly onDiscard: (key: string) => void;
}

export const Messages = memo(function Messages(props: MessagesProps): ReactNode {
  const { items, me, isLoaded, isLoading, isQuiet, hasOlder, received, onLoadOlder, onRetry, onDiscard } = props;
  const { frame, onScroll, toNewest, isAtEnd } = useScrollToNewest(items);
  const days = useMemo(() => daysOf(items), [items]);
  const now = useNow(MINUTE);
  const [seen, setSeen] = useState(received);
  if (isAtEnd && seen !== received) setSeen(received);

  const loadOlder = async (): Promise<void> => {
    await onLoadOlder();
    // The button may be gone now, and with it the place of somebody who uses the keyboard.
    if (document.activeElement === document.body) frame.current?.focus();
  };

  return (
    <div className="messages-frame">
      <div className="messages" role="log" aria-label="Messages" aria-live="polite" aria-busy={isQuiet} tabIndex={0} ref={frame} onScroll={onScroll} data-testid="messages">
        <div className="messages-column">
          {hasOlder && (
            <button type="button" className="button load-older" data-testid="load-older" aria-disabled={isLoading} onClick={() => void loadOlder()}>
              {isLoading ? 'Loading…' : 'Load older messages'}
            </button>
          )}
          {isLoaded && !hasOlder && items.length > 0 && <p className="beginning">No older messages.</p>}
          {!isLoaded && items.length === 0 && <Skeleton />}
          {isLoaded && items.length === 0 && <Empty />}
          {days.map(({ date, at, groups }) => (
            <section key={date} className="day" aria-labelledby={`day-${date}`}>
              <h2 className="day-name" id={`day-${date}`}><time dateTime={date}>{dayOf(at, now)}</time></h2>
              {groups.map((group) => (
                <MessageGroup key={group.key} group={group} isMine={group.sender.id === me} onRetry={onRetry} onDiscard={onDiscard} />
              ))}
            </section>
          ))}
        </div>
      </div>
      {!isAtEnd && (
        <button type="button" className="button to-newest" onClick={toNewest}>
          <DownIcon />{received > seen ? `${received - seen} new` : 'Newest'}
        </button>
      )}
    </div>
  );
});

function Empty(): ReactNode {
  return (
    <div className="empty">
      <Bells />
      <p className="empty-title">All is quiet</p>
      <p>This is the beginning. Nobody has written yet: the first word is yours.</p>
    </div>
  );
}

/** Holds the place of messages that are on their way; the status says so in words. */
function Skeleton(): ReactNode {
  return (
    <div className="skeleton" aria-hidden="true">
      <span /><span /><span />
    </div>
  );
}

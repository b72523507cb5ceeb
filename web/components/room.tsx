// The open conversation: its messages, who is there, who types, and where to write.
import { kindOf } from '@carillon/client';
import { type ReactNode, useCallback, useEffect, useId, useMemo, useRef, useState } from 'react';
import { useStore } from '../hooks/use-store.ts';
import { type Chat, EVERYONE } from '../lib/chat.ts';
import { typingWords } from '../lib/words.ts';
import { Composer, type ComposerHandle } from './composer.tsx';
import { Messages } from './messages.tsx';
import { People } from './people.tsx';
import { RoomHead } from './room-head.tsx';

interface RoomProps {
  readonly chat: Chat;
  readonly channel: string;
  readonly me: string;
}

export function Room({ chat, channel, me }: RoomProps): ReactNode {
  const conversation = chat.conversation(channel);
  const { status, problem } = useStore(chat.state);
  const state = useStore(conversation.state);
  const [arePeopleShown, setArePeopleShown] = useState(false);
  const peopleId = useId();
  const title = useRef<HTMLHeadingElement>(null);
  const composer = useRef<ComposerHandle>(null);
  const items = useMemo(() => [...state.entries, ...state.drafts], [state.entries, state.drafts]);
  const retry = useCallback((key: string) => { conversation.retry(key); composer.current?.focus(); }, [conversation]);
  const discard = useCallback((key: string) => { conversation.discard(key); composer.current?.focus(); }, [conversation]);
  const name = chat.titleOf(channel);
  const kind = kindOf(channel);

  // Where the composer does not take the focus, as on a touch screen, the title does: what had it may be gone.
  useEffect(() => { if (document.activeElement === document.body) title.current?.focus(); }, []);

  return (
    <main className="room">
      <RoomHead
        titleRef={title}
        title={name}
        kind={kind === 'room' || kind === 'dm' ? kind : 'all'}
        status={status}
        here={state.people.length}
        peopleId={peopleId}
        arePeopleShown={arePeopleShown}
        onTogglePeople={() => { setArePeopleShown(!arePeopleShown); }}
        onLeave={() => { chat.leave(channel); }}
        onRetry={chat.wake}
      />
      {kind !== 'dm' && (
        <People id={peopleId} people={state.people} hasMore={state.hasMorePeople} me={me} isShown={arePeopleShown} onTalk={chat.talkTo} />
      )}
      <Messages
        items={items}
        me={me}
        isLoaded={state.isLoaded}
        isLoading={state.isLoading}
        isQuiet={state.isQuiet}
        hasOlder={state.hasOlder}
        received={state.received}
        onLoadOlder={conversation.loadOlder}
        onRetry={retry}
        onDiscard={discard}
      />
      <p className="typing" data-testid="typing">{typingWords(state.typing)}</p>
      <Composer
        ref={composer}
        to={channel === EVERYONE ? 'everyone' : name}
        initialText={conversation.text}
        onWrite={conversation.write}
        onSend={conversation.send}
        problem={problem}
        onDismiss={chat.dismiss}
      />
    </main>
  );
}

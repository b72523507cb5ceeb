// What somebody sees who is signed in: who they are, their conversations, and the open one.
import type { Session, SignedIn } from '@carillon/client';
import { type ReactNode, useCallback, useId, useRef, useState } from 'react';
import { useChat } from '../hooks/use-chat.ts';
import { useDismiss } from '../hooks/use-dismiss.ts';
import { useStore } from '../hooks/use-store.ts';
import { useTitle } from '../hooks/use-title.ts';
import type { SignIn } from '../lib/sign-in.ts';
import { signOutProblem } from '../lib/words.ts';
import { Account } from './account.tsx';
import { Bell } from './bell.tsx';
import { Conversations } from './conversations.tsx';
import { MenuIcon } from './icons.tsx';
import { Room } from './room.tsx';

interface ChatViewProps {
  readonly me: SignedIn;
  readonly session: Session;
  readonly signIn: SignIn;
}

export function ChatView({ me, session, signIn }: ChatViewProps): ReactNode {
  const chat = useChat(me, session, signIn);
  const state = useStore(chat.state);
  const [isListShown, setIsListShown] = useState(false);
  const listId = useId();
  const masthead = useRef<HTMLElement>(null);
  const menu = useRef<HTMLButtonElement>(null);
  useDismiss(masthead, isListShown, useCallback((how) => {
    setIsListShown(false);
    if (how === 'key') menu.current?.focus();
  }, []));
  useTitle(state.list);
  const isUnread = state.list.some(({ unread }) => unread !== 0);

  const show = (channel: string): void => {
    chat.show(channel);
    setIsListShown(false);
  };
  const enter = (name: string): string | undefined => {
    const problem = chat.enter(name);
    if (problem === undefined) setIsListShown(false);
    return problem;
  };
  const signOut = async (scope: 'here' | 'everywhere'): Promise<void> => {
    // First of all, so that nothing stays even if the server cannot be reached.
    chat.forget();
    try {
      const url = await signIn.signOut(scope);
      if (url !== null) window.location.assign(url);
    } catch (error) {
      // The socket may have heard first that the session is over, and then there is nobody to remember anything for.
      if (signIn.presence.get().at !== 'signed-in') return;
      chat.remember();
      chat.report(signOutProblem(error));
    }
  };

  return (
    <div className={isListShown ? 'chat chat-list-shown' : 'chat'}>
      <header className="masthead" ref={masthead}>
        <button
          type="button"
          ref={menu}
          className="button button-quiet menu"
          data-testid="menu"
          aria-expanded={isListShown}
          aria-controls={listId}
          onClick={() => { setIsListShown(!isListShown); }}
        >
          <MenuIcon /><span className="visually-hidden">Conversations{isUnread && ', some unread'}</span>
          {isUnread && <span className="badge badge-dot" aria-hidden="true" />}
        </button>
        <p className="brand"><Bell strokes={state.received} /><span className="brand-name">Carillon</span></p>
        <Conversations id={listId} list={state.list} open={state.open} onShow={show} onEnter={enter} />
        <Account name={me.name} onSignOut={signOut} />
      </header>
      <Room key={state.open} chat={chat} channel={state.open} me={me.user} />
    </div>
  );
}

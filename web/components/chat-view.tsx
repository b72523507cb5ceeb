// What somebody sees who is signed in: who they are, the conversation, and where to write.
import type { Session, SignedIn } from '@carillon/client';
import { type ReactNode, useCallback, useMemo, useRef } from 'react';
import { useChat } from '../hooks/use-chat.ts';
import { useStore } from '../hooks/use-store.ts';
import type { SignIn } from '../lib/sign-in.ts';
import { signOutProblem } from '../lib/words.ts';
import { Account } from './account.tsx';
import { Bell } from './bell.tsx';
import { Bells } from './bells.tsx';
import { Composer, type ComposerHandle } from './composer.tsx';
import { Messages } from './messages.tsx';
import { Status } from './status.tsx';

interface ChatViewProps {
  readonly me: SignedIn;
  readonly session: Session;
  readonly signIn: SignIn;
}

export function ChatView({ me, session, signIn }: ChatViewProps): ReactNode {
  const chat = useChat(me, session, signIn);
  const state = useStore(chat.state);
  const composer = useRef<ComposerHandle>(null);
  const items = useMemo(() => [...state.entries, ...state.drafts], [state.entries, state.drafts]);
  const retry = useCallback((key: string) => { chat.retry(key); composer.current?.focus(); }, [chat]);
  const discard = useCallback((key: string) => { chat.discard(key); composer.current?.focus(); }, [chat]);

  const signOut = async (scope: 'here' | 'everywhere'): Promise<void> => {
    try {
      const url = await signIn.signOut(scope);
      if (url !== null) window.location.assign(url);
    } catch (error) {
      chat.report(signOutProblem(error));
    }
  };

  return (
    <div className="chat">
      <header className="masthead">
        <p className="brand"><Bell strokes={state.received} /><span className="brand-name">Carillon</span></p>
        <Bells />
        <Account name={me.name} onSignOut={signOut} />
      </header>
      <main className="room">
        <div className="room-head">
          <h1 className="room-name">Everyone</h1>
          <Status status={state.status} onRetry={chat.wake} />
        </div>
        <Messages
          items={items}
          me={me.user}
          isLoaded={state.isLoaded}
          isLoading={state.isLoading}
          isQuiet={state.isQuiet}
          hasOlder={state.hasOlder}
          received={state.received}
          onLoadOlder={chat.loadOlder}
          onRetry={retry}
          onDiscard={discard}
        />
        <Composer ref={composer} onSend={chat.send} problem={state.problem} onDismiss={chat.dismiss} />
      </main>
    </div>
  );
}

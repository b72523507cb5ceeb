'use client';
// Which of the views is shown: it depends on who is signed in, and on nothing else.
import type { ReactNode } from 'react';
import { useSignIn } from '../hooks/use-sign-in.ts';
import { ChatView } from './chat-view.tsx';
import { Waiting } from './waiting.tsx';
import { Welcome } from './welcome.tsx';

export function App(): ReactNode {
  const { signIn, session, presence } = useSignIn();
  switch (presence.at) {
    case 'checking':
      return <Waiting />;
    case 'unreachable':
      return <Waiting retryAt={presence.retryAt} onRetry={() => void signIn.check()} />;
    case 'signed-out':
      return <Welcome loginUrl={signIn.loginUrl} why={presence.why} />;
    case 'signed-in':
      return <ChatView key={presence.me.user} me={presence.me} session={session} signIn={signIn} />;
  }
}

// Holds the conversation open as long as it is on the page, and wakes the connection when there is reason to.
import { Connection, type Session, type SignedIn, socketUrl } from '@carillon/client';
import { useEffect, useState } from 'react';
import { Chat } from '../lib/chat.ts';
import type { SignIn } from '../lib/sign-in.ts';

export function useChat(me: SignedIn, session: Session, signIn: SignIn): Chat {
  const [chat] = useState(() => new Chat({
    me: { id: me.user, name: me.name },
    connect: () => new Connection({ url: socketUrl(window.location.origin), session }),
    onSignedOut: (reason) => { signIn.end(reason === 'signed_out' ? 'elsewhere' : 'ended'); },
  }));

  useEffect(() => chat.open(), [chat]);

  useEffect(() => {
    const looked = (): void => { if (document.visibilityState === 'visible') chat.wake(); };
    document.addEventListener('visibilitychange', looked);
    window.addEventListener('online', chat.wake);
    return () => {
      document.removeEventListener('visibilitychange', looked);
      window.removeEventListener('online', chat.wake);
    };
  }, [chat]);

  return chat;
}

// Holds the conversations open as long as they are on the page, and wakes the connection when there is reason to.
import { Connection, type Session, type SignedIn, socketUrl } from '@carillon/client';
import { useEffect, useState } from 'react';
import { Chat } from '../lib/chat.ts';
import { Memories } from '../lib/memory.ts';
import type { SignIn } from '../lib/sign-in.ts';

export function useChat(me: SignedIn, session: Session, signIn: SignIn): Chat {
  const [chat] = useState(() => new Chat({
    me: { id: me.user, name: me.name },
    connect: () => new Connection({ url: socketUrl(window.location.origin), session }),
    onSignedOut: (reason) => { signIn.end(reason === 'signed_out' ? 'elsewhere' : 'ended'); },
    isLooking: () => document.visibilityState === 'visible',
    memories: new Memories(me.user, () => window.localStorage),
  }));

  useEffect(() => chat.open(), [chat]);

  useEffect(() => {
    const looked = (): void => { if (document.visibilityState === 'visible') chat.wake(); };
    document.addEventListener('visibilitychange', looked);
    // A page that was frozen.
    document.addEventListener('resume', looked);
    window.addEventListener('online', chat.wake);
    return () => {
      document.removeEventListener('visibilitychange', looked);
      document.removeEventListener('resume', looked);
      window.removeEventListener('online', chat.wake);
    };
  }, [chat]);

  return chat;
}

// Finds out who is signed in, and notices when that changes in another tab: cookies are shared, a page's memory is not.
import { Session } from '@carillon/client';
import { useEffect, useState } from 'react';
import { type Presence, SignIn } from '../lib/sign-in.ts';
import { useStore } from './use-store.ts';

const TABS = 'carillon.presence';

export function useSignIn(): { readonly signIn: SignIn; readonly session: Session; readonly presence: Presence } {
  const [{ signIn, session }] = useState(() => {
    const session = new Session();
    return { session, signIn: new SignIn(session) };
  });
  const presence = useStore(signIn.presence);

  useEffect(() => {
    void signIn.check();
    return () => { signIn.stop(); };
  }, [signIn]);

  const user = userOf(presence);
  useEffect(() => {
    if (user === undefined) return undefined;
    const tabs = new BroadcastChannel(TABS);
    // What another tab says is only a reason to ask the server.
    tabs.onmessage = ({ data }) => { if (data !== user) void signIn.check(); };
    tabs.postMessage(user);
    return () => { tabs.close(); };
  }, [signIn, user]);

  return { signIn, session, presence };
}

/** The user's id, `''` for nobody, `undefined` if that is not known yet. */
function userOf(presence: Presence): string | undefined {
  if (presence.at === 'signed-in') return presence.me.user;
  return presence.at === 'signed-out' ? '' : undefined;
}

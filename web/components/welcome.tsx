// What somebody sees who is not signed in: what this is, why they are out if they were in, and the way in.
import { type ReactNode, useEffect, useRef } from 'react';
import type { SignedOutBecause } from '../lib/sign-in.ts';
import { Cover } from './cover.tsx';

const REASONS: Readonly<Record<SignedOutBecause, string>> = {
  never: '',
  here: 'You are signed out.',
  ended: 'Your session has ended. Sign in again to go on.',
  elsewhere: 'You were signed out elsewhere: in another tab, on another device, or by an administrator.',
};

interface WelcomeProps {
  readonly loginUrl: string;
  readonly why: SignedOutBecause;
}

export function Welcome({ loginUrl, why }: WelcomeProps): ReactNode {
  const title = useRef<HTMLHeadingElement>(null);
  // The conversation has gone, and with it whatever had the focus.
  useEffect(() => { if (why !== 'never') title.current?.focus(); }, [why]);
  return (
    <Cover title="Carillon" titleRef={title}>
      <p className="cover-lead">Conversations for everybody here: heard the moment they are written, and still there when you come back.</p>
      <p className="cover-notice" role="status" data-testid="status">{REASONS[why]}</p>
      <a className="button button-primary button-large" href={loginUrl} data-testid="sign-in">Sign in</a>
      <p className="cover-note">You sign in on a page of its own. This one never sees your password.</p>
    </Cover>
  );
}

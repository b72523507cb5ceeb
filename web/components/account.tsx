// Who is signed in, and the two ways out.
import { type ReactNode, useState } from 'react';
import { Avatar } from './avatar.tsx';

type Scope = 'here' | 'everywhere';

interface AccountProps {
  readonly name: string;
  readonly onSignOut: (scope: Scope) => Promise<void>;
}

export function Account({ name, onSignOut }: AccountProps): ReactNode {
  const [leaving, setLeaving] = useState<Scope>();
  const leave = async (scope: Scope): Promise<void> => {
    if (leaving) return;
    setLeaving(scope);
    await onSignOut(scope);
    setLeaving(undefined);
  };
  return (
    <section className="account" aria-label="Your account">
      <p className="account-name">
        <Avatar name={name} isMine />
        <span className="visually-hidden">Signed in as </span>
        <span className="account-who" data-testid="who" title={name}>{name}</span>
      </p>
      <div className="account-actions">
        <button type="button" className="button button-quiet" data-testid="sign-out" aria-disabled={leaving !== undefined} onClick={() => void leave('here')}>
          {leaving === 'here' ? 'Signing out…' : 'Sign out'}
        </button>
        <button type="button" className="button button-quiet" data-testid="sign-out-everywhere" aria-disabled={leaving !== undefined} onClick={() => void leave('everywhere')}>
          {leaving === 'everywhere' ? 'Signing out…' : <span><span className="account-again">Sign out </span><span className="account-everywhere">everywhere</span></span>}
        </button>
      </div>
    </section>
  );
}

// Make before break: opens the next link while the present one still delivers, with a token that lasts.
import type { Identity } from './identity.ts';
import type { Link } from './link.ts';
import type { SignedIn } from './session.ts';

/** When to try again to open the next link, in milliseconds, while the present one still lives. */
export const RENEWAL_RETRY_MS = 10_000;

export interface RenewalHooks {
  /** Whether a successor of this link is wanted, still. */
  readonly isWanted: (link: Link) => boolean;
  readonly dial: () => void;
  /** Nobody, or somebody else, is signed in. */
  readonly signedOut: () => void;
}

export async function renew(link: Link, identity: Identity, hooks: RenewalHooks): Promise<void> {
  if (!hooks.isWanted(link)) {
    return;
  }
  const { endsAt } = link;
  let who: SignedIn | undefined;
  try {
    who = await (endsAt === undefined ? identity.current() : identity.freshen(endsAt));
  } catch {
    link.remind(RENEWAL_RETRY_MS);
    return;
  }
  if (!hooks.isWanted(link) || who === undefined) {
    // Without anybody signed in this link is used up to its end, and then the session has the last word.
    return;
  }
  if (!identity.accepts(who)) {
    hooks.signedOut();
  } else if (endsAt === undefined || who.expiresAt > endsAt) {
    hooks.dial();
  }
}

// The sign of the product. It swings once for each message that somebody else sends.
import type { ReactNode } from 'react';

/** A bell in a square of 24; it hangs from the middle of its upper edge. */
export function BellShape(): ReactNode {
  return (
    <>
      <path d="M12 1v4" fill="none" stroke="currentColor" strokeWidth="2" />
      <path d="M12 4c2.9 0 4.3 1.6 4.6 4.4.3 3.3 1 5.8 3.6 8.4.5.5.2 1.4-.6 1.4H4.4c-.8 0-1.1-.9-.6-1.4 2.6-2.6 3.3-5.1 3.6-8.4C7.7 5.6 9.1 4 12 4Z" fill="currentColor" />
      <circle cx="12" cy="20.6" r="1.9" fill="currentColor" />
    </>
  );
}

export function Bell({ strokes }: { readonly strokes: number }): ReactNode {
  return (
    <svg key={strokes} className={strokes > 0 ? 'bell bell-struck' : 'bell'} viewBox="0 0 24 24" aria-hidden="true">
      <BellShape />
    </svg>
  );
}

// The sign of the product. It swings once for each message that somebody else sends.
import type { ReactNode } from 'react';

/** A bell in a square of 24, hanging from the middle of its upper edge. */
export const BELL = 'M12 2.5v2.2M12 4.7c3.4 0 5.1 2.3 5.3 5.6.2 3.4.8 5.2 2.5 7.2H4.2c1.7-2 2.3-3.8 2.5-7.2.2-3.3 1.9-5.6 5.3-5.6Z';
export const CLAPPER = 'M10 20.2a2.1 2.1 0 0 0 4 0';

export function Bell({ strokes }: { readonly strokes: number }): ReactNode {
  return (
    <svg key={strokes} className={strokes > 0 ? 'bell bell-struck' : 'bell'} viewBox="0 0 24 24" aria-hidden="true">
      <path d={BELL} fill="none" stroke="currentColor" strokeWidth="1.75" strokeLinecap="round" strokeLinejoin="round" />
      <path d={CLAPPER} fill="none" stroke="currentColor" strokeWidth="1.75" strokeLinecap="round" />
    </svg>
  );
}

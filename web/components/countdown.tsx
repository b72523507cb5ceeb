// « in 5 s », for the eyes alone: read aloud every second, it would drown everything else.
import type { ReactNode } from 'react';
import { useNow } from '../hooks/use-now.ts';

/** Often enough for no second to be left out, in milliseconds. */
const TICK = 250;

export function Countdown({ until }: { readonly until: number }): ReactNode {
  const seconds = Math.ceil((until - useNow(TICK)) / 1000);
  return <span aria-hidden="true" className="countdown">{seconds > 0 ? ` in ${seconds} s` : '…'}</span>;
}

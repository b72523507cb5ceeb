// Shown until it is known who is signed in, which takes longer if the server cannot be reached.
import type { ReactNode } from 'react';
import { Cover } from './cover.tsx';
import { Countdown } from './countdown.tsx';

interface WaitingProps {
  readonly retryAt?: number;
  readonly onRetry?: () => void;
}

export function Waiting({ retryAt, onRetry }: WaitingProps): ReactNode {
  const isUnreachable = retryAt !== undefined;
  return (
    <Cover title="Carillon">
      <p className="cover-notice" role="status" data-testid="status">
        {isUnreachable ? <>Carillon cannot be reached, trying again<Countdown until={retryAt} /></> : 'One moment'}
      </p>
      {isUnreachable && <button type="button" className="button" onClick={onRetry}>Try now</button>}
    </Cover>
  );
}

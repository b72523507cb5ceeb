// What the connection is doing, in words; the dot beside them says the same to a glance.
import type { ConnectionStatus } from '@carillon/client';
import type { ReactNode } from 'react';
import { statusWords } from '../lib/words.ts';
import { Countdown } from './countdown.tsx';

interface StatusProps {
  readonly status: ConnectionStatus;
  readonly onRetry: () => void;
}

export function Status({ status, onRetry }: StatusProps): ReactNode {
  const isWaiting = status.state === 'waiting';
  return (
    <div className={`status status-${status.state}`}>
      <span className="status-dot" aria-hidden="true" />
      <p role="status" data-testid="status">
        {statusWords(status.state)}
        {isWaiting && <Countdown until={status.retryAt} />}
      </p>
      {isWaiting && <button type="button" className="link" onClick={onRetry}>Try now</button>}
    </div>
  );
}

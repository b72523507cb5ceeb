// Something went wrong: said at once, and shown until it is mended or dismissed.
import type { ReactNode } from 'react';

interface AlertProps {
  readonly children: string;
  readonly onDismiss?: (() => void) | undefined;
}

export function Alert({ children, onDismiss }: AlertProps): ReactNode {
  return (
    <div className="alert">
      <p role="alert" data-testid="alert">{children}</p>
      {onDismiss && <button type="button" className="link" onClick={onDismiss}>Dismiss</button>}
    </div>
  );
}

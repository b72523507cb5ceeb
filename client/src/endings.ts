// What the end of a link means: whether to come back, when, and with what. A table of the protocol's endings; pure.
import type { ClosingFrame } from './protocol.ts';
import type { ConnectionStatus } from './status.ts';

export type LinkEnd =
  /** The handshake failed; a browser does not say why. */
  | { readonly kind: 'refused' }
  | { readonly kind: 'lost'; readonly code: number }
  /** No ping was answered. */
  | { readonly kind: 'silent' }
  /** Past its end: it may stay open, but nothing is delivered to it. */
  | { readonly kind: 'expired' }
  /** The server said that it ends it. */
  | { readonly kind: 'told'; readonly closing: ClosingFrame };

export type Next =
  | {
      readonly do: 'retry';
      readonly reason: string;
      /** At the earliest, in milliseconds from now. */
      readonly leastMs: number;
      /** Others were cut off in the same moment: stay away for longer. */
      readonly isBusy: boolean;
      /** With a token that outlives the link. */
      readonly needsToken: boolean;
    }
  | { readonly do: 'stop'; readonly status: ConnectionStatus };

/**
 * Close codes after which to stay away for longer: too many frames (1008), and a server that fails or restarts, and cut
 * off everyone else in the same moment (1011 to 1013). After any other code the ordinary backoff will do.
 */
const BUSY_CODES: ReadonlySet<number> = new Set([1008, 1011, 1012, 1013]);

export function nextAfter(end: LinkEnd): Next {
  switch (end.kind) {
    case 'lost':
      return retry(`The connection was lost (${end.code}).`, { isBusy: BUSY_CODES.has(end.code) });
    case 'silent':
      return retry('The connection went silent.');
    case 'refused':
      return retry('The handshake failed.');
    case 'expired':
      return retry('The connection came to its end.', { needsToken: true });
    case 'told':
      return told(end.closing);
  }
}

function told({ reason, retry: after }: ClosingFrame): Next {
  if (reason === 'signed_out') {
    return { do: 'stop', status: { state: 'signed-out', reason: 'signed_out' } };
  }
  // Nobody but this client can have replaced it. If the successor never opened, another has to.
  if (after === false && reason !== 'replaced') {
    return { do: 'stop', status: { state: 'closed', reason } };
  }
  return retry(`The server ended the connection (${reason}).`, {
    leastMs: after === false ? 0 : after,
    needsToken: reason === 'token_expired',
  });
}

function retry(
  reason: string,
  { leastMs = 0, isBusy = false, needsToken = false }: { leastMs?: number; isBusy?: boolean; needsToken?: boolean } = {},
): Next {
  return { do: 'retry', reason, leastMs, isBusy, needsToken };
}

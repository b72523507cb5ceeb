// What a connection is doing, in the words an application shows.

export type ConnectionStatus =
  /** Not started. */
  | { readonly state: 'idle' }
  /** Asking who is signed in, or waiting for a handshake. */
  | { readonly state: 'connecting' }
  /** A socket is open. */
  | { readonly state: 'open' }
  /** Backing off; `retryAt` is in milliseconds since 1970, by the local clock. */
  | { readonly state: 'waiting'; readonly retryAt: number; readonly reason: string }
  /** The user has to sign in: nobody is (`not_signed_in`), or they signed out or were sent away (`signed_out`). */
  | { readonly state: 'signed-out'; readonly reason: 'not_signed_in' | 'signed_out' }
  /** Closed by the application; or by the server, which gave a reason and said not to come back. */
  | { readonly state: 'closed'; readonly reason?: string };

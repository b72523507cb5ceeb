// What a connection tells an application.
import type { CarillonError } from './errors.ts';
import type { Joined, Message, PresenceChange, Reload, Signal } from './model.ts';
import type { ClosingFrame } from './protocol.ts';
import type { ConnectionStatus } from './status.ts';

export interface ConnectionEvents {
  status: ConnectionStatus;
  /** A channel is joined, again on each connection. Its first message is the one after `head`, or after `since`. */
  joined: Joined;
  /** The server does not let this user join, or not any more: a room or a group is left. */
  refused: { readonly channel: string; readonly error: CarillonError };
  /** Of each channel in order and once, whatever happens to sockets. Older ones are read by `history` with `before`. */
  message: Message;
  reload: Reload;
  presence: PresenceChange;
  signal: Signal;
  /** The server is about to end the connection. */
  closing: ClosingFrame;
  /** Trouble that no call of the application stands for. */
  error: CarillonError;
}

// The frames as this client writes and reads them: the server's types, made stricter where this client always does more.
import type * as wire from './wire.ts';

export type * from './wire.ts';

/** What is answered is sent with an id by this client, to know the answer by. */
type Asking<Frame extends { id?: string }> = Frame & { id: string };

export type MessageRequest = Asking<wire.MessageRequest>;
export type EchoRequest = Asking<wire.EchoRequest>;
export type SubscribeRequest = Asking<wire.SubscribeRequest>;
export type UnsubscribeRequest = Asking<wire.UnsubscribeRequest>;
export type HistoryRequest = Asking<wire.HistoryRequest>;
export type PresenceRequest = Asking<wire.PresenceRequest>;
/** A ping of this client always has cursors, if only none. */
export type PingRequest = Asking<wire.PingRequest> & { data: { cursors: Record<string, number> } };

export type ClientFrame =
  | MessageRequest
  | EchoRequest
  | SubscribeRequest
  | UnsubscribeRequest
  | HistoryRequest
  | PresenceRequest
  | PingRequest
  | wire.SignalRequest;

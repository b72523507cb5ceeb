// The frames of PROTOCOL.md as types, in both directions. Types alone, because they are to be generated from the server's.

/** Any JSON value. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/** Somebody as the server knows them; `name` is for showing and proves nothing. */
export interface Person {
  id: string;
  name: string;
}

/** A message in its channel's log. */
export interface Entry {
  /** Its number in the channel: whole, without holes, growing. */
  seq: number;
  /** The id its sender's client gave it, if any. */
  id?: string;
  sender: Person;
  content: Json;
  /** Milliseconds since 1970, by the server's clock. */
  at: number;
}

// Client to server.

export interface MessageRequest {
  action: 'message';
  id: string;
  data: { content: Json; recipient: string };
}

export interface EchoRequest {
  action: 'echo';
  id: string;
  data: { content: Json };
}

export interface SubscribeRequest {
  action: 'subscribe';
  id: string;
  data: { channel: string; since?: number; presence?: boolean };
}

export interface UnsubscribeRequest {
  action: 'unsubscribe';
  id: string;
  data: { channel: string };
}

export interface HistoryRequest {
  action: 'history';
  id: string;
  data: { channel: string; before?: number; after?: number; limit?: number };
}

export interface PresenceRequest {
  action: 'presence';
  id: string;
  data: { channel: string };
}

export interface PingRequest {
  action: 'ping';
  id: string;
  data: { cursors: Record<string, number> };
}

/** Answered only if it is refused. */
export interface SignalRequest {
  action: 'signal';
  data: { channel: string; content: Json };
}

export type ClientFrame =
  | MessageRequest
  | EchoRequest
  | SubscribeRequest
  | UnsubscribeRequest
  | HistoryRequest
  | PresenceRequest
  | PingRequest
  | SignalRequest;

// Server to client.

export interface MessageFrame {
  type: 'message';
  channel: string;
  seq: number;
  id?: string;
  sender: Person;
  content: Json;
  at: number;
}

/** The message is in its channel's log, under this number and time. */
export interface AckFrame {
  type: 'ack';
  id?: string;
  channel: string;
  seq: number;
  at: number;
  /** It was there before: this answers a retry. */
  duplicate?: boolean;
}

export interface EchoFrame {
  type: 'echo';
  id?: string;
  content: Json;
}

export interface SubscribedFrame {
  type: 'subscribed';
  id?: string;
  channel: string;
  /** The largest number; 0: nothing was ever stored. */
  head: number;
  /** Whether `entries` continue right after `since`; if not, they are the oldest kept. */
  recovered: boolean;
  entries: Entry[];
  more: boolean;
}

/** Nothing appended after it is posted to this connection. */
export interface UnsubscribedFrame {
  type: 'unsubscribed';
  id?: string;
  channel: string;
}

/** A part of a channel's log, the smallest `seq` first. */
export interface HistoryFrame {
  type: 'history';
  id?: string;
  channel: string;
  entries: Entry[];
  /** Whether more is kept in the direction asked for. */
  more: boolean;
}

/** Who is in a channel. */
export interface PresenceFrame {
  type: 'presence';
  id?: string;
  channel: string;
  users: Person[];
  /** There are more than the 200 listed. */
  more: boolean;
}

/** Somebody came. */
export interface JoinedFrame {
  type: 'presence';
  channel: string;
  at: number;
  joined: Person;
}

/** Somebody went. */
export interface LeftFrame {
  type: 'presence';
  channel: string;
  at: number;
  left: Person;
}

export interface SignalFrame {
  type: 'signal';
  channel: string;
  sender: Person;
  content: Json;
  at: number;
}

export interface PongFrame {
  type: 'pong';
  id?: string;
  /** The server's time, in milliseconds since 1970. */
  at: number;
  /** The connection's end, by the same clock. */
  expiresAt: number;
  /** Channels in which there is something that the cursors sent do not cover. */
  behind: string[];
  /** This connection's id. */
  connection: string;
}

export type ClosingReason = 'token_expired' | 'signed_out' | 'replaced' | 'server';

/** Sent before the server ends a connection. */
export interface ClosingFrame {
  type: 'closing';
  /** A newer server may send others. */
  reason: ClosingReason;
  /** After how many milliseconds to come back, or false. */
  retry?: number | false;
}

/** A newer server may send others. */
export type ErrorCode =
  | 'invalid_json'
  | 'unknown_action'
  | 'invalid_field'
  | 'too_large'
  | 'forbidden'
  | 'not_subscribed'
  | 'limit_reached'
  | 'rate_limited'
  | 'token_expired'
  | 'conflict'
  | 'unavailable';

export interface ErrorFrame {
  type: 'error';
  id?: string;
  code: ErrorCode;
  message: string;
  details?: { field?: string };
  retryAfterMs?: number;
  requestId?: string;
}

export type ServerFrame =
  | MessageFrame
  | AckFrame
  | EchoFrame
  | SubscribedFrame
  | UnsubscribedFrame
  | HistoryFrame
  | PresenceFrame
  | JoinedFrame
  | LeftFrame
  | SignalFrame
  | PongFrame
  | ClosingFrame
  | ErrorFrame;

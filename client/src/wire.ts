// The frames of PROTOCOL.md as types, in both directions, and the bounds that a client keeps to.
// Generated from the server's wire types; do not edit. A test of the server fails when it is stale; this renews it:
//   npm run types

/** Any JSON value. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/** Why the server ends a connection. A newer server may name others. */
export type ClosingReason =
  /** Its token or its lifetime has ended. */
  | 'token_expired'
  /** The user signed out, or was sent away: there is no coming back without signing in. */
  | 'signed_out'
  /** Another connection took its place. */
  | 'replaced'
  /** It sent too much, and did not wait as it was told. */
  | 'rate_limited'
  /** The server lost sight of the client, and it may come back at once. */
  | 'server';

/** A message in its channel's log. */
export interface Entry {
  /** Its number in the channel: whole, without holes, growing. */
  seq: number;
  sender: Person;
  content: Json;
  /** Milliseconds since 1970, by the server's clock. */
  at: number;
  /** The id its sender's client gave it, if any. */
  id?: string;
}

/** Why a frame was not served. A newer server may name others. */
export type ErrorCode =
  /** The frame is not one JSON object. */
  | 'invalid_json'
  /** No such action. */
  | 'unknown_action'
  /** A field is missing, repeated, unknown or has a wrong value. */
  | 'invalid_field'
  /** The frame or its content has more bytes than it may. */
  | 'too_large'
  /** The user may not do this. */
  | 'forbidden'
  /** The connection is past its end: its token's, or that of its lifetime. */
  | 'token_expired'
  /** The connection is not subscribed to the channel. */
  | 'not_subscribed'
  /** The connection is in as many channels as it may be. */
  | 'limit_reached'
  /** The id was used for another message. */
  | 'conflict'
  /** Not possible right now. */
  | 'unavailable'
  /** More messages than the connection or its user may send in this time. */
  | 'rate_limited';

/** Somebody as the server knows them; `name` is for showing and proves nothing. */
export interface Person {
  id: string;
  name: string;
}

/** A message was published in a channel this connection is a member of. */
export interface MessageFrame {
  type: 'message';
  channel: string;
  /** Its number in the channel: whole, without holes, growing. */
  seq: number;
  sender: Person;
  content: Json;
  /** Milliseconds since 1970, by the server's clock. */
  at: number;
  /** The id its sender's client gave it, if any. */
  id?: string;
}

/** The message is in its channel's log, under this number and time. */
export interface AckFrame {
  type: 'ack';
  channel: string;
  seq: number;
  at: number;
  /** It was there before: this answers a retry. */
  duplicate?: boolean;
  id?: string;
}

/** The content of an `echo`, back. */
export interface EchoFrame {
  type: 'echo';
  content: Json;
  id?: string;
}

/** The connection is a member, and this is what it missed. */
export interface SubscribedFrame {
  type: 'subscribed';
  channel: string;
  /** The channel's largest number; 0: nothing was ever stored. */
  head: number;
  /** Whether `entries` continue right after `since`; if not, they are the oldest kept. */
  recovered: boolean;
  entries: Entry[];
  /** There is more: ask again with `since` set to the last entry's `seq`. */
  more: boolean;
  id?: string;
}

/** The connection is no member any more: nothing published after it is pushed. */
export interface UnsubscribedFrame {
  type: 'unsubscribed';
  channel: string;
  id?: string;
}

/** A part of a channel's log, the smallest `seq` first. */
export interface HistoryFrame {
  type: 'history';
  channel: string;
  entries: Entry[];
  /** Whether more is kept in the direction asked for. */
  more: boolean;
  id?: string;
}

/** Who is in a channel. */
export interface PresenceFrame {
  type: 'presence';
  channel: string;
  users: Person[];
  /** There are more than those listed. */
  more: boolean;
  id?: string;
}

/** Somebody came to a channel: a hint, which may be lost or doubled. */
export interface JoinedFrame {
  type: 'presence';
  channel: string;
  joined: Person;
  /** Milliseconds since 1970, by the server's clock. */
  at: number;
}

/** Somebody left a channel: a hint, which may be lost or doubled. */
export interface LeftFrame {
  type: 'presence';
  channel: string;
  left: Person;
  /** Milliseconds since 1970, by the server's clock. */
  at: number;
}

/** Something passed on by a member and kept nowhere; may be lost or doubled. */
export interface SignalFrame {
  type: 'signal';
  channel: string;
  sender: Person;
  content: Json;
  /** Milliseconds since 1970, by the server's clock. */
  at: number;
}

/** The connection lasts. */
export interface PongFrame {
  type: 'pong';
  /** The server's time, in milliseconds since 1970. */
  at: number;
  /** The connection's end, by the same clock. */
  expiresAt: number;
  /** Channels in which there is something that the cursors sent do not cover. */
  behind: string[];
  /** The id by which the next handshake names this connection in `replaces`. */
  connection: string;
  /** How often a client pings, in milliseconds. */
  heartbeatMs: number;
  /** How long messages are kept, in milliseconds. */
  retentionMs: number;
  /** Channels of the cursors sent that the user may not read; left out if there are none. */
  forbidden?: string[];
  id?: string;
}

/** The server ends this connection right after this frame. */
export interface ClosingFrame {
  type: 'closing';
  reason: ClosingReason;
  /** After how many milliseconds to come back, or `false`: not by itself. */
  retry: number | false;
}

/** A frame was not served. The connection stays. */
export interface ErrorFrame {
  type: 'error';
  /** A program decides by it alone. */
  code: ErrorCode;
  /** For developers; may change at any time. */
  message: string;
  details?: {
    /** Such as `data.content`: for `invalid_field`, and for `too_large` content. */
    field: string;
  };
  /** The frame's `id`, if it could be read. */
  id?: string;
  /** API Gateway's id of the frame, by which the logs can be searched. */
  requestId?: string;
  /** For `unavailable`: how long to wait before sending the same again. */
  retryAfterMs?: number;
}

/** Every frame of the server, told apart by `type`. A newer server may send others. */
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

/**
 * Publishes to a channel; answered by `ack`. With an `id`, then of 16 to 64 characters, it may be sent again and is
 * published once.
 */
export interface MessageRequest {
  action: 'message';
  data: {
    /** A channel's name. */
    recipient: string;
    /** Anything but `null`. */
    content: Json;
  };
  /** Ties the answer to it: 1 to 64 characters of `[A-Za-z0-9_-]`. */
  id?: string;
}

/** Gets the content back; answered by `echo`. */
export interface EchoRequest {
  action: 'echo';
  data: {
    /** Anything but `null`. */
    content: Json;
  };
  /** Ties the answer to it: 1 to 64 characters of `[A-Za-z0-9_-]`. */
  id?: string;
}

/** Becomes a member of a channel, and learns what was missed; answered by `subscribed`. */
export interface SubscribeRequest {
  action: 'subscribe';
  data: {
    channel: string;
    /** Whether to be told who comes and goes; for `all`, rooms and groups. */
    presence?: boolean;
    /** The `seq` of the last message the client has; 0 for none. Without it, no entries. */
    since?: number;
  };
  /** Ties the answer to it: 1 to 64 characters of `[A-Za-z0-9_-]`. */
  id?: string;
}

/** Is no member of a channel any more; answered by `unsubscribed`. */
export interface UnsubscribeRequest {
  action: 'unsubscribe';
  data: {
    channel: string;
  };
  /** Ties the answer to it: 1 to 64 characters of `[A-Za-z0-9_-]`. */
  id?: string;
}

/** Reads a page of what a channel keeps; answered by `history`. */
export interface HistoryRequest {
  action: 'history';
  data: {
    channel: string;
    /** Only entries with a larger `seq`, the oldest of them. Not beside `before`. */
    after?: number;
    /** Only entries with a smaller `seq`, the newest of them. Not beside `after`. */
    before?: number;
    /** At most this many entries: 1 to 100; 50 if absent. */
    limit?: number;
  };
  /** Ties the answer to it: 1 to 64 characters of `[A-Za-z0-9_-]`. */
  id?: string;
}

/** Asks who is in a channel; answered by `presence`. */
export interface PresenceRequest {
  action: 'presence';
  data: {
    channel: string;
  };
  /** Ties the answer to it: 1 to 64 characters of `[A-Za-z0-9_-]`. */
  id?: string;
}

/** Keeps the connection, and asks which channels have something new; answered by `pong`. */
export interface PingRequest {
  action: 'ping';
  data?: {
    /** The last `seq` the client has of each of these channels; at most 20. */
    cursors?: Record<string, number>;
  };
  /** Ties the answer to it: 1 to 64 characters of `[A-Za-z0-9_-]`. */
  id?: string;
}

/** Tells a channel's members something that is kept nowhere; answered only if it is refused. */
export interface SignalRequest {
  action: 'signal';
  data: {
    channel: string;
    /** Anything but `null`. */
    content: Json;
  };
  /** Ties the answer to it: 1 to 64 characters of `[A-Za-z0-9_-]`. */
  id?: string;
}

/** Every frame of a client, told apart by `action`. */
export type ClientFrame =
  | MessageRequest
  | EchoRequest
  | SubscribeRequest
  | UnsubscribeRequest
  | HistoryRequest
  | PresenceRequest
  | PingRequest
  | SignalRequest;

/** The sub-protocol this server speaks, and the only one it ever selects. */
export const PROTOCOL = 'carillon.v1';
/** Bytes of the largest text frame either way. */
export const FRAME_BYTES_MAX = 32_768;
/** Bytes of the largest content. */
export const CONTENT_BYTES_MAX = 24_576;
/** Levels of arrays and objects in content. */
export const CONTENT_DEPTH_MAX = 64;
/** Characters of the longest id a client may choose. */
export const ID_CHARACTERS_MAX = 64;
/** Characters of the shortest message id: 16 characters of a 64-letter alphabet are 96 bits, so that ids never meet. */
export const MESSAGE_ID_CHARACTERS_MIN = 16;
/** Characters of a user id. */
export const USER_ID_CHARACTERS_MAX = 128;
/** Characters of a display name; what is longer is cut, since a name is shown and never compared. */
export const NAME_CHARACTERS_MAX = 128;
/** Characters of a room's name. */
export const ROOM_CHARACTERS_MAX = 64;
/** Characters of a group name that a channel can carry. */
export const GROUP_CHARACTERS_MAX = 64;
/** Channels a connection may be in beside `all` and its user's. */
export const CHANNELS_PER_CONNECTION_MAX = 100;
/** Entries in one answer to `subscribe`. */
export const SUBSCRIBE_ENTRIES_MAX = 100;
/** Entries of one `history` page when the client names no limit. */
export const HISTORY_LIMIT_DEFAULT = 50;
/** Entries of the largest `history` page. */
export const HISTORY_LIMIT_MAX = 100;
/** Users that `presence` lists. */
export const PRESENCE_USERS_MAX = 200;
/** Largest number JavaScript counts exactly, and so the largest sequence number: 2^53 - 1. */
export const SEQUENCE_MAX = 9_007_199_254_740_991;
/** Cursors in one `ping`. */
export const CURSORS_MAX = 20;
/** Direct channels that a `pong` names without being asked for them. */
export const DIRECT_NAMED_MAX = 100;
/** Shortest time between two heartbeats that a deployment may ask for. */
export const HEARTBEAT_MIN_MS = 60_000;
/** Longest time between two heartbeats. */
export const HEARTBEAT_MAX_MS = 500_000;
/** Heartbeats that may be missed before a client is believed to be gone. */
export const LEASE_HEARTBEATS = 3;
/** How long a replaced connection still gets messages, for its client to move. */
export const REPLACED_GRACE_MS = 60_000;

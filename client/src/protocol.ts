// The words of PROTOCOL.md as types: what goes over the socket, in both directions, and its bounds.

/** The sub-protocol a client offers and the server selects. */
export const SUBPROTOCOL = 'carillon.v1';

/** A frame's bound, in bytes of UTF-8 (32 KiB). */
export const MAX_FRAME_BYTES = 32_768;
/** The bound of a message's content, in bytes of UTF-8 (24 KiB). */
export const MAX_CONTENT_BYTES = 24_576;
/** How long a frame may go unanswered before its fate counts as unknown, in milliseconds. */
export const ANSWER_TIMEOUT_MS = 30_000;
/** The most entries a page of history may be asked for. */
export const MAX_HISTORY_LIMIT = 100;

/** Any JSON value. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/** Who sent a message, as the server knows it; `name` is for showing and proves nothing. */
export interface Sender {
  readonly id: string;
  readonly name: string;
}

/** A message in its channel's log, pushed or read from history. */
export interface Message {
  readonly channel: string;
  /** Its number in the channel: whole, without holes, growing. */
  readonly seq: number;
  /** The id its sender's client gave it, if any. */
  readonly id?: string;
  readonly sender: Sender;
  readonly content: Json;
  /** Milliseconds since 1970, by the server's clock. */
  readonly at: number;
}

/** Which part of a channel's log to read; `before` and `after` exclude each other, and without either it is the newest. */
export interface PageRequest {
  readonly before?: number;
  readonly after?: number;
  /** 1 to 100; 50 if absent. */
  readonly limit?: number;
}

/** A part of a channel's log, the smallest `seq` first. */
export interface HistoryPage {
  readonly channel: string;
  readonly entries: readonly Message[];
  /** Whether more is kept in the direction asked for. */
  readonly more: boolean;
}

/** The message is in its channel's log, under this number and time. */
export interface Ack {
  readonly id: string;
  readonly channel: string;
  readonly seq: number;
  readonly at: number;
  /** It was there before: this answers a retry. */
  readonly duplicate: boolean;
}

/** The codes of the server's error frames. A newer server may send others. */
export type ErrorCode =
  | 'invalid_json'
  | 'unknown_action'
  | 'invalid_field'
  | 'too_large'
  | 'forbidden'
  | 'token_expired'
  | 'conflict'
  | 'unavailable';

export interface MessageFrame extends Message {
  readonly type: 'message';
}

export interface AckFrame extends Ack {
  readonly type: 'ack';
}

export interface EchoFrame {
  readonly type: 'echo';
  readonly id?: string;
  readonly content: Json;
}

export interface HistoryFrame extends HistoryPage {
  readonly type: 'history';
  readonly id?: string;
}

export interface PongFrame {
  readonly type: 'pong';
  readonly id?: string;
  /** The server's time, in milliseconds since 1970. */
  readonly at: number;
  /** The connection's end, by the same clock. */
  readonly expiresAt: number;
}

/** Sent before the server ends a connection. */
export interface ClosingFrame {
  readonly type: 'closing';
  readonly reason: string;
}

export interface ErrorFrame {
  readonly type: 'error';
  readonly id?: string;
  readonly code: string;
  readonly message: string;
  readonly field?: string;
  readonly retryAfterMs?: number;
  readonly requestId?: string;
}

/** What API Gateway sends by itself, without a `type`: some frame of ours was not served, or not answered. */
export interface GatewayFrame {
  readonly type: 'gateway';
  readonly message: string;
  readonly requestId?: string;
}

/** Everything a server sends that this client knows. */
export type Frame =
  | MessageFrame
  | AckFrame
  | EchoFrame
  | HistoryFrame
  | PongFrame
  | ClosingFrame
  | ErrorFrame
  | GatewayFrame;

/** Everything this client sends. */
export type ClientFrame =
  | {
      readonly action: 'message';
      readonly id: string;
      readonly data: { readonly content: Json; readonly recipient: string };
    }
  | { readonly action: 'echo'; readonly id: string; readonly data: { readonly content: Json } }
  | { readonly action: 'history'; readonly id: string; readonly data: PageRequest & { readonly channel: string } }
  | { readonly action: 'ping'; readonly id: string };

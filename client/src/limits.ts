// The bounds of PROTOCOL.md that a client keeps to.

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
/** The most cursors in one ping. */
export const MAX_PING_CURSORS = 20;
/** How long a connection lasts at most, in milliseconds (2 h). */
export const MAX_CONNECTION_MS = 7_200_000;

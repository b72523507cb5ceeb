// The bounds of PROTOCOL.md that a client keeps to: the server's by the names they have here, and those that no server holds.
export {
  CONTENT_BYTES_MAX as MAX_CONTENT_BYTES,
  CURSORS_MAX as MAX_PING_CURSORS,
  FRAME_BYTES_MAX as MAX_FRAME_BYTES,
  HEARTBEAT_MIN_MS as MIN_HEARTBEAT_MS,
  HISTORY_LIMIT_MAX as MAX_HISTORY_LIMIT,
  PROTOCOL as SUBPROTOCOL,
} from './wire.ts';

/** How long a frame may go unanswered before its fate counts as unknown, in milliseconds. */
export const ANSWER_TIMEOUT_MS = 30_000;
/** How long a connection lasts at most, in milliseconds (2 h). */
export const MAX_CONNECTION_MS = 7_200_000;
/** How long a deployment keeps messages at least, in milliseconds (2 h). */
export const MIN_RETENTION_MS = 7_200_000;

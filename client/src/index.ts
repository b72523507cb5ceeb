// Everything an application uses.
export { type Clock, systemClock } from './clock.ts';
export { Connection, type ConnectionEvents, type ConnectionOptions } from './connection.ts';
export { CarillonError, type ClientErrorCode, SessionError } from './errors.ts';
export { newId } from './ids.ts';
export type * from './protocol.ts';
export { MAX_CONTENT_BYTES, MAX_HISTORY_LIMIT } from './protocol.ts';
export { Session, type SignedIn } from './session.ts';
export { type SocketFactory, socketUrl, type WebSocketLike } from './socket.ts';
export type { ConnectionStatus } from './status.ts';

// Everything an application uses.
export type { JoinOptions } from './channels.ts';
export { type Clock, systemClock } from './clock.ts';
export { Connection, type ConnectionOptions } from './connection.ts';
export { CarillonError, type ClientErrorCode, SessionError } from './errors.ts';
export type { ConnectionEvents } from './events.ts';
export { newId } from './ids.ts';
export { MAX_CONTENT_BYTES, MAX_HISTORY_LIMIT } from './limits.ts';
export type * from './model.ts';
export { type ChannelKind, directChannel, kindOf, partnerOf, userChannel } from './names.ts';
export type { ClosingFrame, ClosingReason, ErrorCode, Json, Person } from './protocol.ts';
export { Session, type SignedIn } from './session.ts';
export { type SocketFactory, socketUrl, type WebSocketLike } from './socket.ts';
export type { ConnectionStatus } from './status.ts';

// The little that is needed of a WebSocket, so that any can be given: the browser's, Node's, a test's.
import { SUBPROTOCOL } from './limits.ts';

export interface WebSocketLike {
  addEventListener(type: 'open' | 'error', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(type: 'close', listener: (event: { readonly code: number }) => void): void;
  send(text: string): void;
  close(code?: number): void;
}

/** Opens a socket; a client that is no browser adds `bearer.<token>` to the protocols here. */
export type SocketFactory = (url: string, protocols: string[]) => WebSocketLike;

/** The browser's own. Node has it from version 22; before that the application passes one. */
export function globalSocket(): SocketFactory {
  if (typeof WebSocket === 'undefined') {
    throw new TypeError(`There is no WebSocket here: pass the option "socket", which opens one for "${SUBPROTOCOL}".`);
  }
  return (url, protocols) => new WebSocket(url, protocols);
}

/** The socket's address at an origin such as `https://chat.example.com`. */
export function socketUrl(origin: string): string {
  const url = new URL('/ws', origin);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return url.href;
}

/** The address for a connection that takes the place of another one of the same user. */
export function replacing(url: string, connection: string | undefined): string {
  if (connection === undefined) {
    return url;
  }
  return `${url}${url.includes('?') ? '&' : '?'}replaces=${encodeURIComponent(connection)}`;
}

// Where the socket is, and what it is made of where there is none.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Connection } from '../src/connection.ts';
import { Session } from '../src/session.ts';
import { globalSocket, replacing, socketUrl, type WebSocketLike } from '../src/socket.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('the socket', () => {
  it('is at /ws of the origin', () => {
    expect(socketUrl('https://chat.example.com')).toBe('wss://chat.example.com/ws');
    expect(socketUrl('http://localhost:3000')).toBe('ws://localhost:3000/ws');
  });

  it('that takes the place of another names it', () => {
    expect(replacing('wss://x/ws', undefined)).toBe('wss://x/ws');
    expect(replacing('wss://x/ws', 'a+b/c=')).toBe('wss://x/ws?replaces=a%2Bb%2Fc%3D');
    expect(replacing('wss://x/ws?stage=1', 'a')).toBe('wss://x/ws?stage=1&replaces=a');
  });

  it('is the global one, with the protocols', () => {
    const made: unknown[] = [];
    vi.stubGlobal('WebSocket', function (...args: unknown[]) {
      made.push(args);
    });
    globalSocket()('wss://x/ws', ['carillon.v1']);
    expect(made).toEqual([['wss://x/ws', ['carillon.v1']]]);
  });

  it('has to be passed where there is none', () => {
    vi.stubGlobal('WebSocket', undefined);
    expect(() => new Connection({ url: 'wss://x/ws', session: new Session() })).toThrow(/option "socket"/);
  });

  it('of a browser is one of ours, for the compiler', () => {
    const narrow = (socket: WebSocket): WebSocketLike => socket;
    expect(narrow).toBeTypeOf('function');
  });
});

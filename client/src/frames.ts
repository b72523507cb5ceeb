// Reads server frames, once and distrustfully: a type or field that is not known is passed over, and nothing throws.
import { fieldsOf, type Fields, isText, isTime, isWhole, listOf, parseJson } from './fields.ts';
import { MIN_HEARTBEAT_MS, MIN_RETENTION_MS } from './limits.ts';
import type {
  AckFrame,
  ClosingFrame,
  ClosingReason,
  EchoFrame,
  Entry,
  ErrorCode,
  ErrorFrame,
  HistoryFrame,
  JoinedFrame,
  Json,
  LeftFrame,
  MessageFrame,
  Person,
  PongFrame,
  PresenceFrame,
  ServerFrame,
  SignalFrame,
  SubscribedFrame,
  UnsubscribedFrame,
} from './wire.ts';

/** What API Gateway sends by itself, without a `type`: some frame of ours was not served, or not answered. */
export interface GatewayFrame {
  readonly type: 'gateway';
  readonly message: string;
  readonly requestId?: string;
}

export type Frame = ServerFrame | GatewayFrame;

/** API Gateway posts at most 128 KiB; what is longer is not from the server, and not worth parsing. */
const MAX_FRAME_CHARACTERS = 131_072;

/** The frame, or undefined for what is to be ignored. */
export function parseFrame(data: unknown): Frame | undefined {
  if (!isText(data) || data.length > MAX_FRAME_CHARACTERS) {
    return undefined;
  }
  const frame = fieldsOf(parseJson(data));
  if (frame === undefined) {
    return undefined;
  }
  const { type } = frame;
  if (type === undefined) {
    return gateway(frame);
  }
  return isText(type) ? READERS.get(type)?.(frame) : undefined;
}

const READERS = new Map<string, (frame: Fields) => Frame | undefined>([
  ['message', message],
  ['ack', ack],
  ['echo', echo],
  ['subscribed', subscribed],
  ['unsubscribed', unsubscribed],
  ['history', history],
  ['presence', presence],
  ['signal', signal],
  ['pong', pong],
  ['closing', closing],
  ['error', error],
]);

function message(frame: Fields): MessageFrame | undefined {
  const { channel } = frame;
  const read = entry(frame);
  return isText(channel) && read !== undefined ? { type: 'message', channel, ...read } : undefined;
}

/** What is pushed, and what answers list. */
function entry(value: unknown): Entry | undefined {
  const read = fieldsOf(value);
  const sender = person(read?.['sender']);
  if (read === undefined || sender === undefined) {
    return undefined;
  }
  const { seq, content, at } = read;
  if (!isWhole(seq) || seq === 0 || !isTime(at) || !isContent(content)) {
    return undefined;
  }
  return { seq, ...id(read), sender, content, at };
}

function person(value: unknown): Person | undefined {
  const { id, name } = fieldsOf(value) ?? {};
  return isText(id) && isText(name) ? { id, name } : undefined;
}

function ack(frame: Fields): AckFrame | undefined {
  const { channel, seq, at, duplicate } = frame;
  return isText(channel) && isWhole(seq) && isTime(at)
    ? { type: 'ack', ...id(frame), channel, seq, at, ...(duplicate === true && { duplicate }) }
    : undefined;
}

function echo(frame: Fields): EchoFrame | undefined {
  const { content } = frame;
  return isContent(content) ? { type: 'echo', ...id(frame), content } : undefined;
}

/** An entry that cannot be read is left out, here and in `history`: refusing the page would block the channel for good. */
function subscribed(frame: Fields): SubscribedFrame | undefined {
  const { channel, head, recovered, more } = frame;
  const entries = listOf(frame['entries'], entry);
  return isText(channel) && isWhole(head) && entries !== undefined
    ? { type: 'subscribed', ...id(frame), channel, head, recovered: recovered !== false, entries, more: more === true }
    : undefined;
}

function unsubscribed(frame: Fields): UnsubscribedFrame | undefined {
  const { channel } = frame;
  return isText(channel) ? { type: 'unsubscribed', ...id(frame), channel } : undefined;
}

function history(frame: Fields): HistoryFrame | undefined {
  const { channel, more } = frame;
  const entries = listOf(frame['entries'], entry);
  return isText(channel) && entries !== undefined
    ? { type: 'history', ...id(frame), channel, entries, more: more === true }
    : undefined;
}

/** The answer lists users; an event names exactly one who joined or left. */
function presence(frame: Fields): PresenceFrame | JoinedFrame | LeftFrame | undefined {
  const { channel, at, more } = frame;
  if (!isText(channel)) {
    return undefined;
  }
  const users = listOf(frame['users'], person);
  if (users !== undefined) {
    return { type: 'presence', ...id(frame), channel, users, more: more === true };
  }
  const [joined, left] = [person(frame['joined']), person(frame['left'])];
  if (!isTime(at)) {
    return undefined;
  }
  if (joined !== undefined && left === undefined) {
    return { type: 'presence', channel, at, joined };
  }
  return left !== undefined && joined === undefined ? { type: 'presence', channel, at, left } : undefined;
}

function signal(frame: Fields): SignalFrame | undefined {
  const { channel, content, at } = frame;
  const sender = person(frame['sender']);
  return isText(channel) && sender !== undefined && isTime(at) && isContent(content)
    ? { type: 'signal', channel, sender, content, at }
    : undefined;
}

/** Where it does not tell what the deployment decided, what is safe with any deployment counts. */
function pong(frame: Fields): PongFrame | undefined {
  const { at, expiresAt, connection, heartbeatMs, retentionMs } = frame;
  if (!isTime(at) || !isTime(expiresAt)) {
    return undefined;
  }
  const names = (value: unknown): string[] | undefined => listOf(value, (name) => (isText(name) ? name : undefined));
  const forbidden = names(frame['forbidden']);
  return {
    type: 'pong',
    ...id(frame),
    at,
    expiresAt,
    behind: names(frame['behind']) ?? [],
    ...(forbidden !== undefined && { forbidden }),
    connection: isText(connection) ? connection : '',
    heartbeatMs: isTime(heartbeatMs) ? heartbeatMs : MIN_HEARTBEAT_MS,
    retentionMs: isTime(retentionMs) ? retentionMs : MIN_RETENTION_MS,
  };
}

/** Without `retry` it is an end like any other: to come back after. */
function closing(frame: Fields): ClosingFrame | undefined {
  const { reason, retry } = frame;
  return isText(reason)
    ? { type: 'closing', reason: reason as ClosingReason, retry: retry === false || isTime(retry) ? retry : 0 }
    : undefined;
}

function error(frame: Fields): ErrorFrame | undefined {
  const { code, message, details, retryAfterMs, requestId } = frame;
  if (!isText(code)) {
    return undefined;
  }
  const field = fieldsOf(details)?.['field'];
  return {
    type: 'error',
    ...id(frame),
    code: code as ErrorCode,
    message: isText(message) ? message : code,
    ...(isText(field) && { details: { field } }),
    ...(isTime(retryAfterMs) && { retryAfterMs }),
    ...(isText(requestId) && { requestId }),
  };
}

function gateway(frame: Fields): GatewayFrame | undefined {
  const { message, requestId } = frame;
  return isText(message) ? { type: 'gateway', message, ...(isText(requestId) && { requestId }) } : undefined;
}

function isContent(value: unknown): value is Json {
  return value !== undefined && value !== null;
}

function id(frame: Fields): { id?: string } {
  return isText(frame['id']) ? { id: frame['id'] } : {};
}

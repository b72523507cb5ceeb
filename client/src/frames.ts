// Reads server frames, once and distrustfully: a type or field that is not known is passed over, and nothing throws.
import type {
  AckFrame,
  ClosingFrame,
  EchoFrame,
  ErrorFrame,
  Frame,
  GatewayFrame,
  HistoryFrame,
  Json,
  Message,
  MessageFrame,
  PongFrame,
  Sender,
} from './protocol.ts';

type Fields = Readonly<Record<string, unknown>>;

/** API Gateway posts at most 128 KiB; what is longer is not from the server, and not worth parsing. */
const MAX_FRAME_CHARACTERS = 131_072;

/** The frame, or undefined for what is to be ignored. */
export function parseFrame(data: unknown): Frame | undefined {
  if (typeof data !== 'string' || data.length > MAX_FRAME_CHARACTERS) {
    return undefined;
  }
  const frame = fields(parseJson(data));
  if (frame === undefined) {
    return undefined;
  }
  const { type } = frame;
  if (type === undefined) {
    return gateway(frame);
  }
  return typeof type === 'string' ? READERS.get(type)?.(frame) : undefined;
}

const READERS = new Map<string, (frame: Fields) => Frame | undefined>([
  ['message', messageFrame],
  ['ack', ack],
  ['echo', echo],
  ['history', history],
  ['pong', pong],
  ['closing', closing],
  ['error', error],
]);

function messageFrame(frame: Fields): MessageFrame | undefined {
  const message = text(frame['channel']) && entry(frame, frame['channel']);
  return message ? { type: 'message', ...message } : undefined;
}

/** A message of `channel`: what is pushed, and what history lists. */
function entry(value: unknown, channel: string): Message | undefined {
  const read = fields(value);
  const from = sender(read?.['sender']);
  if (read === undefined || from === undefined) {
    return undefined;
  }
  const { seq, content, at } = read;
  if (!whole(seq) || !number(at) || content === undefined || content === null) {
    return undefined;
  }
  return { channel, seq, ...id(read), sender: from, content: content as Json, at };
}

function sender(value: unknown): Sender | undefined {
  const read = fields(value);
  return read !== undefined && text(read['id']) && text(read['name'])
    ? { id: read['id'], name: read['name'] }
    : undefined;
}

function ack(frame: Fields): AckFrame | undefined {
  const { id, channel, seq, at, duplicate } = frame;
  return text(id) && text(channel) && whole(seq) && number(at)
    ? { type: 'ack', id, channel, seq, at, duplicate: duplicate === true }
    : undefined;
}

function echo(frame: Fields): EchoFrame | undefined {
  const { content } = frame;
  return content === undefined ? undefined : { type: 'echo', ...id(frame), content: content as Json };
}

/** An entry that cannot be read is left out: refusing the page for it would block the channel for good. */
function history(frame: Fields): HistoryFrame | undefined {
  const { channel, entries, more } = frame;
  if (!text(channel) || !Array.isArray(entries)) {
    return undefined;
  }
  const read = entries.map((value: unknown) => entry(value, channel)).filter((message) => message !== undefined);
  return { type: 'history', ...id(frame), channel, entries: read, more: more === true };
}

function pong(frame: Fields): PongFrame | undefined {
  const { at, expiresAt } = frame;
  return number(at) && number(expiresAt) ? { type: 'pong', ...id(frame), at, expiresAt } : undefined;
}

function closing(frame: Fields): ClosingFrame | undefined {
  const { reason } = frame;
  return text(reason) ? { type: 'closing', reason } : undefined;
}

function error(frame: Fields): ErrorFrame | undefined {
  const { code, message, details, retryAfterMs, requestId } = frame;
  if (!text(code)) {
    return undefined;
  }
  const field = fields(details)?.['field'];
  return {
    type: 'error',
    ...id(frame),
    code,
    message: text(message) ? message : code,
    ...(text(field) && { field }),
    ...(number(retryAfterMs) && { retryAfterMs }),
    ...(text(requestId) && { requestId }),
  };
}

function gateway(frame: Fields): GatewayFrame | undefined {
  const { message, requestId } = frame;
  return text(message) ? { type: 'gateway', message, ...(text(requestId) && { requestId }) } : undefined;
}

function parseJson(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}

function fields(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

function id(frame: Fields): { readonly id?: string } {
  return text(frame['id']) ? { id: frame['id'] } : {};
}

function text(value: unknown): value is string {
  return typeof value === 'string';
}

function number(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

/** A `seq`: whole and below 2^53. */
function whole(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) > 0;
}

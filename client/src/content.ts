// Turns a client's frame into text, and refuses what the server would refuse for its size before it is sent.
import { CarillonError } from './errors.ts';
import { MAX_CONTENT_BYTES, MAX_FRAME_BYTES } from './limits.ts';
import type { ClientFrame, Json } from './protocol.ts';

/** Refuses content that is no JSON, or too much of it; throws CarillonError. */
export function checkContent(content: Json): void {
  const text = write(content);
  if (text === undefined || content === null) {
    throw new CarillonError('invalid_field', 'The content must be a JSON value other than null.', {
      field: 'data.content',
    });
  }
  if (bytes(text) > MAX_CONTENT_BYTES) {
    throw new CarillonError('too_large', `The content must have at most ${MAX_CONTENT_BYTES} bytes as JSON.`, {
      field: 'data.content',
    });
  }
}

/** The text of a frame; throws CarillonError. */
export function encodeFrame(frame: ClientFrame): string {
  const text = JSON.stringify(frame);
  if (bytes(text) > MAX_FRAME_BYTES) {
    throw new CarillonError('too_large', `The frame must have at most ${MAX_FRAME_BYTES} bytes.`);
  }
  return text;
}

/** undefined for what JSON has no form for: functions, cycles, big integers. */
function write(content: unknown): string | undefined {
  try {
    return JSON.stringify(content);
  } catch {
    return undefined;
  }
}

function bytes(text: string): number {
  return new TextEncoder().encode(text).length;
}

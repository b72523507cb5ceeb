// What a message's content looks like as text, and whether a text is short enough to be sent.
import { type Json, MAX_CONTENT_BYTES } from '@carillon/client';

export interface Shown {
  readonly kind: 'text' | 'json';
  readonly text: string;
}

/** A string is shown as it is; anything else as JSON. */
export function shownAs(content: Json): Shown {
  return typeof content === 'string' ? { kind: 'text', text: content } : { kind: 'json', text: JSON.stringify(content, null, 2) };
}

/** What is sent of a text: without blank lines before it and blanks after it; empty if nothing else is there. */
export function sendable(text: string): string {
  return text.trimEnd().replace(/^(?:[^\S\n]*\n)+/, '');
}

/** What is wrong with the length of a text, in words; `undefined` if nothing is. */
export function lengthProblem(text: string): string | undefined {
  const bytes = new TextEncoder().encode(JSON.stringify(sendable(text))).length;
  if (bytes <= MAX_CONTENT_BYTES) return undefined;
  // Rounded up, so that a text of one byte too many is not said to have exactly what is allowed.
  const size = (Math.ceil((bytes / 1024) * 10) / 10).toFixed(1);
  return `This message is too long to send: it takes ${size} KiB, and ${MAX_CONTENT_BYTES / 1024} KiB is the most. Shorten it, or send it in parts.`;
}

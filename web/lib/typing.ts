// « … is typing »: told at most every few seconds, and believed for a few seconds. Pure: time is an argument.
import type { Json, Person } from '@carillon/client';

/** How often somebody who types says so, in milliseconds. */
export const TELL_EVERY = 3_000;
/** How long it is believed, in milliseconds: one signal may be lost. */
export const BELIEVE_FOR = 7_000;

/** What is sent. */
export const TYPING: Json = { typing: true };

export function isTyping(content: Json): boolean {
  return typeof content === 'object' && content !== null && 'typing' in content && content['typing'] === true;
}

/** Who types in one conversation. */
export class Typists {
  readonly #until = new Map<string, { readonly name: string; readonly until: number }>();

  heard({ id, name }: Person, now: number): void {
    this.#until.set(id, { name, until: now + BELIEVE_FOR });
  }

  /** What they typed has come. */
  done(id: string): void {
    this.#until.delete(id);
  }

  /** Who is believed to type now. */
  names(now: number): readonly string[] {
    for (const [id, { until }] of this.#until) {
      if (until <= now) this.#until.delete(id);
    }
    return [...this.#until.values()].map(({ name }) => name);
  }

  /** When the next of them is believed no more; `undefined` if nobody types. */
  get nextEnd(): number | undefined {
    const ends = [...this.#until.values()].map(({ until }) => until);
    return ends.length > 0 ? Math.min(...ends) : undefined;
  }
}

/** Whether it is time to say so (again). */
export class Teller {
  #last = -Infinity;

  mayTell(now: number): boolean {
    if (now - this.#last < TELL_EVERY) return false;
    this.#last = now;
    return true;
  }

  /** What was typed is sent: what comes next is told at once. */
  reset(): void {
    this.#last = -Infinity;
  }
}

// The pings of one heartbeat: a few cursors in each, and what their pongs say of them. Pure, but for the ids.
import { newId } from './ids.ts';
import { MAX_PING_CURSORS } from './limits.ts';
import type { PingRequest, PongFrame } from './protocol.ts';

/** The last number that is there, by channel. */
export type Cursors = ReadonlyMap<string, number>;

/** A channel that a pong names, and whether its cursor was in the ping that this answers. */
export interface Behind {
  readonly channel: string;
  readonly wasSent: boolean;
  /** The user may not read it any more. */
  readonly isForbidden: boolean;
}

export class Pings {
  /** The channels in each ping that is not answered. */
  readonly #unanswered = new Map<string, ReadonlySet<string>>();
  #heard = false;

  get areAnswered(): boolean {
    return this.#unanswered.size === 0;
  }

  /** Whether any of them was answered, or of those before that they repeat. */
  get wereHeard(): boolean {
    return this.#heard;
  }

  /** Pings for all of them; one at least, since it also keeps the connection alive. */
  begin(cursors: Cursors): PingRequest[] {
    this.#unanswered.clear();
    this.#heard = false;
    return this.#frames([...cursors]);
  }

  /** Those that were not answered, with the cursors of now. */
  repeat(cursors: Cursors): PingRequest[] {
    const again = new Set([...this.#unanswered.values()].flatMap((channels) => [...channels]));
    this.#unanswered.clear();
    return this.#frames([...cursors].filter(([channel]) => again.has(channel)));
  }

  /** What a pong to one of these says; undefined: it answers an earlier one, and shows no more than that it got through. */
  answered({ id = '', behind, forbidden = [] }: PongFrame): readonly Behind[] | undefined {
    const sent = this.#unanswered.get(id);
    this.#heard = true;
    if (sent === undefined) {
      return undefined;
    }
    this.#unanswered.delete(id);
    return [
      ...behind.map((channel) => ({ channel, wasSent: sent.has(channel), isForbidden: false })),
      ...forbidden.map((channel) => ({ channel, wasSent: sent.has(channel), isForbidden: true })),
    ];
  }

  owns(id: string): boolean {
    return this.#unanswered.has(id);
  }

  #frames(cursors: readonly (readonly [string, number])[]): PingRequest[] {
    const frames: PingRequest[] = [];
    for (let start = 0; start < cursors.length || start === 0; start += MAX_PING_CURSORS) {
      const some = Object.fromEntries(cursors.slice(start, start + MAX_PING_CURSORS));
      const id = newId();
      this.#unanswered.set(id, new Set(Object.keys(some)));
      frames.push({ action: 'ping', id, data: { cursors: some } });
    }
    return frames;
  }
}

// What the page remembers of a user from one visit to the next: their rooms, who they talk to, how far they have read. No
// message and no token. A browser that stores nothing only forgets.
import { kindOf } from '@carillon/client';

export interface Memory {
  /** Channels of rooms, in the order they were joined. */
  readonly rooms: readonly string[];
  /** The last number read, by channel. */
  readonly read: Readonly<Record<string, number>>;
  /** Names of the others in direct channels, by channel. */
  readonly names: Readonly<Record<string, string>>;
}

export type Shelf = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

const NOTHING: Memory = { rooms: [], read: {}, names: {} };

export class Memories {
  readonly #slot: string;
  readonly #shelf: () => Shelf;

  /** `shelf` may throw, as `localStorage` does where it is forbidden. */
  constructor(user: string, shelf: () => Shelf) {
    this.#slot = `carillon:${user}`;
    this.#shelf = shelf;
  }

  recall(): Memory {
    try {
      return parse(this.#shelf().getItem(this.#slot));
    } catch {
      return NOTHING;
    }
  }

  keep(memory: Memory): void {
    try {
      this.#shelf().setItem(this.#slot, JSON.stringify(memory));
    } catch {
      // Full, or forbidden: the page does without.
    }
  }

  /** The user signs out here: whoever comes next finds nothing. */
  forget(): void {
    try {
      this.#shelf().removeItem(this.#slot);
    } catch {
      // Nothing was kept, then.
    }
  }
}

/** Whatever stands there may be from another version, or from anybody. */
function parse(text: string | null): Memory {
  const value: unknown = JSON.parse(text ?? '{}');
  const { rooms, read, names } = fields(value);
  return {
    rooms: Array.isArray(rooms) ? rooms.filter((room): room is string => typeof room === 'string' && kindOf(room) === 'room') : [],
    read: Object.fromEntries(Object.entries(fields(read)).filter((entry): entry is [string, number] => typeof entry[1] === 'number')),
    names: Object.fromEntries(Object.entries(fields(names)).filter((entry): entry is [string, string] => typeof entry[1] === 'string')),
  };
}

function fields(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

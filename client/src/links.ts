// The up to three links of a moment: the one that is sent on, the next one during its handshake, and the one before,
// which still delivers until its successor has caught up.
import type { Clock } from './clock.ts';
import { Link, type LinkHooks, type LinkOptions } from './link.ts';
import { replacing } from './socket.ts';

/** How long a link is kept beside its successor, in milliseconds, if that does not catch up. */
export const RETIRE_MS = 30_000;

export class Links {
  readonly #options: LinkOptions;
  readonly #clock: Clock;
  #current: Link | undefined;
  #candidate: Link | undefined;
  #retiring: Link | undefined;
  /** The last connection known by its id: the next one takes its place, though it may still seem open to the server. */
  #replaces: string | undefined;
  #cancelRetire: (() => void) | undefined;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#clock = options.clock;
  }

  get current(): Link | undefined {
    return this.#current;
  }

  get isDialling(): boolean {
    return this.#candidate !== undefined;
  }

  /** Throws what the socket factory throws. */
  dial(hooks: LinkHooks): void {
    this.#replaces = this.#current?.connection ?? this.#replaces;
    const url = replacing(this.#options.url, this.#replaces);
    this.#candidate = new Link({ ...this.#options, url }, hooks);
  }

  /** The candidate's handshake succeeded. */
  promote(link: Link): void {
    this.settle();
    this.#retiring = this.#current;
    this.#current = link;
    this.#candidate = undefined;
    if (this.#retiring !== undefined) {
      this.#cancelRetire = this.#clock.after(RETIRE_MS, () => {
        this.settle();
      });
    }
  }

  /** The current link has caught up: the one before can go. */
  settle(): void {
    this.#cancelRetire?.();
    this.#cancelRetire = undefined;
    this.#retiring?.close();
    this.#retiring = undefined;
  }

  /** A link has ended; the answer is what it was. */
  remove(link: Link): 'current' | 'candidate' | 'retiring' {
    if (link === this.#current) {
      this.#replaces = link.connection ?? this.#replaces;
      this.#current = undefined;
      return 'current';
    }
    if (link === this.#candidate) {
      this.#candidate = undefined;
      return 'candidate';
    }
    this.settle();
    return 'retiring';
  }

  close(): void {
    this.settle();
    this.#current?.close();
    this.#candidate?.close();
    this.#current = this.#candidate = undefined;
  }
}

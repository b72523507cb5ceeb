// Keeps one channel's log complete: reads history after a connection opens, when a gap shows, and when it was long
// silent, since the push nobody got may have been the last one.
import { Backoff } from './backoff.ts';
import { ChannelLog } from './channel-log.ts';
import type { Clock } from './clock.ts';
import type { HistoryPage, Message, PageRequest } from './protocol.ts';

/** How long a missing push may still be on its way, in milliseconds: pushes overtake each other. */
export const GRACE_MS = 1_000;
/** Waits between questions that bring nothing new, in milliseconds. */
const PAUSE = { baseMs: 1_000, capMs: 30_000 };

export interface FeedOptions {
  readonly clock: Clock;
  readonly random: () => number;
  /** After how long without news to ask all the same, in milliseconds. */
  readonly recheckMs: number;
  readonly ask: (page: PageRequest) => Promise<HistoryPage>;
  readonly deliver: (message: Message) => void;
  /** A question was asked and answered on the present connection. */
  readonly answered: () => void;
  readonly failed: (error: unknown) => void;
}

export class Feed {
  readonly #options: FeedOptions;
  readonly #log = new ChannelLog();
  readonly #pause: Backoff;
  /** Counts connections, to tell an answer on this one from one that was asked for on another. */
  #connection = 0;
  #answeredOn = 0;
  #up = false;
  #asking = false;
  #cancelNext: (() => void) | undefined;
  #cancelRecheck: (() => void) | undefined;

  constructor(options: FeedOptions) {
    this.#options = options;
    this.#pause = new Backoff({ ...PAUSE, random: options.random });
  }

  /** Whether everything from before the present connection is there. */
  get caughtUp(): boolean {
    return this.#up && this.#answeredOn === this.#connection && !this.#log.behind;
  }

  /** A connection is open: what was pushed while there was none is missing. */
  up(): void {
    this.#up = true;
    this.#connection += 1;
    this.refresh();
  }

  down(): void {
    this.#up = false;
    this.#cancelTimers();
  }

  /** Looks now whether something is missing. */
  refresh(): void {
    this.#log.doubt();
    this.#cancelTimers();
    this.#next();
  }

  push(message: Message): void {
    this.#deliver(this.#log.push(message));
    this.#nextSoon();
  }

  /** A message with this number exists: its push is on its way, or lost. */
  expect(seq: number): void {
    this.#log.expect(seq);
    this.#nextSoon();
  }

  #nextSoon(): void {
    if (this.#log.behind && this.#up && !this.#asking) {
      this.#cancelNext ??= this.#after(this.#log.empty ? 0 : GRACE_MS);
    }
  }

  #next(): void {
    if (!this.#up || this.#asking) {
      return;
    }
    const asked = this.#log.ask();
    if (asked === undefined) {
      this.#recheck();
      return;
    }
    const connection = this.#connection;
    this.#asking = true;
    this.#options.ask(asked).then(
      (page) => {
        this.#asking = false;
        this.#take(asked, page, connection);
      },
      (error: unknown) => {
        this.#asking = false;
        this.#log.doubt();
        this.#options.failed(error);
      },
    );
  }

  #take(asked: PageRequest, page: HistoryPage, connection: number): void {
    const messages = this.#log.page(asked, page);
    this.#deliver(messages);
    const current = connection === this.#connection;
    if (current) {
      this.#answeredOn = connection;
      this.#options.answered();
    }
    if (messages.length > 0 || !current || !this.#log.behind) {
      this.#pause.reset();
      this.#next();
    } else if (this.#up) {
      this.#cancelNext ??= this.#after(this.#pause.next());
    }
  }

  #deliver(messages: readonly Message[]): void {
    for (const message of messages) {
      this.#options.deliver(message);
    }
  }

  #after(ms: number): () => void {
    return this.#options.clock.after(ms, () => {
      this.#cancelNext = undefined;
      this.#next();
    });
  }

  #recheck(): void {
    this.#cancelRecheck?.();
    this.#cancelRecheck = this.#options.clock.after(this.#options.recheckMs, () => {
      this.refresh();
    });
  }

  #cancelTimers(): void {
    this.#cancelNext?.();
    this.#cancelNext = undefined;
    this.#cancelRecheck?.();
    this.#cancelRecheck = undefined;
  }
}

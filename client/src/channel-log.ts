// One channel as the application sees it: every message in order and once, whatever order, copies and gaps the pushes
// come in. Pure: it says what to read from history, and is told what was read.
import { MAX_HISTORY_LIMIT, type HistoryPage, type Message, type PageRequest } from './protocol.ts';

/** How many messages are kept that came before their turn; beyond it history gives them again. */
export const MAX_HELD = 500;

export class ChannelLog {
  /** The last one delivered; undefined until the first page is there. */
  #last: number | undefined;
  /** The largest number known to exist. */
  #head = 0;
  /** Something may have been missed since history was last asked. */
  #stale = true;
  readonly #held = new Map<number, Message>();

  /** Whether there is something to read from history. */
  get behind(): boolean {
    return this.#stale || this.#last === undefined || this.#head > this.#last;
  }

  /** Nothing was kept when history was read: whether a push is the first, only history can tell. */
  get empty(): boolean {
    return this.#last === 0;
  }

  /** What to read now; undefined: nothing. */
  ask(): PageRequest | undefined {
    if (!this.behind) {
      return undefined;
    }
    this.#stale = false;
    return this.#last === undefined ? {} : { after: this.#last, limit: MAX_HISTORY_LIMIT };
  }

  /** A push; the answer is what is to be delivered now. */
  push(message: Message): Message[] {
    this.expect(message.seq);
    this.#hold(message);
    return this.#last === undefined ? [] : this.#deliver(this.#last);
  }

  /** The page that was read as `asked`; the answer is what is to be delivered now. */
  page(asked: PageRequest, { entries, more }: HistoryPage): Message[] {
    const numbers = entries.map(({ seq }) => seq);
    for (const message of entries) {
      this.expect(message.seq);
      // A page is taken whole, however many pushes wait: it is what they wait for.
      this.#held.set(message.seq, message);
    }
    // The first page begins what is shown; its `more` tells of older ones.
    this.#last ??= numbers.length > 0 ? Math.min(...numbers) - 1 : 0;
    this.#stale ||= more && asked.after !== undefined;
    return this.#deliver(Math.max(this.#last, ...numbers));
  }

  /** It exists, as an acknowledgement says. */
  expect(seq: number): void {
    this.#head = Math.max(this.#head, seq);
  }

  /** Something may have been missed: a new connection, a question without an answer, a long silence. */
  doubt(): void {
    this.#stale = true;
  }

  #hold(message: Message): void {
    if (this.#held.size < MAX_HELD) {
      this.#held.set(message.seq, message);
    }
  }

  /**
   * Everything up to `known`, and what follows without a gap. Up to `known` a missing number does not matter: history
   * was read, and what it does not list is no longer kept.
   */
  #deliver(known: number): Message[] {
    const delivered: Message[] = [];
    for (const seq of [...this.#held.keys()].sort((a, b) => a - b)) {
      const message = this.#held.get(seq);
      const last = this.#last ?? 0;
      if (message === undefined || seq > Math.max(known, last + 1)) {
        break;
      }
      this.#held.delete(seq);
      if (seq > last) {
        this.#last = seq;
        delivered.push(message);
      }
    }
    return delivered;
  }
}

// One channel as the application sees it: every message in order and once, whatever order, copies and gaps the pushes
// come in. Pure: it says from where to read, and is told what was read.
import { type Message, messageOf } from './model.ts';
import type { SubscribedFrame } from './protocol.ts';

/** How many messages are kept that came before their turn; beyond it the repair gives them again. */
export const MAX_HELD = 500;

/** What an answer brings. */
export interface Read {
  /** More was missed than is kept: these take the place of everything before, and the next one follows `cursor`. */
  readonly reload?: { readonly entries: readonly Message[]; readonly cursor: number };
  /** What follows. */
  readonly messages: readonly Message[];
  /** Whether it brought the log forward. */
  readonly progress: boolean;
}

export class ChannelLog {
  /** The last one delivered, 0 for the beginning; undefined until the first answer is there. */
  #cursor: number | undefined;
  /** The largest number known to exist. */
  #known = 0;
  /** Something may have been missed since the last question. */
  #doubtful = true;
  readonly #held = new Map<number, Message>();

  /** Begins after `cursor`, or where the channel is when it is first asked. */
  constructor(cursor?: number) {
    this.#cursor = cursor;
  }

  get cursor(): number | undefined {
    return this.#cursor;
  }

  /** Whether there is something to ask for. */
  get behind(): boolean {
    return this.#doubtful || this.#cursor === undefined || this.#known > this.#cursor;
  }

  /** Whether only an answer can tell if a push is the first, since numbers do not begin with 1. */
  get empty(): boolean {
    return this.#cursor === 0;
  }

  /** A question goes out; the answer is its `since`. */
  ask(): number | undefined {
    this.#doubtful = false;
    return this.#cursor;
  }

  /** Something may have been missed: a new connection, a question without an answer, a heartbeat that says so. */
  doubt(): void {
    this.#doubtful = true;
  }

  /** It exists, as an acknowledgement says. */
  expect(seq: number): void {
    this.#known = Math.max(this.#known, seq);
  }

  /** A push; the answer is what is to be delivered now. */
  push(message: Message): Message[] {
    this.expect(message.seq);
    if (message.seq > (this.#cursor ?? 0) && this.#held.size < MAX_HELD) {
      this.#held.set(message.seq, message);
    }
    return this.#deliverHeld();
  }

  /** The answer to a question that was asked with `since`. */
  take(since: number | undefined, { channel, head, recovered, entries, more }: SubscribedFrame): Read {
    const before = this.#cursor;
    const read = entries.map((entry) => messageOf(channel, entry)).sort((a, b) => a.seq - b.seq);
    this.expect(Math.max(head, read.at(-1)?.seq ?? 0));
    const lost = since !== undefined && !recovered && this.#restart(since, head, read);
    this.#cursor ??= head;
    const fresh = this.#deliverRead(read);
    if (!more) {
      // Everything up to the head was read: what is not among it cannot be read by this client.
      this.#cursor = Math.max(this.#cursor, head);
    }
    this.#doubtful ||= more;
    const cursor = this.#cursor;
    const followers = this.#deliverHeld();
    const progress = lost || this.#cursor !== before;
    return lost
      ? { reload: { entries: fresh, cursor }, messages: followers, progress }
      : { messages: [...fresh, ...followers], progress };
  }

  /** Sets the cursor before what is kept, unless pushes have bridged the loss; true: something is lost. */
  #restart(since: number, head: number, read: readonly Message[]): boolean {
    const start = read[0] === undefined ? head : read[0].seq - 1;
    if (since > head) {
      // The log is another one than before: nothing that is known of the old one counts.
      this.#held.clear();
      this.#known = head;
      this.#doubtful = true;
    } else if (start <= (this.#cursor ?? 0)) {
      return false;
    }
    this.#cursor = start;
    return true;
  }

  /** All of a page that is news. A number missing in it does not matter: it was read, and there is no more to be had. */
  #deliverRead(read: readonly Message[]): Message[] {
    const delivered: Message[] = [];
    for (const message of read) {
      if (message.seq > (this.#cursor ?? 0)) {
        this.#cursor = message.seq;
        delivered.push(message);
      }
    }
    return delivered;
  }

  /** What follows without a gap. */
  #deliverHeld(): Message[] {
    const delivered: Message[] = [];
    for (const seq of [...this.#held.keys()].sort((a, b) => a - b)) {
      const message = this.#held.get(seq);
      if (this.#cursor === undefined || message === undefined || seq > this.#cursor + 1) {
        break;
      }
      this.#held.delete(seq);
      if (seq > this.#cursor) {
        this.#cursor = seq;
        delivered.push(message);
      }
    }
    return delivered;
  }
}

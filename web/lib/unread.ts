// How much of each conversation is unread: counted where the messages came, or only known to be something.

/** A number of messages; `some`: there is something, and nobody has counted. */
export type Unread = number | 'some';

export class ReadMarks {
  readonly #read: Map<string, number>;
  readonly #unread = new Map<string, Unread>();

  constructor(read: Readonly<Record<string, number>>) {
    this.#read = new Map(Object.entries(read));
  }

  get read(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#read);
  }

  of(channel: string): Unread {
    return this.#unread.get(channel) ?? 0;
  }

  /** The channel is joined, and this is its last number. What was there before the first visit counts as read. */
  joined(channel: string, head: number): void {
    const read = this.#read.get(channel);
    if (read === undefined) this.#read.set(channel, head);
    else if (head > read && this.of(channel) === 0) this.#unread.set(channel, 'some');
  }

  /** A message of somebody else came, and nobody looked. */
  missed(channel: string, seq: number): void {
    if (seq <= (this.#read.get(channel) ?? 0)) return;
    const unread = this.of(channel);
    this.#unread.set(channel, unread === 'some' ? 'some' : unread + 1);
  }

  /** Everything up to `seq` was seen. */
  seen(channel: string, seq: number): void {
    this.#unread.delete(channel);
    this.#read.set(channel, Math.max(seq, this.#read.get(channel) ?? 0));
  }

  forget(channel: string): void {
    this.#unread.delete(channel);
    this.#read.delete(channel);
  }
}

// A channel's log as the server keeps it: numbered without holes, and forgotten from its beginning.
import type { Entry } from '../../src/protocol.ts';

const FIRST_SEQ = 1_700_000_000_000_000;

export interface LogPage {
  readonly head: number;
  readonly recovered: boolean;
  readonly entries: readonly Entry[];
  readonly more: boolean;
}

export class Log {
  readonly all: Entry[] = [];
  #kept = 0;

  /** 0: nothing was ever stored. */
  get head(): number {
    return this.all.at(-1)?.seq ?? 0;
  }

  get kept(): readonly Entry[] {
    return this.all.slice(this.#kept);
  }

  append(entry: Omit<Entry, 'seq'>): Entry {
    const numbered = { seq: FIRST_SEQ + this.all.length + 1, ...entry };
    this.all.push(numbered);
    return numbered;
  }

  /** The retention time of the oldest `count` is over. */
  forget(count: number): void {
    this.#kept = Math.min(this.all.length, this.#kept + count);
  }

  /** What `subscribe` with `since` reads. */
  since(since: number, limit: number): LogPage {
    const isBeyond = since > this.head;
    const found = this.kept.filter(({ seq }) => isBeyond || seq > since);
    const start = since === 0 ? (this.all[0]?.seq ?? 1) - 1 : since;
    const recovered = !isBeyond && (found[0] === undefined ? this.head <= start : found[0].seq === start + 1);
    return { head: this.head, recovered, entries: found.slice(0, limit), more: found.length > limit };
  }
}

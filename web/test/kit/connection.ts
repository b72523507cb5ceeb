// A connection that does as it is told, for the conversations to be tested on.
import type { Ack, ConnectionEvents, HistoryPage, Message, PageRequest, People } from '@carillon/client';
import { vi } from 'vitest';
import type { ChatConnection } from '../../lib/chat.ts';

export const ADA = { id: 'ada', name: 'Ada' };
export const BOB = { id: 'bob', name: 'Bob' };

export interface Deferred<T> {
  readonly promise: Promise<T>;
  resolve(value: T): void;
  reject(error: Error): void;
}

function deferred<T>(): Deferred<T> {
  let settle!: Omit<Deferred<T>, 'promise'>;
  const promise = new Promise<T>((resolve, reject) => { settle = { resolve, reject }; });
  return { promise, ...settle };
}

export class FakeConnection implements ChatConnection {
  readonly status = { state: 'idle' } as const;
  readonly sent: { readonly channel: string; readonly content: unknown; readonly id: string; readonly ack: Deferred<Ack> }[] = [];
  readonly asked: { readonly channel: string; readonly page: PageRequest; readonly answer: Deferred<HistoryPage> }[] = [];
  readonly asking: { readonly channel: string; readonly answer: Deferred<People> }[] = [];
  readonly start = vi.fn();
  readonly close = vi.fn();
  readonly wake = vi.fn();
  readonly join = vi.fn();
  readonly leave = vi.fn();
  readonly signal = vi.fn();
  readonly #listeners = new Map<string, ((value: never) => void)[]>();

  on<E extends keyof ConnectionEvents>(event: E, listener: (value: ConnectionEvents[E]) => void): () => void {
    this.#listeners.set(event, [...(this.#listeners.get(event) ?? []), listener]);
    return () => undefined;
  }

  emit<E extends keyof ConnectionEvents>(event: E, value: ConnectionEvents[E]): void {
    for (const listener of this.#listeners.get(event) ?? []) listener(value as never);
  }

  send(channel: string, content: unknown, id = ''): Promise<Ack> {
    const ack = deferred<Ack>();
    this.sent.push({ channel, content, id, ack });
    return ack.promise;
  }

  history(channel: string, page: PageRequest = {}): Promise<HistoryPage> {
    const answer = deferred<HistoryPage>();
    this.asked.push({ channel, page, answer });
    return answer.promise;
  }

  presence(channel: string): Promise<People> {
    const answer = deferred<People>();
    this.asking.push({ channel, answer });
    return answer.promise;
  }
}

export const message = (seq: number, more: Partial<Message> = {}): Message => ({ channel: 'all', seq, sender: BOB, content: `no. ${seq}`, at: seq, ...more });

export const page = (seqs: readonly number[], more: boolean): HistoryPage => ({ channel: 'all', entries: seqs.map((seq) => message(seq)), more });

/** Lets every promise that can go on go on; timers are fake. */
export const settled = (): Promise<void> => vi.advanceTimersByTimeAsync(0).then(() => undefined);

// Frames that wait for their answer, over as many sockets as it takes: sent again, as they were, after 30 s, after an
// `unavailable`, and on every new connection.
import { Backoff } from './backoff.ts';
import type { Clock } from './clock.ts';
import { encodeFrame } from './content.ts';
import { CarillonError, type ClientErrorCode } from './errors.ts';
import { ANSWER_TIMEOUT_MS, type ClientFrame, type ErrorFrame, type Frame } from './protocol.ts';

/** Waits before a frame that was refused for the moment is sent again, in milliseconds. */
const RETRY = { baseMs: 1_000, capMs: 30_000 };

type Answer = Extract<Frame, { readonly id?: string; readonly type: 'ack' | 'echo' | 'history' }>;
export type AnswerTo<F extends ClientFrame> = Extract<Answer, { readonly type: (typeof ANSWERS)[F['action']] }>;

const ANSWERS = { message: 'ack', echo: 'echo', history: 'history', ping: 'pong' } as const;

export interface Patience {
  /** Sent before `release`. */
  readonly urgent?: boolean;
  /** How long to go on, in milliseconds; for good if left out. */
  readonly ms?: number;
  /** Whether that counts from the call, or from the first time it is sent. */
  readonly from?: 'call' | 'sent';
  readonly code?: ClientErrorCode;
}

interface Pending {
  readonly id: string;
  readonly text: string;
  readonly answer: string;
  readonly patience: Patience;
  readonly backoff: Backoff;
  readonly resolve: (frame: Frame) => void;
  readonly reject: (error: CarillonError) => void;
  /** Sent on the present connection, and not answered yet. */
  underWay: boolean;
  /** When to send it (again), and when to give up, by the clock. */
  sendAt: number;
  giveUpAt: number;
  cancel: (() => void) | undefined;
}

export class Requests {
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #pending = new Map<string, Pending>();
  #send: ((text: string) => void) | undefined;
  #released = false;

  constructor(clock: Clock, random: () => number) {
    this.#clock = clock;
    this.#random = random;
  }

  /** Resolves with the answer; rejects with CarillonError. */
  ask<F extends ClientFrame>(frame: F, patience: Patience = {}): Promise<AnswerTo<F>> {
    return new Promise<Frame>((resolve, reject) => {
      const pending: Pending = {
        id: frame.id,
        text: encodeFrame(frame),
        answer: ANSWERS[frame.action],
        patience,
        backoff: new Backoff({ ...RETRY, random: this.#random }),
        resolve,
        reject,
        underWay: false,
        sendAt: 0,
        giveUpAt: patience.from === 'call' ? this.#clock.now() + (patience.ms ?? Infinity) : Infinity,
        cancel: undefined,
      };
      this.#pending.set(pending.id, pending);
      this.#check(pending);
    }) as Promise<AnswerTo<F>>;
  }

  /** A connection is open: sends what is urgent, the rest after `release`. */
  attach(send: (text: string) => void): void {
    this.#send = send;
    this.#released = false;
    this.#interrupted();
  }

  /** The connection is known to be the same user's: sends the rest. */
  release(): void {
    if (this.#send !== undefined && !this.#released) {
      this.#released = true;
      this.#checkAll();
    }
  }

  /** There is no connection. */
  detach(): void {
    this.#send = undefined;
    this.#released = false;
    this.#interrupted();
  }

  /** Takes the answer to a frame of ours; false: it is none. */
  answer(frame: Frame): boolean {
    const pending = 'id' in frame ? this.#pending.get(frame.id ?? '') : undefined;
    if (pending === undefined) {
      return false;
    }
    if (frame.type === pending.answer) {
      this.#settle(pending);
      pending.resolve(frame);
    } else if (frame.type === 'error') {
      this.#refused(pending, frame);
    }
    return true;
  }

  /** API Gateway failed on some frame without saying which: all that are under way are sent again, sooner. */
  doubt(): void {
    for (const pending of [...this.#pending.values()].filter(({ underWay }) => underWay)) {
      this.#sendIn(pending, Math.min(pending.sendAt - this.#clock.now(), pending.backoff.next()));
    }
  }

  /** Gives up on all of them. */
  fail(error: CarillonError): void {
    for (const pending of [...this.#pending.values()]) {
      this.#settle(pending);
      pending.reject(error);
    }
  }

  #refused(pending: Pending, frame: ErrorFrame): void {
    switch (frame.code) {
      case 'unavailable':
        this.#sendIn(pending, (frame.retryAfterMs ?? 0) + pending.backoff.next());
        break;
      case 'token_expired':
        // Not served, and not to blame: it goes out again on the next connection.
        break;
      default:
        this.#settle(pending);
        pending.reject(errorOf(frame));
    }
  }

  /** What was under way may have been lost; what was to wait still waits. */
  #interrupted(): void {
    for (const pending of this.#pending.values()) {
      pending.sendAt = pending.underWay ? 0 : pending.sendAt;
      pending.underWay = false;
    }
    this.#checkAll();
  }

  #checkAll(): void {
    for (const pending of [...this.#pending.values()]) {
      this.#check(pending);
    }
  }

  #sendIn(pending: Pending, ms: number): void {
    pending.sendAt = this.#clock.now() + ms;
    pending.underWay = false;
    this.#check(pending);
  }

  /** Does what is due, and comes back when the next is. */
  #check(pending: Pending): void {
    pending.cancel?.();
    pending.cancel = undefined;
    const now = this.#clock.now();
    if (now >= pending.giveUpAt) {
      this.#giveUp(pending);
      return;
    }
    const send = this.#released || pending.patience.urgent === true ? this.#send : undefined;
    if (send !== undefined && now >= pending.sendAt) {
      this.#sending(pending, now);
      send(pending.text);
    }
    const next = send === undefined ? pending.giveUpAt : Math.min(pending.giveUpAt, pending.sendAt);
    if (next !== Infinity && this.#pending.get(pending.id) === pending) {
      pending.cancel = this.#clock.after(next - now, () => {
        this.#check(pending);
      });
    }
  }

  #sending(pending: Pending, now: number): void {
    pending.sendAt = now + ANSWER_TIMEOUT_MS;
    pending.underWay = true;
    const { from, ms } = pending.patience;
    if (from === 'sent' && pending.giveUpAt === Infinity) {
      pending.giveUpAt = now + (ms ?? Infinity);
    }
  }

  #giveUp(pending: Pending): void {
    const { code = 'unanswered', ms = 0 } = pending.patience;
    this.#settle(pending);
    pending.reject(new CarillonError(code, `No answer came within ${ms} ms: whether it was served is unknown.`));
  }

  #settle(pending: Pending): void {
    pending.cancel?.();
    pending.cancel = undefined;
    this.#pending.delete(pending.id);
  }
}

export function errorOf({ code, message, field, requestId }: ErrorFrame): CarillonError {
  return new CarillonError(code, message, { field, requestId });
}

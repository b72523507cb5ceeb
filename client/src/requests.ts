// Frames that wait for their answer, over as many sockets as it takes: sent again, as they were, after 30 s, after a
// refusal for the moment, and on every new connection.
import { Backoff } from './backoff.ts';
import type { Clock } from './clock.ts';
import { encodeFrame } from './content.ts';
import { CarillonError, type ClientErrorCode, errorOf } from './errors.ts';
import type { Frame } from './frames.ts';
import { ANSWER_TIMEOUT_MS } from './limits.ts';
import type {
  AckFrame,
  EchoFrame,
  EchoRequest,
  ErrorFrame,
  HistoryFrame,
  HistoryRequest,
  MessageRequest,
  PresenceFrame,
  PresenceRequest,
} from './protocol.ts';

/** Waits before a frame that was refused for the moment is sent again, in milliseconds. */
const RETRY = { baseMs: 1_000, capMs: 30_000 };
/** What was sent less than this ago, in milliseconds, is not sent again for being woken. */
const FRESH_MS = 5_000;

type Question = MessageRequest | EchoRequest | HistoryRequest | PresenceRequest;

interface Answers {
  message: AckFrame;
  echo: EchoFrame;
  history: HistoryFrame;
  presence: PresenceFrame;
}

const ANSWERS = { message: 'ack', echo: 'echo', history: 'history', presence: 'presence' } as const;

export interface Patience {
  /** How long to go on, in milliseconds, as far as is known by then; for good if left out. */
  readonly ms?: () => number;
  /** Whether that counts from the call, or from the first time it is sent. */
  readonly from?: 'call' | 'sent';
  readonly code?: ClientErrorCode;
  /** Whether it is not to be sent yet, though there is a connection. */
  readonly isHeld?: () => boolean;
  /** Whether a refusal that is final for others is one for the moment. */
  readonly mayPass?: (code: string) => boolean;
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
  /** When to send it (again), and since when it is tried, by the clock. */
  sendAt: number;
  since: number | undefined;
  cancel: (() => void) | undefined;
}

export class Requests {
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #pending = new Map<string, Pending>();
  /** There is one on a connection that is known to be the user's. */
  #send: ((text: string) => void) | undefined;

  constructor(clock: Clock, random: () => number) {
    this.#clock = clock;
    this.#random = random;
  }

  /** Resolves with the answer; rejects with CarillonError. */
  ask<Q extends Question>(frame: Q, patience: Patience = {}): Promise<Answers[Q['action']]> {
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
        since: patience.from === 'call' ? this.#clock.now() : undefined,
        cancel: undefined,
      };
      this.#pending.set(pending.id, pending);
      this.#check(pending);
    }) as Promise<Answers[Q['action']]>;
  }

  /** There is a connection to send on; undefined: there is none, or none that may be used. */
  attach(send: ((text: string) => void) | undefined): void {
    this.#send = send;
    for (const pending of this.#pending.values()) {
      // What was under way may have been lost; what was to wait still waits.
      pending.sendAt = pending.underWay ? 0 : pending.sendAt;
      pending.underWay = false;
    }
    this.check();
  }

  /** What was held may be sent now. */
  check(): void {
    for (const pending of [...this.#pending.values()]) {
      this.#check(pending);
    }
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
    for (const pending of this.#underWay()) {
      this.#sendIn(pending, Math.min(pending.sendAt - this.#clock.now(), pending.backoff.next()));
    }
  }

  /** After a sleep nobody knows what became of the frames under way. */
  wake(): void {
    const now = this.#clock.now();
    for (const pending of this.#underWay()) {
      if (pending.sendAt - ANSWER_TIMEOUT_MS + FRESH_MS <= now) {
        this.#sendIn(pending, 0);
      }
    }
  }

  /** Gives up on all of them. */
  fail(error: CarillonError): void {
    for (const pending of [...this.#pending.values()]) {
      this.#settle(pending);
      pending.reject(error);
    }
  }

  #underWay(): Pending[] {
    return [...this.#pending.values()].filter(({ underWay }) => underWay);
  }

  #refused(pending: Pending, frame: ErrorFrame): void {
    const isForNow = frame.code === 'unavailable' || frame.code === 'rate_limited';
    if (isForNow || pending.patience.mayPass?.(frame.code) === true) {
      this.#sendIn(pending, (frame.retryAfterMs ?? 0) + pending.backoff.next());
    } else if (frame.code !== 'token_expired') {
      this.#settle(pending);
      pending.reject(errorOf(frame));
    }
    // After `token_expired` it goes out again on the next connection.
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
    if (now >= giveUpAt(pending)) {
      this.#giveUp(pending);
      return;
    }
    const isDue = now >= pending.sendAt;
    const mayGo = this.#send !== undefined && !(isDue && pending.patience.isHeld?.() === true);
    if (mayGo && isDue) {
      this.#sending(pending, now);
      this.#send?.(pending.text);
    }
    const next = mayGo ? Math.min(giveUpAt(pending), pending.sendAt) : giveUpAt(pending);
    if (next !== Infinity && this.#pending.get(pending.id) === pending) {
      pending.cancel = this.#clock.after(next - now, () => {
        this.#check(pending);
      });
    }
  }

  #sending(pending: Pending, now: number): void {
    pending.sendAt = now + ANSWER_TIMEOUT_MS;
    pending.underWay = true;
    if (pending.patience.from === 'sent') {
      pending.since ??= now;
    }
  }

  #giveUp(pending: Pending): void {
    const { code = 'unanswered', ms = () => 0 } = pending.patience;
    this.#settle(pending);
    pending.reject(new CarillonError(code, `No answer came within ${ms()} ms: whether it was served is unknown.`));
  }

  #settle(pending: Pending): void {
    pending.cancel?.();
    pending.cancel = undefined;
    this.#pending.delete(pending.id);
  }
}

function giveUpAt({ since, patience }: Pending): number {
  return since === undefined || patience.ms === undefined ? Infinity : since + patience.ms();
}

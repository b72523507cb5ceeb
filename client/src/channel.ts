// One channel: what the application wants of it, what the connection has of it, and so what is to be asked next. Pure.
import { Backoff } from './backoff.ts';
import { ChannelLog, type Read } from './channel-log.ts';
import { Membership, type MembershipAction } from './membership.ts';
import { type Message, messageOf } from './model.ts';
import { kindOf } from './names.ts';
import type { ErrorFrame, MessageFrame, SubscribedFrame, SubscribeRequest, UnsubscribeRequest } from './protocol.ts';

/**
 * How long a missing push may still be on its way, in milliseconds: pushes overtake each other. Each client waits up to twice
 * as long, since what one misses is often missed by many.
 */
export const GRACE_MS = 1_000;
/** Waits between questions that bring nothing new, or are refused for the moment, in milliseconds. */
const PAUSE = { baseMs: 1_000, capMs: 30_000 };

/** What to do next: ask, or look again at an instant of the clock; undefined: nothing. */
export type Step = { readonly ask: MembershipAction } | { readonly at: number } | undefined;

/** What an answer that counts means. */
export interface Subscribed extends Read {
  /** It is the first on this connection. */
  readonly isNew: boolean;
}

export type Refused = 'for-now' | 'for-good';

export class Channel {
  readonly name: string;
  readonly #random: () => number;
  readonly #pause: Backoff;
  /** What the application has of it; undefined: it does not want it. */
  #log: ChannelLog | undefined;
  /** The log that the last question was asked for. */
  #askedFor: ChannelLog | undefined;
  #presence = false;
  #membership = new Membership('out');
  /** Not to be asked before, by the clock. */
  #askAt = 0;
  /** Refused for as long as this connection lasts, though it cannot be left. */
  #refused = false;
  /** Whether this connection has joined it, as the application was told. */
  #joined = false;
  /** Whether everything from before the present connection is there. */
  #complete = false;

  constructor(name: string, random: () => number) {
    this.name = name;
    this.#random = random;
    this.#pause = new Backoff({ ...PAUSE, random });
  }

  get isWanted(): boolean {
    return this.#log !== undefined;
  }

  /**
   * Whether something may be sent to it now: in a room only members are heard; and what is published before the
   * first answer tells where the channel begins would not come back.
   */
  get isReady(): boolean {
    if (this.#log === undefined || this.#refused) {
      return true;
    }
    return kindOf(this.name) === 'room' ? this.#membership.isIn : this.#log.cursor !== undefined;
  }

  /** Whether the application wants to know who comes and goes; the server tells it until the channel is left. */
  get hasPresence(): boolean {
    return this.#presence;
  }

  get cursor(): number | undefined {
    return this.#log?.cursor;
  }

  /** Whether an answer is waited for. */
  get isAsking(): boolean {
    return this.#membership.dueAt !== undefined;
  }

  /** Whether there is nothing more to catch up with on this connection. */
  get isSettled(): boolean {
    return !this.isWanted || this.#complete || this.#refused || this.#isDirect;
  }

  /** Whether it can be forgotten. */
  isOver(now: number): boolean {
    return !this.isWanted && this.#membership.isOut && this.#membership.isQuiet(now);
  }

  /** Begins after `since`, or from now on; wanted already, it stays where it is. */
  want({ since, presence }: { readonly since?: number | undefined; readonly presence?: boolean | undefined }): void {
    this.#log ??= new ChannelLog(since);
    if (presence === true && !this.#presence) {
      this.#log.doubt();
    }
    this.#presence = presence ?? this.#presence;
  }

  /** Nothing of it is delivered from here on. */
  unwant(): void {
    this.#log = undefined;
    this.#presence = false;
    this.#joined = false;
    this.#pause.reset();
  }

  /** There is a new connection, which is a member of what nobody can leave alone. */
  up(now: number): void {
    const kind = kindOf(this.name);
    const wasAsking = this.isAsking;
    this.#membership = new Membership(kind === 'dm' ? 'in' : kind === 'room' || kind === 'group' ? 'out' : 'unknown');
    this.#joined = false;
    this.#complete = false;
    // The first ping carries the cursors of direct channels: most of them have nothing new.
    if (!this.#isDirect || wasAsking) {
      this.doubt(now);
    }
  }

  /** Something may have been missed: to be asked now. */
  doubt(now: number): void {
    this.#log?.doubt();
    this.#refused = false;
    this.#askAt = now;
  }

  /** The server says that the connection is no member. */
  lost(): void {
    this.#membership.lost();
  }

  push(frame: MessageFrame, now: number): Message[] {
    return this.#news(now, (log) => log.push(messageOf(frame.channel, frame))) ?? [];
  }

  /** A message with this number exists: its push is on its way, or lost. */
  expect(seq: number, now: number): void {
    this.#news(now, (log) => {
      log.expect(seq);
    });
  }

  step(now: number): Step {
    if (this.#membership.expire(now)) {
      this.#log?.doubt();
    }
    if (this.#membership.dueAt !== undefined) {
      return { at: this.#membership.dueAt };
    }
    const ask = this.#wish();
    if (ask === undefined) {
      return undefined;
    }
    const at = Math.max(this.#askAt, this.#membership.freeAt(ask));
    return at > now ? { at } : { ask };
  }

  /** The frame for what `step` said. */
  request(action: MembershipAction, id: string, now: number): SubscribeRequest | UnsubscribeRequest {
    const since = action === 'subscribe' ? this.#log?.ask() : undefined;
    this.#askedFor = this.#log;
    this.#membership.ask({ id, action, since, at: now });
    const channel = this.name;
    if (action === 'unsubscribe') {
      return { action, id, data: { channel } };
    }
    const data = { channel, ...(since !== undefined && { since }), ...(this.#presence && { presence: true }) };
    return { action, id, data };
  }

  /** undefined: the answer does not count. */
  subscribed(frame: SubscribedFrame, now: number): Subscribed | undefined {
    const asked = this.#membership.answered(frame.id ?? '');
    if (asked?.action !== 'subscribe') {
      return undefined;
    }
    this.#membership.done('subscribe');
    if (this.#log === undefined || this.#log !== this.#askedFor) {
      // Left, and perhaps joined again, while the answer was on its way: it answers another question.
      return undefined;
    }
    const read = this.#log.take(asked.since, frame);
    const isNew = !this.#joined;
    this.#joined = true;
    this.#complete ||= !frame.more;
    this.#next(read.progress, now);
    return { ...read, isNew };
  }

  unsubscribed(id: string): void {
    if (this.#membership.answered(id)?.action === 'unsubscribe') {
      this.#membership.done('unsubscribe');
    }
  }

  owns(id: string): boolean {
    return this.#membership.owns(id);
  }

  /** undefined: the answer does not count. */
  refused({ id = '', code, retryAfterMs = 0 }: ErrorFrame, now: number): Refused | undefined {
    const asked = this.#membership.answered(id);
    if (asked === undefined) {
      return undefined;
    }
    this.#log?.doubt();
    if (code === 'unavailable' || code === 'rate_limited' || code === 'token_expired') {
      this.#askAt = now + retryAfterMs + this.#pause.next();
      return 'for-now';
    }
    this.#membership.done('unsubscribe');
    this.#refused = true;
    return asked.action === 'subscribe' ? 'for-good' : undefined;
  }

  get #isDirect(): boolean {
    return kindOf(this.name) === 'dm';
  }

  #wish(): MembershipAction | undefined {
    if (this.#log === undefined) {
      return this.#membership.isOut || this.#isDirect ? undefined : 'unsubscribe';
    }
    return !this.#refused && (!this.#membership.isIn || this.#log.behind) ? 'subscribe' : undefined;
  }

  /** Lets what is missing come by itself for a moment, if it may. */
  #news<T>(now: number, tell: (log: ChannelLog) => T): T | undefined {
    if (this.#log === undefined) {
      return undefined;
    }
    const wasBehind = this.#log.behind;
    const told = tell(this.#log);
    if (!wasBehind && this.#log.behind) {
      this.#askAt = Math.max(this.#askAt, now + (this.#log.empty ? 0 : GRACE_MS * (1 + this.#random())));
    }
    return told;
  }

  #next(progress: boolean, now: number): void {
    if (this.#log?.behind !== true || progress) {
      this.#pause.reset();
      this.#askAt = now;
    } else {
      this.#askAt = now + this.#pause.next();
    }
  }
}

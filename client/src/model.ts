// What an application gets and gives, where that is not a frame as it stands.
import type { Entry, Json, Person } from './protocol.ts';

/** A message in its channel's log, pushed or read. */
export interface Message extends Readonly<Entry> {
  readonly channel: string;
}

/** Which part of a channel's log to read; `before` and `after` exclude each other, and without either it is the newest. */
export interface PageRequest {
  readonly before?: number;
  readonly after?: number;
  /** 1 to 100; 50 if absent. */
  readonly limit?: number;
}

/** A part of a channel's log, the smallest `seq` first. */
export interface HistoryPage {
  readonly channel: string;
  readonly entries: readonly Message[];
  /** Whether more is kept in the direction asked for. */
  readonly more: boolean;
}

/** The message is in its channel's log, under this number and time. */
export interface Ack {
  readonly id: string;
  readonly channel: string;
  readonly seq: number;
  readonly at: number;
  /** It was there before: this answers a retry. */
  readonly duplicate: boolean;
}

/** Who is in a channel. */
export interface People {
  readonly channel: string;
  readonly users: readonly Person[];
  /** There are more than those listed. */
  readonly more: boolean;
}

/** Somebody came or went; may be missing, come twice, or come late. */
export interface PresenceChange {
  readonly channel: string;
  readonly at: number;
  readonly kind: 'joined' | 'left';
  readonly person: Person;
}

/** Something worth no storage, such as that somebody types; may be missing, come twice, or come late. */
export interface Signal {
  readonly channel: string;
  readonly sender: Person;
  readonly content: Json;
  readonly at: number;
}

/** A channel is joined on the present connection. */
export interface Joined {
  readonly channel: string;
  /** The largest number there was at that moment; 0: nothing was ever stored. */
  readonly head: number;
}

/** More was missed than is kept: what the application has of the channel is to be replaced by `entries`. */
export interface Reload {
  readonly channel: string;
  /** The oldest that are kept; what follows them comes as messages. */
  readonly entries: readonly Message[];
  /** The number that the next message follows. */
  readonly cursor: number;
}

/** Without the type, which is the frame's and not the message's. */
export function messageOf(channel: string, { seq, id, sender, content, at }: Entry): Message {
  return { channel, seq, ...(id !== undefined && { id }), sender, content, at };
}

// All channels of one connection after another: asks for what each needs, a few at a time, and hands on what they bring.
import { Channel } from './channel.ts';
import type { Clock } from './clock.ts';
import { CarillonError } from './errors.ts';
import { newId } from './ids.ts';
import type { Joined, Message, Reload } from './model.ts';
import { kindOf, partnerOf, userChannel } from './names.ts';
import type { ClientFrame, ErrorFrame, MessageFrame, SubscribedFrame, UnsubscribedFrame } from './protocol.ts';
import type { Behind, Cursors } from './pings.ts';

/** How many channels may wait for an answer at once: API Gateway closes a connection that sends too many frames. */
export const MAX_ASKING = 16;

export interface JoinOptions {
  /** The last number the application has; 0: everything that is kept. Left out: from now on. */
  readonly since?: number;
  /** Whether to be told who comes and goes. */
  readonly presence?: boolean;
}

export interface ChannelsOptions {
  readonly clock: Clock;
  readonly random: () => number;
  readonly send: (frame: ClientFrame) => void;
  readonly message: (message: Message) => void;
  readonly reload: (reload: Reload) => void;
  readonly joined: (joined: Joined) => void;
  /** The server refuses the channel, for good. */
  readonly refused: (channel: string, frame: ErrorFrame) => void;
  /** The own channel is joined: the connection is the user's. */
  readonly own: () => void;
  /** What may be sent, and whether all have caught up, may be otherwise now. */
  readonly changed: () => void;
}

export class Channels {
  readonly #options: ChannelsOptions;
  readonly #channels = new Map<string, Channel>();
  #user: string | undefined;
  #isUp = false;
  /** Whether the connection is known to be the user's; until then it is asked for their own channel alone. */
  #isReleased = false;
  #cancel: (() => void) | undefined;

  constructor(options: ChannelsOptions) {
    this.#options = options;
  }

  get joined(): readonly string[] {
    return [...this.#channels.values()].filter(({ isWanted }) => isWanted).map(({ name }) => name);
  }

  /** Whether everything from before the present connection is there. */
  get isSettled(): boolean {
    return this.#isReleased && [...this.#channels.values()].every(({ isSettled }) => isSettled);
  }

  isJoined(name: string): boolean {
    return this.#channels.get(name)?.isWanted === true;
  }

  isOwn(name: string): boolean {
    return this.#user !== undefined && name === userChannel(this.#user);
  }

  /** Whether what is pushed of it is for this application: frames of channels that were left may still come. */
  isHeard(name: string): boolean {
    return this.isJoined(name) || this.#isOurs(name);
  }

  hasPresence(name: string): boolean {
    return this.#channels.get(name)?.hasPresence === true;
  }

  /** Whether something may be sent to it; also true for a channel that is not joined, which is the server's to refuse. */
  isReady(name: string): boolean {
    return this.#channels.get(name)?.isReady ?? true;
  }

  join(name: string, { since, presence }: JoinOptions): void {
    const kind = kindOf(name);
    if (kind === undefined) {
      throw new CarillonError('invalid_field', `No channel can have the name ${name.slice(0, 64)}.`, { field: 'channel' });
    }
    this.#open(name, { since: kind === 'dm' ? (since ?? 0) : since, presence });
    this.#pump();
  }

  leave(name: string): void {
    const kind = kindOf(name);
    if (kind !== 'room' && kind !== 'group') {
      throw new CarillonError('forbidden', 'Only a room and a group can be left.');
    }
    this.#channels.get(name)?.unwant();
    this.#options.changed();
    this.#pump();
  }

  /** There is a (new) connection of this user. */
  up(user: string): void {
    this.#user = user;
    this.#isUp = true;
    this.#isReleased = false;
    this.#open(userChannel(user), {});
    this.#open('all', {});
    for (const channel of this.#channels.values()) {
      channel.up(this.#now);
    }
    this.#pump();
  }

  release(): void {
    if (this.#isUp && !this.#isReleased) {
      this.#isReleased = true;
      this.#pump();
    }
  }

  down(): void {
    this.#isUp = false;
    this.#isReleased = false;
    this.#cancel?.();
    this.#cancel = undefined;
  }

  /** Asks for all again: what was known before a sleep may not be so any more. */
  refresh(): void {
    for (const channel of this.#channels.values()) {
      if (kindOf(channel.name) !== 'dm') {
        channel.doubt(this.#now);
      }
    }
    this.#pump();
  }

  /** What to send in pings: all cursors, or only those of channels that are not asked for on opening and waking. */
  cursors(which: 'all' | 'direct'): Cursors {
    const cursors = new Map<string, number>();
    for (const { name, cursor } of this.#channels.values()) {
      if (cursor !== undefined && (which === 'all' || kindOf(name) === 'dm')) {
        cursors.set(name, cursor);
      }
    }
    return cursors;
  }

  /**
   * A pong names channels. One that was not asked about, though there is a cursor for it, was in another ping. One that may
   * not be read is asked for once more: the refusal of that is for good.
   */
  behind(named: readonly Behind[]): void {
    for (const { channel: name, wasSent, isForbidden } of named) {
      const channel = this.#channels.get(name);
      if (isForbidden) {
        channel?.lost();
      } else if (channel?.isWanted !== true) {
        this.#discover(name);
      } else if (wasSent) {
        channel.doubt(this.#now);
      }
    }
    this.#pump();
  }

  pushed(frame: MessageFrame): void {
    const channel = this.#channels.get(frame.channel) ?? this.#discover(frame.channel);
    if (channel !== undefined) {
      this.#deliver(channel.push(frame, this.#now));
      this.#pump();
    }
  }

  /** A message with this number exists. */
  expect(name: string, seq: number): void {
    this.#channels.get(name)?.expect(seq, this.#now);
    this.#pump();
  }

  /** The server took the connection for no member of a channel: joins again, if it is one to join. */
  rejoin(name: string): boolean {
    const channel = this.#channels.get(name);
    if (channel?.isWanted !== true) {
      return false;
    }
    channel.lost();
    this.#pump();
    return true;
  }

  subscribed(frame: SubscribedFrame): void {
    const { channel: name, head } = frame;
    const answer = this.#channels.get(name)?.subscribed(frame, this.#now);
    if (answer?.isNew === true) {
      this.#options.joined({ channel: name, head });
    }
    if (answer?.reload !== undefined) {
      this.#options.reload({ channel: name, ...answer.reload });
    }
    this.#deliver(answer?.messages ?? []);
    if (answer !== undefined && this.isOwn(name)) {
      this.#options.own();
    }
    this.#options.changed();
    this.#pump();
  }

  unsubscribed({ channel, id = '' }: UnsubscribedFrame): void {
    this.#channels.get(channel)?.unsubscribed(id);
    this.#pump();
  }

  /** Takes the refusal of a request of ours; false: it is none. */
  refused(frame: ErrorFrame): boolean {
    const channel = [...this.#channels.values()].find((one) => one.owns(frame.id ?? ''));
    if (channel === undefined) {
      return false;
    }
    if (channel.refused(frame, this.#now) === 'for-good' && channel.isWanted) {
      if (!this.isOwn(channel.name) && channel.name !== 'all') {
        channel.unwant();
      }
      this.#options.refused(channel.name, frame);
      this.#options.changed();
    }
    this.#pump();
    return true;
  }

  get #now(): number {
    return this.#options.clock.now();
  }

  #open(name: string, options: { readonly since?: number | undefined; readonly presence?: boolean | undefined }): Channel {
    let channel = this.#channels.get(name);
    if (channel === undefined) {
      channel = new Channel(name, this.#options.random);
      channel.up(this.#now);
      this.#channels.set(name, channel);
    }
    channel.want(options);
    return channel;
  }

  /** A direct channel needs no joining: somebody wrote, and that is how it is found. */
  #discover(name: string): Channel | undefined {
    return this.#isOurs(name) ? this.#open(name, { since: 0 }) : undefined;
  }

  #isOurs(name: string): boolean {
    return this.#user !== undefined && partnerOf(name, this.#user) !== undefined;
  }

  #deliver(messages: readonly Message[]): void {
    for (const message of messages) {
      this.#options.message(message);
    }
  }

  /** Asks what is to be asked now, and comes back when there is more. */
  #pump(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    if (!this.#isUp) {
      return;
    }
    const next = Math.min(...this.#candidates().map((channel) => this.#ask(channel)), Infinity);
    if (next !== Infinity) {
      this.#cancel = this.#options.clock.after(next - this.#now, () => {
        this.#pump();
      });
    }
  }

  /** Those that may ask, the own channel first. */
  #candidates(): Channel[] {
    const all = [...this.#channels.values()];
    for (const channel of all.filter((one) => one.isOver(this.#now))) {
      this.#channels.delete(channel.name);
    }
    const own = all.filter(({ name }) => this.isOwn(name));
    return this.#isReleased ? [...own, ...all.filter(({ name }) => !this.isOwn(name))] : own;
  }

  /** Asks if the channel is to; the answer is when to look at it again, by the clock. */
  #ask(channel: Channel): number {
    const step = channel.step(this.#now);
    if (step === undefined) {
      return Infinity;
    }
    if ('at' in step) {
      return step.at;
    }
    // One more than there may be: it waits for the answer, or the end of waiting, of one of the others.
    if ([...this.#channels.values()].filter(({ isAsking }) => isAsking).length < MAX_ASKING) {
      this.#options.send(channel.request(step.ask, newId(), this.#now));
      return this.#ask(channel);
    }
    return Infinity;
  }
}

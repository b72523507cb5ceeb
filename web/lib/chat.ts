// All conversations of one signed-in user: which there are, which one is open, what is unread, and the connection they share.
import {
  type Connection, type ConnectionEvents, type ConnectionStatus, directChannel, type Joined, kindOf, type Message, partnerOf, type Person,
} from '@carillon/client';
import { Conversation } from './conversation.ts';
import type { Memories } from './memory.ts';
import { Store } from './store.ts';
import { ReadMarks, type Unread } from './unread.ts';
import { nameProblem, refusalProblem } from './words.ts';

/** The one channel that everybody signed in reads and writes. */
export const EVERYONE = 'all';

export type ChatConnection = Pick<
  Connection, 'status' | 'on' | 'start' | 'close' | 'wake' | 'send' | 'history' | 'join' | 'leave' | 'presence' | 'signal'
>;

export interface Listed {
  readonly channel: string;
  readonly kind: 'all' | 'room' | 'dm';
  readonly title: string;
  readonly unread: Unread;
}

export interface ChatState {
  readonly status: ConnectionStatus;
  /** The channel of the open conversation. */
  readonly open: string;
  /** Everyone, then the rooms, then the people, each in the order they came. */
  readonly list: readonly Listed[];
  /** How many messages others have sent since the page was opened. */
  readonly received: number;
  /** What went wrong, in words. */
  readonly problem: string | undefined;
}

export class Chat {
  readonly state = new Store<ChatState>({ status: { state: 'idle' }, open: EVERYONE, list: [], received: 0, problem: undefined });
  readonly #me: Person;
  readonly #connect: () => ChatConnection;
  readonly #onSignedOut: (reason: 'not_signed_in' | 'signed_out') => void;
  readonly #isLooking: () => boolean;
  readonly #memories: Memories;
  readonly #marks: ReadMarks;
  /** Names of the others in direct channels, by channel: those that are remembered. */
  readonly #names: Map<string, string>;
  /** Names of everybody heard of since the page was opened, by id. */
  readonly #met = new Map<string, string>();
  readonly #conversations = new Map<string, Conversation>();
  /** Joined at least once: what comes after is known to come by itself. */
  readonly #joined = new Set<string>();
  #connection: ChatConnection | undefined;
  #isForgotten = false;

  constructor(options: {
    me: Person;
    connect: () => ChatConnection;
    onSignedOut: (reason: 'not_signed_in' | 'signed_out') => void;
    /** Whether somebody can see the page now. */
    isLooking: () => boolean;
    memories: Memories;
  }) {
    this.#me = options.me;
    this.#connect = options.connect;
    this.#onSignedOut = options.onSignedOut;
    this.#isLooking = options.isLooking;
    this.#memories = options.memories;
    const { rooms, read, names } = this.#memories.recall();
    this.#marks = new ReadMarks(read);
    this.#names = new Map(Object.entries(names));
    for (const channel of [EVERYONE, ...rooms]) this.conversation(channel);
    this.#list();
  }

  /** Connects; the answer closes the connection. */
  open(): () => void {
    const connection = this.#connect();
    this.#connection = connection;
    connection.on('status', (status) => { this.#changed(status); });
    connection.on('joined', (joined) => { this.#hasJoined(joined); });
    connection.on('refused', (refused) => { this.#refused(refused); });
    connection.on('message', (message) => { this.#arrived(message); });
    connection.on('reload', (reload) => { if (this.#isShown(reload.channel)) this.conversation(reload.channel).reload(reload); });
    connection.on('presence', (change) => { this.#conversations.get(change.channel)?.presence(change); });
    connection.on('signal', (signal) => { this.#conversations.get(signal.channel)?.signal(signal); });
    for (const channel of this.#conversations.keys()) this.#join(channel);
    connection.start();
    return () => {
      for (const conversation of this.#conversations.values()) conversation.close();
      this.#connection = undefined;
      connection.close();
    };
  }

  /** The conversation in a channel; there is one as soon as it is asked for. */
  conversation(channel: string): Conversation {
    let conversation = this.#conversations.get(channel);
    if (!conversation) {
      const connection = (): ChatConnection | undefined => this.#connection;
      conversation = new Conversation({
        channel, me: this.#me, connection,
        report: (problem) => { this.report(problem); },
        meet: (people) => { this.#meet(people); },
      });
      this.#conversations.set(channel, conversation);
    }
    return conversation;
  }

  /** The page is looked at again, or the network is back. */
  readonly wake = (): void => {
    this.#connection?.wake();
    this.#read(this.state.get().open);
    this.#refreshPeople(this.state.get().open);
  };

  readonly show = (channel: string): void => {
    const conversation = this.conversation(channel);
    this.#update({ open: channel, problem: undefined });
    this.#join(channel);
    if (this.#joined.has(channel)) conversation.load();
    this.#refreshPeople(channel);
    this.#read(channel);
    this.#list();
  };

  /** Opens the room of this name; the answer is what is wrong with the name, in words. */
  readonly enter = (name: string): string | undefined => {
    const channel = `room:${name.trim().replaceAll(/\s+/g, '-')}`;
    if (kindOf(channel) === undefined) return nameProblem(name);
    this.show(channel);
    this.#keep();
    return undefined;
  };

  readonly leave = (channel: string): void => {
    this.#connection?.leave(channel);
    this.#drop(channel);
  };

  /** Opens the conversation with somebody. */
  readonly talkTo = (person: Person): void => {
    if (person.id === this.#me.id) return;
    const channel = directChannel(this.#me.id, person.id);
    this.#names.set(channel, person.name);
    this.show(channel);
    this.#keep();
  };

  /** What a conversation is called. */
  titleOf(channel: string): string {
    if (channel === EVERYONE) return 'Everyone';
    const partner = partnerOf(channel, this.#me.id);
    if (partner === undefined) return channel.slice(channel.indexOf(':') + 1);
    return this.#met.get(partner) ?? this.#names.get(channel) ?? `Somebody (${partner.slice(0, 8)})`;
  }

  /** Shows a sentence until it is dismissed. */
  report(problem: string): void {
    this.#update({ problem });
  }

  readonly dismiss = (): void => {
    this.#update({ problem: undefined });
  };

  /** Leaves nothing of this user in the browser. */
  forget(): void {
    this.#isForgotten = true;
    this.#memories.forget();
  }

  /** The user is still there after all. */
  remember(): void {
    this.#isForgotten = false;
    this.#keep();
  }

  #changed(status: ConnectionStatus): void {
    this.#update({ status });
    if (status.state !== 'signed-out') return;
    if (status.reason === 'signed_out') this.forget();
    this.#onSignedOut(status.reason);
  }

  /** Somebody's name is heard: their conversation is called by it, whichever one it was heard in. */
  #meet(people: readonly Person[]): void {
    const others = people.filter(({ id, name }) => id !== this.#me.id && this.#met.get(id) !== name);
    if (others.length === 0) return;
    for (const { id, name } of others) {
      this.#met.set(id, name);
      const channel = directChannel(this.#me.id, id);
      if (this.#conversations.has(channel)) this.#names.set(channel, name);
    }
    this.#list();
  }

  #hasJoined({ channel, head }: Joined): void {
    if (!this.#isShown(channel)) return;
    this.#joined.add(channel);
    // The messages of a direct channel come from its beginning, and are counted then.
    if (kindOf(channel) !== 'dm') this.#marks.joined(channel, head);
    if (channel === this.state.get().open) {
      this.conversation(channel).load();
      this.#refreshPeople(channel);
      this.#read(channel);
    }
    this.#keep();
    this.#list();
  }

  #refused({ channel, error }: ConnectionEvents['refused']): void {
    this.report(refusalProblem(error));
    if (channel !== EVERYONE) this.#drop(channel);
  }

  #arrived(message: Message): void {
    const { channel, seq } = message;
    if (!this.#isShown(channel)) return;
    const isNews = this.conversation(channel).arrived(message);
    if (!isNews || this.#isRead(channel)) this.#read(channel);
    else this.#marks.missed(channel, seq);
    if (isNews && this.#joined.has(channel)) this.#update({ received: this.state.get().received + 1 });
    this.#list();
  }

  /** Notifications of the back end come in the user's own channel; this page shows none. */
  #isShown(channel: string): boolean {
    return kindOf(channel) !== 'user';
  }

  #isRead(channel: string): boolean {
    return channel === this.state.get().open && this.#isLooking();
  }

  #read(channel: string): void {
    const conversation = this.#conversations.get(channel);
    if (!conversation || !this.#isRead(channel)) return;
    this.#marks.seen(channel, conversation.last);
    this.#keep();
    this.#list();
  }

  /** Who comes and goes is asked for only where somebody looks, or has looked. */
  #join(channel: string): void {
    const isOpen = channel === this.state.get().open;
    this.#connection?.join(channel, isOpen && kindOf(channel) !== 'dm' ? { presence: true } : {});
  }

  #refreshPeople(channel: string): void {
    if (this.#joined.has(channel) && kindOf(channel) !== 'dm') void this.conversation(channel).refreshPeople();
  }

  #drop(channel: string): void {
    this.#conversations.get(channel)?.close();
    this.#conversations.delete(channel);
    this.#joined.delete(channel);
    this.#marks.forget(channel);
    this.#names.delete(channel);
    if (this.state.get().open === channel) this.#update({ open: EVERYONE });
    this.#keep();
    this.#read(EVERYONE);
    this.#list();
  }

  #keep(): void {
    if (this.#isForgotten) return;
    const rooms = [...this.#conversations.keys()].filter((channel) => kindOf(channel) === 'room');
    this.#memories.keep({ rooms, read: this.#marks.read, names: Object.fromEntries(this.#names) });
  }

  #list(): void {
    const listed = [...this.#conversations.keys()].map((channel): Listed => {
      const kind = kindOf(channel);
      return { channel, kind: kind === 'room' || kind === 'dm' ? kind : 'all', title: this.titleOf(channel), unread: this.#marks.of(channel) };
    });
    const list = (['all', 'room', 'dm'] as const).flatMap((kind) => listed.filter((one) => one.kind === kind));
    if (JSON.stringify(list) !== JSON.stringify(this.state.get().list)) this.#update({ list });
  }

  #update(change: Partial<ChatState>): void {
    this.state.set({ ...this.state.get(), ...change });
  }
}

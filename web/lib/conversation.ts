// One conversation: what is shown of its channel, what is being sent there, who is there and who types.
import { type Connection, type Message, newId, type Person, type PresenceChange, type Reload, type Signal } from '@carillon/client';
import { changed, peopleOf } from './people.ts';
import { Store } from './store.ts';
import { type Draft, type Entry, entryOf, failed, MAX_KEPT, merge, without } from './timeline.ts';
import { isTyping, Teller, Typists, TYPING } from './typing.ts';
import { historyProblem, messageProblem } from './words.ts';

/** How long what was just loaded is kept from being read aloud as news, in milliseconds. */
const QUIET_AFTER_LOADING = 500;

export type ConversationConnection = Pick<Connection, 'send' | 'history' | 'presence' | 'signal'>;

export interface ConversationState {
  readonly entries: readonly Entry[];
  readonly drafts: readonly Draft[];
  /** Whether what was there before this page has been read. */
  readonly isLoaded: boolean;
  readonly isLoading: boolean;
  /** Messages arrive that are no news. */
  readonly isQuiet: boolean;
  /** Whether there may be older messages than those shown. */
  readonly hasOlder: boolean;
  /** How many messages others have sent since it was loaded. */
  readonly received: number;
  readonly people: readonly Person[];
  /** There are more people than those listed. */
  readonly hasMorePeople: boolean;
  /** Names of others who are typing. */
  readonly typing: readonly string[];
}

const EMPTY: ConversationState = {
  entries: [], drafts: [], isLoaded: false, isLoading: false, isQuiet: true, hasOlder: false, received: 0,
  people: [], hasMorePeople: false, typing: [],
};

export class Conversation {
  readonly channel: string;
  readonly state = new Store<ConversationState>(EMPTY);
  /** What is written and not sent yet. */
  text = '';
  readonly #me: Person;
  /** `undefined` while the page has none. */
  readonly #connection: () => ConversationConnection | undefined;
  readonly #report: (problem: string) => void;
  readonly #meet: (people: readonly Person[]) => void;
  readonly #typists = new Typists();
  readonly #teller = new Teller();
  #quiet: ReturnType<typeof setTimeout> | undefined;
  #typing: ReturnType<typeof setTimeout> | undefined;

  constructor(options: {
    channel: string;
    me: Person;
    connection: () => ConversationConnection | undefined;
    report: (problem: string) => void;
    /** Told of everybody whose name is heard here. */
    meet: (people: readonly Person[]) => void;
  }) {
    this.channel = options.channel;
    this.#me = options.me;
    this.#connection = options.connection;
    this.#report = options.report;
    this.#meet = options.meet;
  }

  /** The largest number there is; 0 if there is none. */
  get last(): number {
    return this.state.get().entries.at(-1)?.seq ?? 0;
  }

  readonly send = (text: string): void => {
    const draft: Draft = { key: newId(), sender: this.#me, content: text, at: Date.now() };
    this.#teller.reset();
    this.#update({ drafts: [...this.state.get().drafts, draft] });
    void this.#deliver(draft);
  };

  /** Sends a failed message again, as a new one. */
  readonly retry = (key: string): void => {
    const draft = this.state.get().drafts.find((one) => one.key === key);
    if (!draft) return;
    this.discard(key);
    this.send(draft.content);
  };

  readonly discard = (key: string): void => {
    this.#update({ drafts: without(this.state.get().drafts, key) });
  };

  /** Keeps what is written, and lets the others know that somebody writes. */
  readonly write = (text: string): void => {
    this.text = text;
    if (text.trim() !== '' && this.#teller.mayTell(Date.now())) this.#connection()?.signal(this.channel, TYPING);
  };

  /** Reads what was there before, once. The channel has to be joined: what is published meanwhile comes by itself then. */
  load(): void {
    if (!this.state.get().isLoaded) void this.loadOlder();
  }

  /** Reads the page of messages before the oldest one shown. */
  readonly loadOlder = async (): Promise<void> => {
    const connection = this.#connection();
    const { isLoading, entries } = this.state.get();
    if (!connection || isLoading) return;
    clearTimeout(this.#quiet);
    this.#update({ isLoading: true, isQuiet: true });
    try {
      const oldest = entries[0];
      const page = await connection.history(this.channel, oldest ? { before: oldest.seq } : {});
      this.#take(page.entries);
      this.#update({ hasOlder: page.more, isLoaded: true });
    } catch (error) {
      // With the button there, the reader can try again.
      if (connection === this.#connection()) {
        this.#update({ hasOlder: true });
        this.#report(historyProblem(error));
      }
    } finally {
      this.#update({ isLoading: false });
      if (connection === this.#connection()) this.#listenAgain();
    }
  };

  /** Asks who is here. What came and went before the answer is in it. */
  async refreshPeople(): Promise<void> {
    try {
      const answer = await this.#connection()?.presence(this.channel);
      if (!answer) return;
      this.#update({ people: peopleOf(answer.users), hasMorePeople: answer.more });
      this.#meet(answer.users);
    } catch {
      // Then nobody knows; it is asked again when the channel is joined anew.
    }
  }

  /** Whether it is news: not shown before, and by somebody else. */
  arrived(message: Message): boolean {
    const { entries, isLoaded } = this.state.get();
    this.#take([message]);
    const isNews = this.state.get().entries !== entries && message.sender.id !== this.#me.id;
    this.#forgetOldest();
    this.#typists.done(message.sender.id);
    this.#showTyping();
    if (isLoaded && isNews) this.#update({ received: this.state.get().received + 1 });
    return isNews;
  }

  /** What is shown is too old to go on from: these are all there is. */
  reload({ entries }: Reload): void {
    this.#update({ entries: [], hasOlder: false });
    this.#take(entries);
  }

  presence(change: PresenceChange): void {
    this.#update({ people: changed(this.state.get().people, change) });
    this.#meet([change.person]);
  }

  signal({ sender, content }: Signal): void {
    if (!isTyping(content) || sender.id === this.#me.id) return;
    this.#typists.heard(sender, Date.now());
    this.#showTyping();
  }

  close(): void {
    clearTimeout(this.#quiet);
    clearTimeout(this.#typing);
  }

  #showTyping(): void {
    clearTimeout(this.#typing);
    const now = Date.now();
    const typing = this.#typists.names(now);
    if (typing.join() !== this.state.get().typing.join()) this.#update({ typing });
    const end = this.#typists.nextEnd;
    if (end !== undefined) this.#typing = setTimeout(() => { this.#showTyping(); }, end - now);
  }

  /** Puts messages of the log where they belong; those that are drafts of this page take the drafts' places. */
  #take(messages: readonly Message[]): void {
    let { entries, drafts } = this.state.get();
    const incoming = messages.map((message) => {
      // Ids are the senders' own: somebody else's may be the same.
      const draft = message.sender.id === this.#me.id ? drafts.find(({ key }) => key === message.id) : undefined;
      if (draft) drafts = without(drafts, draft.key);
      return entryOf(message, draft?.key);
    });
    entries = merge(entries, incoming);
    this.#update({ entries, drafts });
    this.#meet(messages.map(({ sender }) => sender));
  }

  /** Lets go of the oldest entries when there are too many. */
  #forgetOldest(): void {
    const { entries } = this.state.get();
    if (entries.length > MAX_KEPT) this.#update({ entries: entries.slice(-MAX_KEPT), hasOlder: true });
  }

  #listenAgain(): void {
    this.#quiet = setTimeout(() => { this.#update({ isQuiet: false }); }, QUIET_AFTER_LOADING);
  }

  async #deliver(draft: Draft): Promise<void> {
    try {
      const connection = this.#connection();
      if (!connection) throw new Error('There is no connection.');
      const { seq, at } = await connection.send(this.channel, draft.content, draft.key);
      this.#take([{ channel: this.channel, seq, id: draft.key, sender: this.#me, content: draft.content, at }]);
    } catch (error) {
      this.#update({ drafts: failed(this.state.get().drafts, draft.key, messageProblem(error)) });
    }
  }

  #update(change: Partial<ConversationState>): void {
    this.state.set({ ...this.state.get(), ...change });
  }
}

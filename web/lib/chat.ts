// The conversation of one signed-in user: what is shown, what is being sent, and what the connection is doing.
import { type Connection, type ConnectionStatus, type Message, newId, type Sender } from '@carillon/client';
import { Store } from './store.ts';
import { type Draft, type Entry, entryOf, failed, MAX_KEPT, merge, without } from './timeline.ts';
import { historyProblem, messageProblem } from './words.ts';

/** The one channel that everybody signed in reads and writes. */
const CHANNEL = 'all';
/** How long what was just loaded is kept from being read aloud as news, in milliseconds. */
const QUIET_AFTER_LOADING = 500;

export type ChatConnection = Pick<Connection, 'status' | 'on' | 'start' | 'close' | 'wake' | 'send' | 'history'>;

export interface ChatState {
  readonly status: ConnectionStatus;
  readonly entries: readonly Entry[];
  readonly drafts: readonly Draft[];
  /** Whether what was there before this page has been read. */
  readonly isLoaded: boolean;
  readonly isLoading: boolean;
  /** Messages arrive that are no news. */
  readonly isQuiet: boolean;
  /** Whether there may be older messages than those shown. */
  readonly hasOlder: boolean;
  /** How many messages others have sent since the page was opened. */
  readonly received: number;
  /** What went wrong, in words. */
  readonly problem: string | undefined;
}

const EMPTY: ChatState = {
  status: { state: 'idle' }, entries: [], drafts: [], isLoaded: false, isLoading: false, isQuiet: true, hasOlder: false, received: 0,
  problem: undefined,
};

export class Chat {
  readonly state = new Store<ChatState>(EMPTY);
  readonly #me: Sender;
  readonly #connect: () => ChatConnection;
  readonly #onSignedOut: (reason: 'not_signed_in' | 'signed_out') => void;
  #connection: ChatConnection | undefined;
  #quiet: ReturnType<typeof setTimeout> | undefined;

  constructor(options: {
    me: Sender;
    connect: () => ChatConnection;
    onSignedOut: (reason: 'not_signed_in' | 'signed_out') => void;
  }) {
    this.#me = options.me;
    this.#connect = options.connect;
    this.#onSignedOut = options.onSignedOut;
  }

  /** Connects; the answer closes the connection. */
  open(): () => void {
    const connection = this.#connect();
    this.#connection = connection;
    connection.on('status', (status) => { this.#changed(status); });
    connection.on('message', (message) => { this.#arrived(message); });
    connection.start();
    return () => {
      clearTimeout(this.#quiet);
      this.#connection = undefined;
      connection.close();
    };
  }

  /** The page is looked at again, or the network is back. */
  readonly wake = (): void => {
    this.#connection?.wake();
  };

  readonly send = (text: string): void => {
    const draft: Draft = { key: newId(), sender: this.#me, content: text, at: Date.now() };
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

  /** Reads the page of messages before the oldest one shown. */
  readonly loadOlder = async (): Promise<void> => {
    const connection = this.#connection;
    const { isLoading, entries } = this.state.get();
    if (!connection || isLoading) return;
    clearTimeout(this.#quiet);
    this.#update({ isLoading: true, isQuiet: true });
    try {
      const oldest = entries[0];
      const page = await connection.history(CHANNEL, oldest ? { before: oldest.seq } : {});
      this.#take(page.entries);
      this.#update({ hasOlder: page.more, isLoaded: true });
    } catch (error) {
      // With the button there, the reader can try again.
      if (connection === this.#connection) this.#update({ hasOlder: true, problem: historyProblem(error) });
    } finally {
      this.#update({ isLoading: false });
      if (connection === this.#connection) this.#listenAgain();
    }
  };

  /** Shows a sentence until it is dismissed. */
  report(problem: string): void {
    this.#update({ problem });
  }

  readonly dismiss = (): void => {
    this.#update({ problem: undefined });
  };

  #changed(status: ConnectionStatus): void {
    this.#update({ status });
    if (status.state === 'signed-out') this.#onSignedOut(status.reason);
    if (status.state === 'open' && !this.state.get().isLoaded) void this.loadOlder();
  }

  #arrived(message: Message): void {
    if (message.channel !== CHANNEL) return;
    const { entries, isLoaded } = this.state.get();
    this.#take([message]);
    const isNew = this.state.get().entries !== entries;
    this.#forget();
    if (isLoaded && isNew && message.sender.id !== this.#me.id) this.#update({ received: this.state.get().received + 1 });
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
  }

  /** Lets go of the oldest entries when there are too many. */
  #forget(): void {
    const { entries } = this.state.get();
    if (entries.length > MAX_KEPT) this.#update({ entries: entries.slice(-MAX_KEPT), hasOlder: true });
  }

  #listenAgain(): void {
    this.#quiet = setTimeout(() => { this.#update({ isQuiet: false }); }, QUIET_AFTER_LOADING);
  }

  async #deliver(draft: Draft): Promise<void> {
    try {
      if (!this.#connection) throw new Error('There is no connection.');
      const { seq, at } = await this.#connection.send(CHANNEL, draft.content, draft.key);
      this.#take([{ channel: CHANNEL, seq, id: draft.key, sender: this.#me, content: draft.content, at }]);
    } catch (error) {
      this.#update({ drafts: failed(this.state.get().drafts, draft.key, messageProblem(error)) });
    }
  }

  #update(change: Partial<ChatState>): void {
    this.state.set({ ...this.state.get(), ...change });
  }
}

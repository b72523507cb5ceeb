// A connection in a world of its own: manual clock, fake session, model of the server.
import { GRACE_MS } from '../../src/channel.ts';
import { Connection, type ConnectionOptions } from '../../src/connection.ts';
import { CarillonError } from '../../src/errors.ts';
import type { ConnectionEvents } from '../../src/events.ts';
import type { Joined, Message, PresenceChange, Reload, Signal } from '../../src/model.ts';
import type { Json } from '../../src/protocol.ts';
import type { ConnectionStatus } from '../../src/status.ts';
import { ManualClock } from './clock.ts';
import { LATENCY_MS } from './faults.ts';
import { Server } from './server.ts';
import { FakeSession } from './session.ts';

/** Enough for a handshake, and for three questions and their answers after each other. */
export const SOON_MS = 10 * LATENCY_MS;

/** How long the harness's connection lets what is missing come by itself, in milliseconds: its random() is 0.5. */
export const PATIENCE_MS = 1.5 * GRACE_MS;

export class Harness {
  readonly clock = new ManualClock();
  readonly session = new FakeSession(this.clock, 'alice');
  readonly server = new Server(this.clock);
  readonly connection: Connection;
  readonly states: ConnectionStatus['state'][] = [];
  readonly messages: Message[] = [];
  readonly reloads: Reload[] = [];
  readonly joined: Joined[] = [];
  readonly refused: ConnectionEvents['refused'][] = [];
  readonly changes: PresenceChange[] = [];
  readonly signals: Signal[] = [];
  readonly errors: CarillonError[] = [];

  constructor(options: Partial<ConnectionOptions> = {}) {
    this.connection = new Connection({
      url: 'wss://chat.example.com/ws',
      session: this.session,
      socket: this.server.connect(this.session),
      clock: this.clock,
      random: () => 0.5,
      ...options,
    });
    this.connection.on('status', ({ state }) => this.states.push(state));
    this.connection.on('message', (message) => this.messages.push(message));
    this.connection.on('reload', (reload) => this.reloads.push(reload));
    this.connection.on('joined', (joined) => this.joined.push(joined));
    this.connection.on('refused', (refused) => this.refused.push(refused));
    this.connection.on('presence', (change) => this.changes.push(change));
    this.connection.on('signal', (signal) => this.signals.push(signal));
    this.connection.on('error', (error) => this.errors.push(error));
  }

  /** Started, open, and caught up. */
  static async open(options: Partial<ConnectionOptions> = {}): Promise<Harness> {
    const harness = new Harness(options);
    harness.connection.start();
    await harness.soon();
    return harness;
  }

  get state(): ConnectionStatus['state'] {
    return this.connection.status.state;
  }

  /** What came in `all`, in the order it came. */
  get contents(): Json[] {
    return this.contentsOf('all');
  }

  contentsOf(channel: string): Json[] {
    return this.messages.filter((message) => message.channel === channel).map(({ content }) => content);
  }

  soon(): Promise<void> {
    return this.clock.advance(SOON_MS);
  }
}

/** What a promise came to, without waiting for it: undefined while it is open. */
export function outcome<T>(promise: Promise<T>): { value?: T; error?: unknown } {
  const result: { value?: T; error?: unknown } = {};
  promise.then(
    (value) => {
      result.value = value;
    },
    (error: unknown) => {
      result.error = error;
    },
  );
  return result;
}

export function codeOf(error: unknown): string | undefined {
  return error instanceof CarillonError ? error.code : undefined;
}

/** The numbers from `first` to `last`. */
export function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, n) => first + n);
}

// A connection in a world of its own: manual clock, fake session, model of the server.
import { Connection, type ConnectionOptions } from '../../src/connection.ts';
import type { CarillonError } from '../../src/errors.ts';
import type { Json, Message } from '../../src/protocol.ts';
import type { ConnectionStatus } from '../../src/status.ts';
import { LATENCY_MS, Server } from './server.ts';
import { FakeSession } from './session.ts';
import { ManualClock } from './clock.ts';

/** Enough for a handshake, and for a question and its answer on either of both channels. */
export const SOON_MS = 10 * LATENCY_MS;

export class Harness {
  readonly clock = new ManualClock();
  readonly session = new FakeSession(this.clock, 'alice');
  readonly server = new Server(this.clock);
  readonly connection: Connection;
  readonly states: ConnectionStatus['state'][] = [];
  readonly messages: Message[] = [];
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
    return this.messages.filter(({ channel }) => channel === 'all').map(({ content }) => content);
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

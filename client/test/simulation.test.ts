// Random worlds: pushes lost, doubled and overtaken, answers lost, sockets that die, a service that is away, pages that
// are closed and opened. What is acknowledged must come to every application once, in order, without gaps.
// `SEED=<number> vitest run simulation` repeats one.
import { describe, expect, it } from 'vitest';
import { Connection } from '../src/connection.ts';
import type { Ack, Message } from '../src/protocol.ts';
import { ManualClock } from './kit/clock.ts';
import { seeded } from './kit/random.ts';
import { Server } from './kit/server.ts';
import { FakeSession } from './kit/session.ts';

const RUNS = 40;
const STEPS = 120;
/** Long enough, in milliseconds, for every retry, backoff and renewal to come to rest. */
const REST_MS = 900_000;

class Client {
  readonly messages: Message[] = [];
  readonly acks: Ack[] = [];
  readonly failures: unknown[] = [];
  readonly connection: Connection;
  readonly session: FakeSession;
  readonly name: string;
  sent = 0;

  constructor(name: string, server: Server, clock: ManualClock, random: () => number) {
    this.name = name;
    this.session = new FakeSession(clock, name);
    this.session.tokenLifeMs = 60_000 + random() * 600_000;
    this.session.expiresAt = clock.now() + this.session.tokenLifeMs;
    this.connection = new Connection({
      url: 'wss://chat.example.com/ws',
      session: this.session,
      socket: server.connect(this.session),
      clock,
      random,
    });
    this.connection.on('message', (message) => this.messages.push(message));
    this.connection.start();
  }

  send(): void {
    this.sent += 1;
    this.connection.send('all', `${this.name} ${this.sent}`).then(
      (ack) => this.acks.push(ack),
      (error: unknown) => this.failures.push(error),
    );
  }
}

class World {
  readonly clock = new ManualClock();
  readonly server = new Server(this.clock);
  readonly clients: Client[];
  readonly #random: () => number;

  constructor(seed: number) {
    const random = seeded(seed);
    this.#random = random;
    this.server.faults = {
      random,
      losePush: random() * 0.3,
      doublePush: random() * 0.3,
      loseAnswer: random() * 0.2,
      unavailable: random() * 0.2,
      gateway: random() * 0.1,
      maxDelayMs: 1 + random() * 3_000,
    };
    this.clients = ['alice', 'bob', 'carol'].map((name) => new Client(name, this.server, this.clock, random));
  }

  async run(): Promise<void> {
    for (let step = 0; step < STEPS; step += 1) {
      this.#step();
      await this.clock.advance(this.#random() ** 4 * 60_000);
    }
    this.#calm();
    await this.clock.advance(REST_MS);
  }

  #step(): void {
    const client = this.#pick(this.clients);
    const socket = this.#pick(this.server.sockets);
    this.#pick([
      () => {
        client?.send();
      },
      () => {
        client?.send();
        client?.send();
      },
      () => this.server.publish('all', 'by the back end'),
      () => this.server.publish(`user:${client?.name ?? ''}`, 'by the back end'),
      () => {
        socket?.die(this.#pick([1001, 1006, 1008, 1012]));
      },
      () => {
        client?.connection.wake();
      },
      () => {
        client?.connection.history('all', { limit: 3 }).catch(() => undefined);
      },
      () => {
        this.server.accepting = this.#random() < 0.7;
      },
      () => {
        if (client !== undefined) {
          client.session.reachable = this.#random() < 0.7;
        }
      },
    ])?.();
  }

  #calm(): void {
    this.server.faults = undefined;
    this.server.accepting = true;
    for (const { session } of this.clients) {
      session.reachable = true;
    }
  }

  #pick<T>(items: readonly T[]): T | undefined {
    return items[Math.floor(this.#random() * items.length)];
  }
}

/** What a client has of a channel, from its first message on, is what the server has. */
function expectComplete({ messages }: Client, log: readonly Message[]): void {
  const [first] = messages;
  expect(messages).toEqual(first === undefined ? [] : log.filter(({ seq }) => seq >= first.seq));
  expect(messages.at(-1)?.seq).toBe(log.at(-1)?.seq);
}

function check({ clients, server }: World): void {
  const all = server.log('all');
  for (const client of clients) {
    const of = (channel: string): Client =>
      Object.assign(Object.create(client) as Client, {
        messages: client.messages.filter((message) => message.channel === channel),
      });
    expectComplete(of('all'), all);
    expectComplete(of(`user:${client.name}`), server.log(`user:${client.name}`));
    // Every message was acknowledged, is there once, and in the order it was sent.
    expect(client.failures).toEqual([]);
    expect(client.acks).toHaveLength(client.sent);
    const own = all.filter(({ sender }) => sender.id === client.name);
    expect(own.map(({ content }) => content)).toEqual(own.map((_, n) => `${client.name} ${n + 1}`));
    expect(own).toHaveLength(client.sent);
    expect(own.map(({ seq }) => seq)).toEqual(client.acks.map(({ seq }) => seq));
    expect(client.connection.status.state).toBe('open');
  }
  expect(server.open).toHaveLength(clients.length);
}

describe('in a random world', () => {
  const given = Number(process.env['SEED']);
  const base = given || Date.now() % 1_000_000_000;
  it.each(Array.from({ length: given ? 1 : RUNS }, (_, n) => base + n))('nothing is lost, doubled or misplaced: SEED=%d', async (seed) => {
    const world = new World(seed);
    await world.run();
    check(world);
    for (const { connection } of world.clients) {
      connection.close();
    }
    expect(world.clock.timers).toBe(0);
  }, 60_000);
});

// Random worlds: pushes lost, doubled and overtaken, answers lost, sockets that die, a service that is away, pages that
// are closed and opened. What is acknowledged must come to every application once, in order, without gaps.
// `SEED=<number> vitest run simulation` repeats one.
import { describe, expect, it } from 'vitest';
import { Connection } from '../src/connection.ts';
import type { Ack, Message } from '../src/protocol.ts';
import { CountedClock, ManualClock } from './kit/clock.ts';
import { seeded } from './kit/random.ts';
import { Server } from './kit/server.ts';
import { FakeSession } from './kit/session.ts';

const RUNS = 40;
const STEPS = 120;
/** Long enough, in milliseconds, for every retry, backoff and renewal to come to rest. */
const REST_MS = 900_000;
/** Of the tokens that stormy worlds know, in milliseconds; the longest ends before the rest does. */
const TOKEN_LIFE_MS = { least: 60_000, most: 660_000 };
const CALM_TOKEN_LIFE_MS = 86_400_000;

class Client {
  readonly messages: Message[] = [];
  readonly acks: Ack[] = [];
  readonly failures: unknown[] = [];
  readonly connection: Connection;
  readonly session: FakeSession;
  readonly name: string;
  /** Its own timers alone: the model of the server has some under way at any moment. */
  readonly clock: CountedClock;
  sent = 0;

  constructor(name: string, server: Server, clock: ManualClock, random: () => number) {
    this.name = name;
    this.clock = new CountedClock(clock);
    this.session = new FakeSession(clock, name);
    this.session.tokenLifeMs = TOKEN_LIFE_MS.least + random() * (TOKEN_LIFE_MS.most - TOKEN_LIFE_MS.least);
    this.session.expiresAt = clock.now() + this.session.tokenLifeMs;
    this.connection = new Connection({
      url: 'wss://chat.example.com/ws',
      session: this.session,
      socket: server.connect(this.session),
      clock: this.clock,
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
      // The last renewal is over before the world is looked at: during one a client rightly has two sockets.
      session.tokenLifeMs = CALM_TOKEN_LIFE_MS;
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
    for (const { connection, clock } of world.clients) {
      expect(clock.timers).toBeGreaterThan(0);
      connection.close();
      expect(clock.timers).toBe(0);
    }
  }, 60_000);
});

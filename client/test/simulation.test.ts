// Random worlds: pushes lost, doubled and overtaken, answers lost, doubled and late, functions at work side by side,
// sockets that die, a service that is away, pages that sleep, rooms that are joined and left, messages that are kept no
// more. Everybody must have everything of their channels once and in order, or be told to reload.
// `SEED=<number> vitest run simulation` repeats one.
import { describe, expect, it } from 'vitest';
import { directChannel } from '../src/names.ts';
import { ManualClock } from './kit/clock.ts';
import { Faults } from './kit/faults.ts';
import { seeded } from './kit/random.ts';
import { Server } from './kit/server.ts';
import type { FakeSocket } from './kit/socket.ts';
import { Subscriber } from './kit/subscriber.ts';

const RUNS = 60;
const STEPS = 300;
/** Long enough, in milliseconds, for every request that is under way to be answered or given up, and asked again. */
const LULL_MS = 100_000;
/** Long enough, in milliseconds, for every retry, backoff, heartbeat and renewal to come to rest. */
const REST_MS = 900_000;
const CALM_TOKEN_LIFE_MS = 86_400_000;
const NAMES = ['alice', 'bob', 'carol'];
const ROOMS = ['room:a', 'room:b'];

class World {
  readonly clock = new ManualClock();
  readonly server = new Server(this.clock);
  readonly people: Subscriber[];
  readonly #random: () => number;
  /** Whether connections are cut: each begins anew, which hides what became of the one before. */
  readonly #isWild: boolean;

  constructor(seed: number) {
    const random = seeded(seed);
    this.#random = random;
    this.#isWild = random() < 0.6;
    this.server.pageSize = 1 + Math.floor(random() * 10);
    const odds = {
      losePush: random() * 0.3,
      doublePush: random() * 0.3,
      loseAnswer: random() * 0.3,
      doubleAnswer: random() * 0.2,
      unavailable: random() * 0.2,
      gateway: random() * 0.1,
      slow: random() * 0.3,
    };
    this.server.faults = new Faults(odds, random, 1 + random() * 3_000);
    this.people = NAMES.map((name) => new Subscriber(name, this.server, this.clock, random));
  }

  async run(): Promise<void> {
    for (let step = 0; step < STEPS; step += 1) {
      this.#step();
      await this.clock.advance(this.#random() ** 6 * 60_000);
    }
    this.#calm();
    await this.clock.advance(LULL_MS);
    this.checkMembers();
    await this.clock.advance(REST_MS);
    this.checkMembers();
  }

  /** Everybody's connection is a member of what they want, and of nothing else. */
  checkMembers(): void {
    for (const { name, rooms } of this.people) {
      const channels = this.server.open.findLast(({ user }) => user === name)?.channels.keys();
      expect([name, ...[...(channels ?? [])].sort()]).toEqual([name, ...['all', ...rooms, `user:${name}`].sort()]);
    }
  }

  #step(): void {
    const one = this.#pick(this.people);
    const other = this.#pick(this.people.filter((person) => person !== one));
    const room = this.#pick(ROOMS);
    const socket = this.#pick<FakeSocket | undefined>(this.server.open);
    const direct = directChannel(one.name, other.name);
    this.#pick<() => void>([...this.#deeds(one, room, direct), ...(this.#isWild ? this.#blows(one, socket) : [])])();
  }

  #deeds(one: Subscriber, room: string, direct: string): (() => void)[] {
    return [
      () => {
        one.send('all');
      },
      () => {
        const channel = this.#pick([...one.rooms, direct]);
        one.send(channel);
        one.send(channel);
      },
      () => this.server.publish(this.#pick(['all', room, direct, `user:${one.name}`]), 'by the back end'),
      () => {
        one.join(room);
      },
      () => {
        this.#leave(one, room);
      },
      () => {
        this.#flip(one, room);
      },
      () => {
        one.connection.signal(room, 'typing');
        this.server.tell(room, { joined: one.name });
      },
      () => {
        one.connection.wake();
      },
      () => {
        one.connection.history('all', { limit: 3 }).catch(() => undefined);
      },
      () => {
        this.server.log(this.#pick(['all', room, direct])).forget(1 + Math.floor(this.#random() * 20));
      },
    ];
  }

  #blows(one: Subscriber, socket: FakeSocket | undefined): (() => void)[] {
    return [
      () => {
        socket?.die(this.#pick([1001, 1006, 1008, 1012]));
      },
      () => {
        socket?.deliver({ type: 'closing', reason: this.#pick(['server', 'token_expired', 'replaced']), retry: this.#pick([0, 3_000]) });
      },
      () => {
        this.server.accepting = this.#random() < 0.7;
      },
      () => {
        one.session.reachable = this.#random() < 0.7;
      },
    ];
  }

  /** Not while a message waits there: it would be refused, and rightly. */
  #leave(one: Subscriber, room: string): void {
    const waiting = (one.sent.get(room) ?? 0) - one.acks.filter(({ channel }) => channel === room).length;
    if (waiting === 0) {
      one.leave(room);
    }
  }

  #flip(one: Subscriber, room: string): void {
    for (let n = 0; n < 3; n += 1) {
      this.clock.after(this.#random() * 12_000, () => {
        if (one.rooms.has(room)) {
          this.#leave(one, room);
        } else {
          one.join(room);
        }
      });
    }
  }

  #calm(): void {
    this.server.faults = new Faults();
    this.server.accepting = true;
    for (const { session } of this.people) {
      session.reachable = true;
      // The last renewal is over before the world is looked at: during one a client rightly has two sockets.
      session.tokenLifeMs = CALM_TOKEN_LIFE_MS;
    }
  }

  #pick<T>(items: readonly T[]): T {
    return items[Math.floor(this.#random() * items.length)] as T;
  }
}

function check({ people, server }: World): void {
  for (const one of people) {
    expect(one.complaints).toEqual([]);
    expect(one.failures).toEqual([]);
    const direct = NAMES.filter((name) => name !== one.name).map((name) => directChannel(one.name, name));
    // Nothing is missing at the end of any channel.
    for (const channel of ['all', `user:${one.name}`, ...one.rooms, ...direct]) {
      expect([channel, one.cursors.get(channel) ?? 0]).toEqual([channel, server.log(channel).head]);
    }
    expectSent(one, server);
    expect(one.connection.status.state).toBe('open');
  }
  expect(server.open.map(({ user }) => user).sort()).toEqual(NAMES);
  expect(server.overtakings).toEqual([]);
}

/** Every message was acknowledged, is there once, and in the order it was sent. */
function expectSent(one: Subscriber, server: Server): void {
  for (const [channel, count] of one.sent) {
    const own = server.log(channel).all.filter(({ sender, id }) => sender.id === one.name && id !== undefined);
    expect(own.map(({ content }) => content)).toEqual(own.map((_, n) => `${one.name} ${n + 1}`));
    expect(own).toHaveLength(count);
    const acks = one.acks.filter((ack) => ack.channel === channel);
    expect(own.map(({ seq }) => seq)).toEqual(acks.map(({ seq }) => seq));
  }
}

describe('in a random world', () => {
  const given = Number(process.env['SEED']);
  const base = given || Date.now() % 1_000_000_000;
  it.each(Array.from({ length: given ? 1 : RUNS }, (_, n) => base + n))('nothing is lost, doubled or misplaced: SEED=%d', async (seed) => {
    const world = new World(seed);
    await world.run();
    check(world);
    for (const { connection, clock } of world.people) {
      expect(clock.timers).toBeGreaterThan(0);
      connection.close();
      expect(clock.timers).toBe(0);
    }
  }, 60_000);

  it('all that may happen does', async () => {
    const worlds = Array.from({ length: 5 }, (_, n) => new World(n + 1));
    for (const world of worlds) {
      await world.run();
    }
    const people = worlds.flatMap((world) => world.people);
    const sum = (count: (one: Subscriber) => number): number => people.reduce((total, one) => total + count(one), 0);
    expect(sum(({ received }) => received)).toBeGreaterThan(500);
    expect(sum(({ reloads }) => reloads)).toBeGreaterThan(3);
    expect(sum(({ acks }) => acks.length)).toBeGreaterThan(100);
    const sockets = worlds.flatMap(({ server }) => server.sockets);
    expect(sockets.flatMap((socket) => socket.sent('unsubscribe')).length).toBeGreaterThan(50);
    expect(sockets.filter(({ replaces }) => replaces !== null).length).toBeGreaterThan(20);
  }, 60_000);
});

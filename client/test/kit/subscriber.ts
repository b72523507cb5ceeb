// An application in a random world, that checks at once what it is told: of each channel every message once and in
// order, from where it joined or was told to reload, and nothing of what it has left.
import { Connection } from '../../src/connection.ts';
import type { Ack, Message, Reload } from '../../src/model.ts';
import { kindOf } from '../../src/names.ts';
import { CountedClock, type ManualClock } from './clock.ts';
import type { Server } from './server.ts';
import { FakeSession } from './session.ts';

/** Of the tokens that stormy worlds know, in milliseconds; the longest ends before the rest does. */
const TOKEN_LIFE_MS = { least: 60_000, most: 660_000 };
/** So that heartbeats come often enough in the time a world lasts, in milliseconds. */

export class Subscriber {
  readonly name: string;
  /** Its own timers alone: the model of the server has some under way at any moment. */
  readonly clock: CountedClock;
  readonly session: FakeSession;
  readonly connection: Connection;
  /** The last number it has of each channel that it is in. */
  readonly cursors = new Map<string, number>();
  /** What it was told that it should not have been. */
  readonly complaints: string[] = [];
  readonly acks: Ack[] = [];
  readonly failures: unknown[] = [];
  readonly sent = new Map<string, number>();
  readonly rooms = new Set<string>();
  received = 0;
  reloads = 0;
  readonly #server: Server;

  constructor(name: string, server: Server, clock: ManualClock, random: () => number) {
    this.name = name;
    this.#server = server;
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
    this.#listen();
    this.connection.start();
  }

  send(channel: string): void {
    const n = (this.sent.get(channel) ?? 0) + 1;
    this.sent.set(channel, n);
    this.connection.send(channel, `${this.name} ${n}`).then(
      (ack) => this.acks.push(ack),
      (error: unknown) => this.failures.push(error),
    );
  }

  join(room: string): void {
    if (!this.rooms.has(room)) {
      this.rooms.add(room);
      this.connection.join(room, { presence: true });
    }
  }

  leave(room: string): void {
    if (this.rooms.delete(room)) {
      this.connection.leave(room);
      this.cursors.delete(room);
    }
  }

  #listen(): void {
    const { connection } = this;
    connection.on('joined', ({ channel, head }) => {
      this.#hears(channel, 'joined');
      if (!this.cursors.has(channel) && kindOf(channel) !== 'dm') {
        this.cursors.set(channel, head);
      }
    });
    connection.on('message', (message) => {
      this.#message(message);
    });
    connection.on('reload', (reload) => {
      this.#hears(reload.channel, 'reload');
      this.#reload(reload);
    });
    connection.on('presence', ({ channel }) => {
      this.#hears(channel, 'presence');
    });
    connection.on('signal', ({ channel }) => {
      this.#hears(channel, 'signal');
    });
    connection.on('refused', ({ channel }) => this.complaints.push(`refused ${channel}`));
    connection.on('error', ({ code }) => {
      // Of a signal, which has no other answer.
      if (code !== 'unavailable') {
        this.complaints.push(`error ${code}`);
      }
    });
  }

  #message({ channel, seq, content, sender }: Message): void {
    this.#hears(channel, 'message');
    this.received += 1;
    const log = this.#server.log(channel);
    const cursor = this.cursors.get(channel);
    const following = this.#following(channel, cursor);
    if (following !== seq) {
      this.complaints.push(`${channel} gave ${seq} after ${cursor ?? 'nothing'}, and not ${following ?? 'nothing'}`);
    }
    const entry = log.all.find((one) => one.seq === seq);
    if (entry?.content !== content || entry.sender.id !== sender.id) {
      this.complaints.push(`${channel} gave another ${seq}`);
    }
    this.cursors.set(channel, seq);
  }

  /** A reload is right only if the message that would follow was kept no more. */
  #reload({ channel, entries, cursor }: Reload): void {
    this.reloads += 1;
    const following = this.#following(channel, this.cursors.get(channel));
    const { kept, head } = this.#server.log(channel);
    const oldest = kept[0]?.seq ?? head + 1;
    if (following === undefined || oldest <= following) {
      this.complaints.push(`${channel} is to be reloaded, though ${following ?? 'everything'} is there`);
    }
    const numbers = entries.map(({ seq }) => seq);
    if (numbers.some((seq, n) => n > 0 && seq !== (numbers[n - 1] ?? 0) + 1)) {
      this.complaints.push(`${channel} was reloaded with gaps`);
    }
    if ((numbers[0] ?? cursor + 1) > oldest) {
      this.complaints.push(`${channel} was reloaded without ${oldest}`);
    }
    this.cursors.set(channel, cursor);
  }

  #following(channel: string, cursor: number | undefined): number | undefined {
    return cursor === undefined || cursor === 0 ? this.#server.log(channel).all[0]?.seq : cursor + 1;
  }

  #hears(channel: string, what: string): void {
    if (kindOf(channel) === 'room' && !this.rooms.has(channel)) {
      this.complaints.push(`a ${what} of ${channel} came after it was left`);
    }
  }
}

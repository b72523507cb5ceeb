// Messages on their way, one at a time in each channel: API Gateway runs a connection's frames side by side, so only
// the acknowledgement of the one before keeps their order.
import { CarillonError } from './errors.ts';
import type { Ack } from './model.ts';

/** How many messages may wait, in all channels: at most 2.4 MB of content. */
export const MAX_WAITING = 100;

/** A message that can be handed over any number of times, and is published once. */
export interface Letter {
  readonly id: string;
  readonly recipient: string;
  /** Hands it over; resolves when it is in the channel's log. */
  readonly deliver: () => Promise<Ack>;
}

interface Waiting {
  readonly letter: Letter;
  readonly resolve: (ack: Ack) => void;
  readonly reject: (error: unknown) => void;
}

export class Outbox {
  /** The first of each queue is under way. */
  readonly #queues = new Map<string, Waiting[]>();

  send(letter: Letter): Promise<Ack> {
    const all = [...this.#queues.values()].flat();
    if (all.length >= MAX_WAITING) {
      return refuse('outbox_full', `At most ${MAX_WAITING} messages may wait to be sent; wait for one of them.`);
    }
    if (all.some((waiting) => waiting.letter.id === letter.id)) {
      return refuse('conflict', 'A message with this id is waiting to be sent; take a new id.');
    }
    return new Promise((resolve, reject) => {
      const waiting = { letter, resolve, reject };
      const queue = this.#queues.get(letter.recipient);
      if (queue === undefined) {
        this.#queues.set(letter.recipient, [waiting]);
        this.#deliver(waiting);
      } else {
        queue.push(waiting);
      }
    });
  }

  /** Rejects what has not been handed over yet, and forgets what has. */
  clear(error: CarillonError): void {
    const queues = [...this.#queues.values()];
    this.#queues.clear();
    for (const waiting of queues.flatMap((queue) => queue.slice(1))) {
      waiting.reject(error);
    }
  }

  #deliver({ letter, resolve, reject }: Waiting): void {
    void letter.deliver().then(resolve, reject).finally(() => {
      this.#next(letter);
    });
  }

  #next({ id, recipient }: Letter): void {
    const queue = this.#queues.get(recipient);
    if (queue?.[0]?.letter.id !== id) {
      return;
    }
    queue.shift();
    const first = queue.at(0);
    if (first === undefined) {
      this.#queues.delete(recipient);
    } else {
      this.#deliver(first);
    }
  }
}

function refuse(code: 'outbox_full' | 'conflict', message: string): Promise<never> {
  return Promise.reject(new CarillonError(code, message));
}

// Listeners by event. One that throws is reported like any uncaught error, and neither stops the others nor us.

interface Entry<T> {
  readonly listener: (value: T) => void;
}

export class Emitter<Events> {
  readonly #entries: { [E in keyof Events]?: Set<Entry<Events[E]>> } = {};

  on<E extends keyof Events>(event: E, listener: (value: Events[E]) => void): () => void {
    const entry: Entry<Events[E]> = { listener };
    const entries = (this.#entries[event] ??= new Set());
    entries.add(entry);
    return () => {
      entries.delete(entry);
    };
  }

  emit<E extends keyof Events>(event: E, value: Events[E]): void {
    for (const { listener } of [...(this.#entries[event] ?? [])]) {
      try {
        listener(value);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}

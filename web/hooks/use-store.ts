// A store's value in a component, kept current.
import { useSyncExternalStore } from 'react';
import type { Store } from '../lib/store.ts';

export function useStore<T>(store: Store<T>): T {
  return useSyncExternalStore(store.subscribe, store.get, store.get);
}

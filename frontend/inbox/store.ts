import { useEffect, useState } from "preact/hooks";

/** A value that can be watched. Several changes before the next frame are drawn once. */
export class Store<Value extends object> {
  readonly #watchers = new Set<() => void>();

  constructor(public value: Value) {}

  set(patch: Partial<Value>): void {
    this.value = { ...this.value, ...patch };
    for (const watcher of this.#watchers) watcher();
  }

  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }
}

export function useStore<Value extends object>(store: Store<Value>): Value {
  const [value, show] = useState(store.value);
  useEffect(() => {
    show(store.value);
    return store.watch(() => show(store.value));
  }, [store]);
  return value;
}

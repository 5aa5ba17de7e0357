// Handles of adapters at hand: making one compiles kernels or loads a model, which takes longer than most tests.

/** Handles by name. */
export interface Shelf<T> {
  /** The handle of that name, made when there is none; what was not asked for the longest is released. */
  take(name: string, make: () => Promise<T>): Promise<T>;
  /** Releases one, if it is there. */
  remove(name: string): Promise<void>;
  /** Releases all. */
  clear(): Promise<void>;
}

/** An empty shelf for so many handles. @param release Ends one of them. */
export function createShelf<T>(size: number, release: (handle: T) => Promise<void>): Shelf<T> {
  const handles = new Map<string, T>();
  const shelf: Shelf<T> = {
    take: async (name, make) => {
      const handle = handles.get(name) ?? (await make());
      // Behind all others.
      handles.delete(name);
      handles.set(name, handle);
      const [oldest] = handles.keys();
      if (handles.size > size) await shelf.remove(oldest);
      return handle;
    },
    remove: async (name) => {
      const handle = handles.get(name);
      handles.delete(name);
      if (handle !== undefined) await release(handle);
    },
    clear: async () => {
      for (const name of [...handles.keys()]) await shelf.remove(name);
    },
  };
  return shelf;
}

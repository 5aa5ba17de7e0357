// What the bench and a process that runs one path, or one side of a task, say to each other: one JSON message a line.

/** To the process. */
export type Request =
  /** Reads the case of a folder, runs it a few times and writes the gradient beside it, under a name. */
  | { readonly type: 'open'; readonly folder: string; readonly gradient: string; readonly patience: number }
  /** Of a task: makes what it works on, and does it until the patience (in milliseconds) is over, and once at least. */
  | { readonly type: 'prepare'; readonly patience: number }
  /** Runs the case, or does the task, and says how long it took. */
  | { readonly type: 'round'; readonly calls: number }
  /** Forgets the case. */
  | { readonly type: 'close' };

/** From the process. The first message comes unasked: `ready` or `unavailable`. */
export type Reply =
  | { readonly type: 'ready'; readonly environment: Readonly<Record<string, string>> }
  | { readonly type: 'unavailable'; readonly reason: string }
  | Opened
  | Prepared
  | { readonly type: 'timed'; readonly nanoseconds: number; readonly peakBytes?: number }
  | { readonly type: 'closed' }
  | { readonly type: 'failed'; readonly reason: string };

/** A case is ready for its rounds. */
interface Opened {
  readonly type: 'opened';
  readonly loss: number;
  /** What the gradient was written in. */
  readonly dtype: 'float32' | 'float64';
  /** Of the fastest call until now. */
  readonly nanoseconds: number;
  /** Growth of the peak since before the case was read, where that is known. */
  readonly peakBytes?: number;
}

/** A task is ready for its rounds. */
interface Prepared {
  readonly type: 'prepared';
  /** Of the first call. */
  readonly first: number;
  /** Of the fastest call until now. */
  readonly nanoseconds: number;
  /** What the first call came to, where sides of a task can be compared by it. */
  readonly value?: number;
}

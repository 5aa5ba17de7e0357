// What the bench and a process that runs one path say to each other: one JSON message a line.

/** To the process. */
export type Request =
  /** Reads the case of a folder, runs it a few times and writes the gradient beside it, under a name. */
  | { readonly type: 'open'; readonly folder: string; readonly gradient: string; readonly patience: number }
  /** Runs the case and says how long it took. */
  | { readonly type: 'round'; readonly calls: number }
  /** Forgets the case. */
  | { readonly type: 'close' };

/** From the process. The first message comes unasked: `ready` or `unavailable`. */
export type Reply =
  | { readonly type: 'ready'; readonly environment: Readonly<Record<string, string>> }
  | { readonly type: 'unavailable'; readonly reason: string }
  | Opened
  | { readonly type: 'timed'; readonly nanoseconds: number }
  | { readonly type: 'closed' }
  | { readonly type: 'failed'; readonly reason: string };

/** A case is ready for its rounds. */
export interface Opened {
  readonly type: 'opened';
  readonly loss: number;
  /** What the gradient was written in. */
  readonly dtype: 'float32' | 'float64';
  /** Of the fastest call until now. */
  readonly nanoseconds: number;
  /** Growth of the peak since before the case was read, where that is known. */
  readonly peakBytes?: number;
}

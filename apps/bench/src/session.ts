// A path at work with one batch after the other. Runs in a process and in a page alike.

import type { Inputs } from './inputs.ts';
import type { Opened, Outputs, Path } from './path.ts';

/** A path, wherever it runs. One batch at a time. */
export interface Session {
  /** What the path says of its engine. */
  readonly environment: Readonly<Record<string, string>>;
  /**
   * Takes a batch and runs it until the patience (in milliseconds) is over, and once at least.
   *
   * @returns Nanoseconds of the fastest run.
   */
  open(inputs: Inputs, patience: number): Promise<number>;
  /** Of the last run. */
  outputs(): Promise<Outputs>;
  /** Nanoseconds of some runs together. */
  round(calls: number): Promise<number>;
  /** Forgets the batch. */
  close(): Promise<void>;
  /** Ends what does not end by itself, or not cleanly, when the process does. */
  end?(): Promise<void>;
}

/** A path that lives where this is called. */
export function sessionOf(path: Path): Session {
  let opened: Opened | undefined;
  return {
    environment: path.environment,
    open: async (inputs, patience) => {
      opened = await path.open(inputs);
      return warmUp(opened, patience);
    },
    outputs: async () => opened!.outputs(),
    round: (calls) => time(opened!, calls),
    close: async () => {
      await opened?.close();
      opened = undefined;
    },
  };
}

async function warmUp(opened: Opened, patience: number): Promise<number> {
  const end = performance.now() + patience;
  let best = Number.POSITIVE_INFINITY;
  let calls = 0;
  do {
    best = Math.min(best, await time(opened, 1));
    calls++;
  } while (performance.now() < end && calls < 1000);
  return best;
}

async function time(opened: Opened, calls: number): Promise<number> {
  const start = performance.now();
  for (let k = 0; k < calls; k++) {
    const pending = opened.run();
    // Not every path waits: a turn of the event loop costs as much as a small batch.
    if (pending !== undefined) await pending;
  }
  return 1e6 * (performance.now() - start);
}

// What a path is: one way to get loss and gradient of a batch. The list is in paths.ts.

import type { Inputs } from './inputs.ts';

/** What one run gave. */
export interface Outputs {
  /** The mean over the rows. */
  readonly loss: number;
  /** ∂loss / ∂logits, `[rows * classes]`. */
  readonly gradient: Float32Array | Float64Array;
}

/** A path with a batch: everything that is done once a training run is done. */
export interface Opened {
  /** Loss and gradient once, from logits and labels: what is timed. */
  run(): void | Promise<void>;
  /** Of the last run. */
  outputs(): Outputs | Promise<Outputs>;
  /** Frees the batch. */
  close(): void | Promise<void>;
}

/** A path with its engine running. */
export interface Path {
  /** Versions, backend, device: whatever the report should say. */
  readonly environment: Readonly<Record<string, string>>;
  open(inputs: Inputs): Opened | Promise<Opened>;
}

/** What a file of ./paths exports. */
export interface PathModule {
  /** @throws {Unavailable} with a reason, when this machine lacks what the path needs. */
  createPath(options: PathOptions): Promise<Path>;
}

/**
 * What a path computes: the loss; the loss without a gate, for peers that have none; or, for yardsticks, the logits
 * themselves as a gradient, or their exponentials.
 */
export type Work = 'eql' | 'plain' | 'copy' | 'exp';

/** What the list hands to a file of ./paths. */
export interface PathOptions {
  readonly backend?: string;
  readonly threads: number;
  readonly work?: Work;
}

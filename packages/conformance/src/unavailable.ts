// How a target's factory says that this machine cannot run it.

/**
 * Thrown by `createTarget` when the machine lacks what the target needs (no GPU, engine not installed). The target is
 * then reported as unavailable with the reason, never as passed or failed.
 */
export class Unavailable extends Error {
  /** What the machine lacks, for reports. */
  readonly reason: string;

  constructor(reason: string) {
    super(reason);
    this.name = 'Unavailable';
    this.reason = reason;
  }
}

/** Tells {@link Unavailable} from other errors; by name, since a bundle may hold a second copy of the class. */
export function isUnavailable(error: unknown): error is Unavailable {
  return error instanceof Error && error.name === 'Unavailable' && 'reason' in error;
}

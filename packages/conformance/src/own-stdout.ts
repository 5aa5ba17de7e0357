// Standard output for one writer alone. Node only.

/** Standard output while nobody else can write to it. */
export interface OwnStdout {
  /** Writes to it, and waits until the text has been taken. A reader that is gone is no error. */
  write(text: string): Promise<void>;
  /** Gives it back to all. */
  release(): void;
}

/**
 * Takes standard output: `console` and everything else that writes to `process.stdout` goes to standard error from here
 * on. Native code that writes to file descriptor 1 cannot be redirected.
 */
export function ownStdout(): OwnStdout {
  const original = process.stdout.write;
  const write = original.bind(process.stdout);
  process.stdout.write = process.stderr.write.bind(process.stderr);
  return {
    write: (text) => new Promise((resolve) => write(text, () => resolve())),
    release() {
      process.stdout.write = original;
    },
  };
}

// Signals end a run at once, with their own exit code.

import { writeSync } from 'node:fs';

/**
 * Ends the process on SIGINT, SIGTERM and SIGHUP. Leaving by `process.exit` lets every started program be killed; reports
 * are renamed into place, never cut.
 *
 * @param words What is said on standard error.
 * @returns Takes the handlers away again.
 */
export function exitOnSignals(words: () => string): () => void {
  const codes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
  const handlers = Object.entries(codes).map(([signal, code]) => {
    const handler = () => {
      // At once: what is queued for a pipe would be lost.
      try {
        writeSync(process.stderr.fd, `\neqloss-conformance: ${words()}\n`);
      } finally {
        // Also when nobody reads it.
        process.exit(code);
      }
    };
    process.on(signal, handler);
    return () => process.off(signal, handler);
  });
  return () => {
    for (const remove of handlers) remove();
  };
}

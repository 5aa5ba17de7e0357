// How the commands of this workspace end when they are told to.

/**
 * Leaves at once, as a signal asks: what was started is bound to the end of this process.
 *
 * @param {() => void} [before] Says what did not happen.
 */
export function endOnSignals(before = () => {}) {
  for (const [signal, number] of Object.entries({ SIGINT: 2, SIGTERM: 15, SIGHUP: 1 })) {
    process.on(signal, () => {
      before();
      process.exit(128 + number);
    });
  }
}

// Keeps a process from ending amid the work of a worker: onnxruntime-node aborts the whole process, or crashes, when the
// thread that it computes in is stopped.

/** What a session and its worker tell each other. */
export type Leave = Int32Array;

/** What is used of Node's process. */
interface Process {
  on(event: 'exit', listener: () => void): void;
  off(event: 'exit', listener: () => void): void;
}

// Places in the flags.
const BUSY = 0;
const ENDING = 1;
/** How long a process that ends waits, in ms, for a worker that does not come to rest. */
const PATIENCE = 10_000;

/** Flags of a worker that is yet to be started. It is busy until it has loaded its runtime. */
export function createLeave(): Leave {
  const leave = new Int32Array(new SharedArrayBuffer(8));
  leave[BUSY] = 1;
  return leave;
}

/**
 * Has the end of this process wait until the worker rests.
 *
 * @returns Undoes that, for a worker that has ended.
 */
export function waitAtExit(leave: Leave): () => void {
  const { process } = globalThis as unknown as { process: Process };
  if (running.size === 0) process.on('exit', waitForAll);
  running.add(leave);
  return () => {
    running.delete(leave);
    if (running.size === 0) process.off('exit', waitForAll);
  };
}

// One listener for all workers: from the eleventh on, Node warns of a leak.
const running = new Set<Leave>();

function waitForAll(): void {
  for (const leave of running) Atomics.store(leave, ENDING, 1);
  for (const leave of running) Atomics.wait(leave, BUSY, 1, PATIENCE);
}

/** In the worker: it is at work from now on, and looks now and then whether the process {@link isEnding}. */
export function setBusy(leave: Leave): void {
  Atomics.store(leave, BUSY, 1);
}

/** In the worker: it may be stopped from now on. */
export function setAtRest(leave: Leave): void {
  Atomics.store(leave, BUSY, 0);
  Atomics.notify(leave, BUSY);
}

/** In the worker: whether the process is about to end, so that nobody waits for a result. */
export function isEnding(leave: Leave): boolean {
  return Atomics.load(leave, ENDING) === 1;
}

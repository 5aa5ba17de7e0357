// Long work in short slices, so that the page answers in between.

/** Milliseconds of work between two chances to answer: half a frame. */
const SLICE = 8;

/**
 * Runs a generator to its end, a slice at a time.
 *
 * @param work Yields the share that is done; each step must be short.
 * @param done Gets what the generator returns.
 * @param progress Called after each slice that was not the last.
 * @returns Stops the work; `done` is then not called.
 */
export function runInSlices<T>(
  work: Generator<number, T>,
  done: (result: T) => void,
  progress: (share: number) => void = () => {},
): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const slice = (): void => {
    const end = performance.now() + SLICE;
    let step = work.next();
    while (!step.done && performance.now() < end) step = work.next();
    if (step.done) done(step.value);
    else {
      timer = setTimeout(slice);
      progress(step.value);
    }
  };
  timer = setTimeout(slice);
  return () => clearTimeout(timer);
}

// Workers that share rows with the calling thread. Rows do not depend on each other, so any split gives the same bits.

import { EqlError } from '@eqloss/core';
import type { Arena } from './arena.ts';
import type { Module } from './webassembly.ts';
import { CONTROL, WORKER_SOURCE } from './worker.ts';

/** Workers, ready. */
export interface Pool {
  /** The calling thread and the workers. */
  readonly threads: number;
  /** Tells the workers of a memory. */
  add(arena: Arena): void;
  /** Lets them drop it. */
  forget(arena: Arena): void;
  /**
   * Runs all rows of the arena's job, and returns when all are finished.
   *
   * @throws {EqlError} `WORKER`: one has died, now or before
   */
  run(arena: Arena, form: 'sigmoid' | 'softmax', rows: number, columns: number): void;
  /** @throws {EqlError} `WORKER` when one has died. */
  check(): void;
  stop(): void;
}

/** Logits of a claim, about. */
const CLAIM = 8_192;
/** Milliseconds without an end, or without a start, after which a worker counts as dead. */
const PATIENCE = 10_000;

/** What is used of both kinds of worker. */
interface AnyWorker {
  postMessage(message: unknown): void;
  terminate(): unknown;
}

/**
 * Starts workers.
 *
 * @param threads How many threads in all, the calling one included.
 * @returns The pool, or in words why this platform has no shared memory or no workers for it.
 */
export async function startPool(module: Module, threads: number): Promise<Pool | string> {
  const reason = whyNoThreads();
  if (reason !== undefined) return reason;
  const control = new Int32Array(new SharedArrayBuffer(4 * (CONTROL.asleep + threads)));
  const workers: AnyWorker[] = [];
  let broken: string | undefined;
  const stop = () => {
    for (const worker of workers.splice(0)) worker.terminate();
  };
  try {
    const starts: Promise<void>[] = [];
    for (let index = 0; index < threads - 1; index++) {
      starts.push(
        new Promise((resolve, reject) => {
          const failed = (why: string) => {
            broken ??= why;
            reject(new Error(why));
          };
          const late = setTimeout(() => failed(`it did not start in ${PATIENCE / 1000} s`), PATIENCE);
          const worker = startWorker(() => {
            clearTimeout(late);
            resolve();
          }, failed);
          workers.push(worker);
          worker.postMessage({ module, control, index });
        }),
      );
    }
    await Promise.all(starts);
  } catch (error) {
    stop();
    return `no worker could be started: ${error instanceof Error ? error.message : error}`;
  }
  const check = () => {
    if (broken !== undefined) {
      throw new EqlError(
        'WORKER',
        `a worker of these kernels has ended: ${broken}. Dispose of them and create new ones.`,
      );
    }
  };
  let jobs = 0;
  return {
    threads,
    check,
    stop,
    add: (arena) => {
      const { id, memory, layout } = arena;
      for (const worker of workers) worker.postMessage({ arena: id, memory, constants: layout.constants });
    },
    forget: (arena) => {
      for (const worker of workers) worker.postMessage({ forget: arena.id });
    },
    run: (arena, form, rows, columns) => {
      const { kernels, layout } = arena;
      const claim = Math.max(1, Math.min(Math.ceil(CLAIM / Math.max(columns, 1)), Math.ceil(rows / threads)));
      control[CONTROL.rows] = rows;
      control[CONTROL.claim] = claim;
      control[CONTROL.arena] = arena.id;
      control[CONTROL.form] = form === 'sigmoid' ? 0 : 1;
      control[CONTROL.job] = layout.job;
      control[CONTROL.scratch] = layout.scratch;
      Atomics.store(control, CONTROL.next, 0);
      jobs = (jobs % 0x3fffffff) + 1;
      Atomics.store(control, CONTROL.open, jobs);
      for (let index = 0; index < workers.length; index++) {
        if (Atomics.exchange(control, CONTROL.asleep + index, 0) === 1) workers[index].postMessage('go');
      }
      for (let from = 0; from < rows; ) {
        from = Atomics.add(control, CONTROL.next, claim);
        if (from < rows) kernels[form](layout.job, from, Math.min(from + claim, rows), layout.scratch);
      }
      Atomics.store(control, CONTROL.open, 0);
      if (!waitFor(control, PATIENCE)) {
        broken ??= `it did not finish its rows in ${PATIENCE / 1000} s`;
        stop(); // it must not write to the caller's arrays later on
        check();
      }
    },
  };
}

/** Waits until nobody is active. A page's main thread may not sleep, so it looks again and again: at most one claim long. */
function waitFor(control: Int32Array, patience: number): boolean {
  for (let spins = 0; spins < 20_000; spins++) if (Atomics.load(control, CONTROL.active) === 0) return true;
  // In steps, so that a process which was stopped for a while gives its workers the rest of the time.
  const step = 10;
  for (let waited = 0; waited < patience; waited += step) {
    const active = Atomics.load(control, CONTROL.active);
    if (active === 0) return true;
    try {
      Atomics.wait(control, CONTROL.active, active, step);
    } catch {
      for (const end = performance.now() + step; performance.now() < end; ) {
        if (Atomics.load(control, CONTROL.active) === 0) return true;
      }
    }
  }
  return Atomics.load(control, CONTROL.active) === 0;
}

/** What is used of Node's module. */
interface WorkerThreads {
  readonly Worker: new (
    source: string,
    options: { eval: true; name: string },
  ) => AnyWorker & { on(event: string, listener: (value: unknown) => void): void; unref(): void };
}

function workerThreads(): WorkerThreads | undefined {
  // Not an import, so that bundlers for browsers have nothing to resolve.
  const { process } = globalThis as {
    process?: { versions?: { node?: string }; getBuiltinModule?: (name: string) => unknown };
  };
  if (process?.versions?.node === undefined) return undefined;
  return process.getBuiltinModule?.('node:worker_threads') as WorkerThreads | undefined;
}

function whyNoThreads(): string | undefined {
  if (typeof SharedArrayBuffer === 'undefined') {
    return 'no shared memory here: a page needs the headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp';
  }
  if (workerThreads() === undefined && typeof Worker === 'undefined') return 'this runtime has no workers';
  return undefined;
}

function startWorker(ready: () => void, failed: (why: string) => void): AnyWorker {
  const threads = workerThreads();
  if (threads !== undefined) {
    const worker = new threads.Worker(WORKER_SOURCE, { eval: true, name: 'eqloss' });
    worker.on('message', () => {
      // Kernels that were not disposed of keep no process alive.
      worker.unref();
      ready();
    });
    worker.on('error', (error) => failed(error instanceof Error ? error.message : String(error)));
    worker.on('exit', (code) => failed(`it ended with code ${code}`));
    return worker;
  }
  const url = URL.createObjectURL(new Blob([WORKER_SOURCE], { type: 'text/javascript' }));
  const worker = new Worker(url, { name: 'eqloss' });
  worker.onmessage = () => {
    URL.revokeObjectURL(url);
    ready();
  };
  worker.onmessageerror = () => failed('it could not take the compiled module');
  worker.onerror = (event) => {
    URL.revokeObjectURL(url);
    failed(event.message || 'the page allows no worker from a blob: URL');
  };
  return worker;
}

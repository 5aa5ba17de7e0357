// The main thread's end of a worker that runs jobs: starts it, keeps it from holding the process, replaces it when it dies.

import { EqlError } from '@eqloss/core';
import type { Engine, JobOptions, JobResult } from './engine.ts';
import type { Job } from './job.ts';
import { createLeave, type Leave, waitAtExit } from './leave.ts';
import { type Answer, errorOf, packed, type Request, type Start } from './messages.ts';
import type { Plan } from './plan.ts';

/** What is used of a worker of Node. */
interface NodeWorker {
  on(event: 'message', listener: (answer: Answer) => void): void;
  on(event: 'error' | 'messageerror', listener: (error: Error) => void): void;
  on(event: 'exit', listener: (code: number) => void): void;
  postMessage(message: Request, transfer?: readonly ArrayBuffer[]): void;
  terminate(): Promise<number>;
  ref(): void;
  unref(): void;
}

/** What is used of Node's module. */
interface WorkerThreads {
  readonly Worker: new (
    program: URL,
    options: { readonly name: string; readonly workerData: Start; readonly execArgv?: readonly string[] },
  ) => NodeWorker;
}

/** A worker that has loaded its runtime. */
interface Link {
  call(request: Omit<Request, 'id'>, moving?: readonly ArrayBuffer[]): Promise<JobResult>;
  end(): Promise<unknown>;
}

/**
 * Starts a worker and has jobs done there. When it has died, the next job starts another.
 *
 * @throws {EqlError} `WORKER`; `UNSUPPORTED` for options that cannot be sent.
 */
export async function createRemoteEngine(plan: Plan, program: URL = programOf()): Promise<Engine> {
  let link: Promise<Link> | undefined;
  const linked = (): Promise<Link> => {
    if (link === undefined) {
      const made = connect(plan, program, () => {
        link = undefined;
      });
      link = made;
      // One that could not even be started must not stand in the way of the next.
      made.catch(() => {
        if (link === made) link = undefined;
      });
    }
    return link;
  };
  await linked();
  // The ends of the last run and of the one before it.
  let last: Promise<unknown> = Promise.resolve();
  let before = last;
  const send = async (job: Job, { transfer = [], gradient }: JobOptions): Promise<JobResult> => {
    const { call } = await linked();
    let answer: Promise<JobResult>;
    try {
      const { job: sent, moving } = packed(job, transfer);
      answer = call({ job: sent }, moving);
    } catch (error) {
      throw new EqlError('BUFFER', `the batch cannot be sent to the worker: ${(error as Error).message}`);
    }
    const result = await answer;
    gradient?.set(result.gradient!);
    return gradient === undefined ? result : { ...result, gradient };
  };
  return {
    // One run is at work in the worker and one waits there for it to end. The others wait here: their batches are copied
    // when their turn comes, because copies made all at once would hold up the event loop, and fill the memory.
    run: (job, options = {}) => {
      const result = before.then(() => send(job, options));
      before = last;
      last = result.then(nothing, nothing);
      return result;
    },
    release: async () => {
      await Promise.all([before, last]);
      const own = await link?.catch(() => undefined);
      try {
        await own?.call({});
      } catch (error) {
        // A worker that has died has nothing left to release.
        if (!(error instanceof EqlError && error.code === 'WORKER')) throw error;
      } finally {
        await own?.end();
      }
    },
  };
}

/** Starts a worker. `gone` is called when it is of no use any more, before anybody learns why. */
function connect(plan: Plan, program: URL, gone: () => void): Promise<Link> {
  return new Promise((resolve, reject) => {
    const leave = createLeave();
    const worker = start(plan, program, leave);
    const stayNoLonger = waitAtExit(leave);
    const waiting = new Map<number, { resolve(result: JobResult): void; reject(error: Error): void }>();
    let calls = 0;
    let ending = false;
    const fail = (why: string): void => {
      if (ending) return;
      ending = true;
      stayNoLonger();
      gone();
      worker.terminate();
      const error = new EqlError(
        'WORKER',
        `the worker of this session has ended: ${why}. The next run starts another.`,
      );
      reject(error);
      for (const call of waiting.values()) call.reject(error);
      waiting.clear();
    };
    const link: Link = {
      call: (request, moving) => {
        const id = ++calls;
        // At once: what cannot be sent throws.
        worker.postMessage({ id, ...request }, moving);
        worker.ref();
        return new Promise((done, failed) => waiting.set(id, { resolve: done, reject: failed }));
      },
      end: () => {
        ending = true;
        stayNoLonger();
        return worker.terminate();
      },
    };
    worker.on('error', (error) => fail(error.message));
    worker.on('messageerror', (error) => fail(error.message));
    worker.on('exit', (code) => fail(`it exited with code ${code}`));
    worker.on('message', ({ id, result, failure }) => {
      if (id === 0) {
        if (failure !== undefined) return fail(failure.message);
        resolve(link);
      } else {
        const call = waiting.get(id);
        waiting.delete(id);
        if (failure === undefined) call?.resolve(result!);
        else call?.reject(errorOf(failure));
      }
      // A session that nobody waits for keeps no process alive.
      if (waiting.size === 0) worker.unref();
    });
  });
}

function start(plan: Plan, program: URL, leave: Leave): NodeWorker {
  // Not an import, so that bundlers for browsers have nothing to resolve.
  const { process } = globalThis as unknown as { process: { getBuiltinModule?(name: string): unknown } };
  const threads = process.getBuiltinModule?.('node:worker_threads') as WorkerThreads | undefined;
  if (threads === undefined) throw new EqlError('UNSUPPORTED', 'worker: true came where there are no worker threads.');
  const { classes, threshold, tail } = plan.gate;
  // The sources find those of core by a condition of their own.
  const execArgv = program.pathname.endsWith('.ts') ? ['--conditions=@eqloss/source'] : undefined;
  try {
    return new threads.Worker(program, {
      name: 'eqloss',
      workerData: { plan: { ...plan, gate: { classes, threshold, tail } }, leave },
      execArgv,
    });
  } catch (error) {
    const why = (error as Error).message;
    if ((error as Error).name === 'DataCloneError') {
      throw new EqlError('UNSUPPORTED', `sessionOptions or executionProviders cannot be sent to a worker: ${why}`);
    }
    throw new EqlError('WORKER', `the worker of this session could not be started: ${why}`);
  }
}

/** The program lies beside this file, as it is: in the sources as TypeScript. */
function programOf(): URL {
  const here = import.meta.url;
  return new URL(here.endsWith('.ts') ? './worker.ts' : './worker.js', here);
}

function nothing(): void {}

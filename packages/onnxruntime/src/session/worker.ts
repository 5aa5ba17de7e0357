// The program of a session's worker: loads onnxruntime-node, does the jobs that it is sent.

import type { Ort } from '../ort.ts';
import { createEngine, type Engine, type JobResult } from './engine.ts';
import { isEnding, setAtRest, setBusy } from './leave.ts';
import { type Answer, failureOf, type Request, type Start } from './messages.ts';

interface Port {
  on(event: 'message', listener: (request: Request) => void): void;
  postMessage(answer: Answer, transfer?: readonly ArrayBuffer[]): void;
}

const { process } = globalThis as unknown as { process: { getBuiltinModule(name: string): unknown } };
const { parentPort, workerData } = process.getBuiltinModule('node:worker_threads') as {
  readonly parentPort: Port;
  readonly workerData: Start;
};

serve(parentPort, workerData);

async function serve(port: Port, { plan, leave }: Start): Promise<void> {
  let engine: Engine;
  try {
    engine = createEngine((await import('onnxruntime-node')) as unknown as Ort, plan);
  } catch (error) {
    port.postMessage({ id: 0, failure: failureOf(error) });
    return;
  } finally {
    setAtRest(leave);
  }
  const isStopped = (): boolean => isEnding(leave);
  let atWork = 0;
  port.on('message', async ({ id, job }) => {
    atWork++;
    setBusy(leave);
    try {
      if (isStopped()) return;
      const result = job === undefined ? await release(engine) : await engine.run(job, { isStopped });
      port.postMessage({ id, result }, buffersOf(result));
    } catch (error) {
      port.postMessage({ id, failure: failureOf(error) });
    } finally {
      if (--atWork === 0) setAtRest(leave);
    }
  });
  port.postMessage({ id: 0 });
}

async function release(engine: Engine): Promise<JobResult> {
  await engine.release();
  return {};
}

function buffersOf({ rowLosses, gradient }: JobResult): ArrayBuffer[] {
  return [rowLosses, gradient].flatMap((values) => (values === undefined ? [] : [values.buffer as ArrayBuffer]));
}

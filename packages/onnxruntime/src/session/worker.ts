// The program of a session's worker: loads onnxruntime-node, does the jobs that it is sent.

import type { Ort } from '../ort.ts';
import { createEngine, type Engine, type JobResult } from './engine.ts';
import { type Answer, failureOf, type Request } from './messages.ts';
import type { Plan } from './plan.ts';

interface Port {
  on(event: 'message', listener: (request: Request) => void): void;
  postMessage(answer: Answer, transfer?: readonly ArrayBuffer[]): void;
}

const { process } = globalThis as unknown as { process: { getBuiltinModule(name: string): unknown } };
const { parentPort, workerData } = process.getBuiltinModule('node:worker_threads') as {
  readonly parentPort: Port;
  readonly workerData: Plan;
};

serve(parentPort, workerData);

async function serve(port: Port, plan: Plan): Promise<void> {
  let engine: Engine;
  try {
    engine = createEngine((await import('onnxruntime-node')) as unknown as Ort, plan);
  } catch (error) {
    port.postMessage({ id: 0, failure: failureOf(error) });
    return;
  }
  port.on('message', async ({ id, job }) => {
    try {
      const result = job === undefined ? await release(engine) : await engine.run(job);
      port.postMessage({ id, result }, buffersOf(result));
    } catch (error) {
      port.postMessage({ id, failure: failureOf(error) });
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

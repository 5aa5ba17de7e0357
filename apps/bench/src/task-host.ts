// One way of a task in a process of its own: `task-host.ts MODULE OPTIONS FOLDER`, the options as JSON.

import { watchMemory } from './memory.ts';
import type { Reply, Request } from './messages.ts';
import { answerAll, failure, keepQuiet, send } from './serving.ts';
import type { Ready, Task, TaskModule } from './task.ts';

keepQuiet();
const [module, options, folder] = process.argv.slice(2);
await serve();
// Engines keep handles open.
process.exit();

async function serve(): Promise<void> {
  let ready: Ready;
  try {
    const { createTask }: TaskModule = await import(`./tasks/${module}.ts`);
    ready = await createTask(JSON.parse(options) as never, folder);
  } catch (error) {
    send(failure(error));
    return;
  }
  send({ type: 'ready', environment: ready.environment });
  let task: Task | undefined;
  let grown = () => 0;
  await answerAll(async (request): Promise<Reply> => {
    if (request.type === 'prepare') {
      grown = watchMemory();
      task = await ready.open();
      return prepare(task, request);
    }
    if (request.type !== 'round' || task === undefined) throw new Error(`a task has no ${request.type} now`);
    const nanoseconds = await time(task, request.calls);
    return { type: 'timed', nanoseconds, peakBytes: Math.max(0, grown() - (task.ownBytes ?? 0)) };
  });
}

async function prepare(task: Task, { patience }: Extract<Request, { type: 'prepare' }>): Promise<Reply> {
  const first = await time(task, 1);
  const value = task.check?.();
  let nanoseconds = first;
  // Only now: a check may take longer than the patience, and then nothing would be warm.
  const end = performance.now() + patience;
  while (performance.now() < end) nanoseconds = Math.min(nanoseconds, await time(task, 1));
  return { type: 'prepared', first, nanoseconds, value };
}

async function time(task: Task, calls: number): Promise<number> {
  const start = performance.now();
  for (let k = 0; k < calls; k++) {
    const pending = task.run();
    if (pending instanceof Promise) await pending;
  }
  return 1e6 * (performance.now() - start);
}

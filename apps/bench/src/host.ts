// One path in a process of its own: `host.ts NAME`. It answers requests on standard input, one at a time.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { isUnavailable } from '@eqloss/conformance/protocol';
import { readInputs } from './inputs.ts';
import { watchMemory } from './memory.ts';
import type { Reply, Request } from './messages.ts';
import type { Opened, Path, PathModule } from './path.ts';
import { paths } from './paths.ts';

// Engines greet on standard output, which belongs to the replies.
console.log = console.error;
await serve(process.argv[2]);

async function serve(name: string): Promise<void> {
  const entry = paths.find((candidate) => candidate.name === name);
  if (!entry) throw new RangeError(`no path ${name} in the list`);
  let path: Path;
  try {
    const module: PathModule = await import(`./paths/${entry.module}.ts`);
    path = await module.createPath(entry);
  } catch (error) {
    return send(failure(error));
  }
  send({ type: 'ready', environment: path.environment });
  let opened: Opened | undefined;
  for await (const line of createInterface({ input: process.stdin })) {
    try {
      const request: Request = JSON.parse(line);
      if (request.type === 'open') {
        const watched = watchMemory();
        opened = await path.open(readInputs(request.folder));
        const nanoseconds = await warmUp(opened, request.patience);
        const peakBytes = watched();
        const { loss, gradient } = await opened.outputs();
        writeFileSync(join(request.folder, request.gradient), gradient);
        const dtype = gradient instanceof Float64Array ? 'float64' : 'float32';
        send({ type: 'opened', loss, dtype, nanoseconds, peakBytes });
      } else if (request.type === 'round') {
        send({ type: 'timed', nanoseconds: await time(opened!, request.calls) });
      } else {
        await opened?.close();
        opened = undefined;
        send({ type: 'closed' });
      }
    } catch (error) {
      send(failure(error));
    }
  }
  // Engines keep handles open.
  process.exit();
}

/** Calls until the patience (in milliseconds) is over, and one at least; the time of the fastest. */
async function warmUp(opened: Opened, patience: number): Promise<number> {
  const end = performance.now() + patience;
  let best = Number.POSITIVE_INFINITY;
  let calls = 0;
  do {
    best = Math.min(best, await time(opened, 1));
    calls++;
  } while (performance.now() < end && calls < 1000);
  return best;
}

async function time(opened: Opened, calls: number): Promise<number> {
  const start = process.hrtime.bigint();
  for (let k = 0; k < calls; k++) {
    const pending = opened.run();
    // Not every path waits: a turn of the event loop costs as much as a small batch.
    if (pending !== undefined) await pending;
  }
  return Number(process.hrtime.bigint() - start);
}

function failure(error: unknown): Reply {
  if (isUnavailable(error)) return { type: 'unavailable', reason: error.reason };
  return { type: 'failed', reason: error instanceof Error ? error.message : String(error) };
}

function send(reply: Reply): void {
  process.stdout.write(`${JSON.stringify(reply)}\n`);
}

// One path in a process of its own: `host.ts NAME [PAGE]`. It answers requests on standard input, one at a time. A path of
// Chromium has a browser beside its process, which ends with it; PAGE is the address of the page, where somebody serves it.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Unavailable } from '@eqloss/conformance/protocol';
import { startDawn } from '../../../scripts/dawn.mjs';
import { readInputs } from './input-files.ts';
import { watchMemory } from './memory.ts';
import type { Reply, Request } from './messages.ts';
import type { PathModule } from './path.ts';
import { type PathEntry, paths } from './paths.ts';
import { answerAll, failure, keepQuiet, send } from './serving.ts';
import { type Session, sessionOf } from './session.ts';

/** Milliseconds that a browser may take to end. */
const LEAVING = 5000;

keepQuiet();
await serve(process.argv[2], process.argv[3]);

async function serve(name: string, page?: string): Promise<void> {
  const entry = paths.find((candidate) => candidate.name === name);
  if (!entry) throw new RangeError(`no path ${name} in the list`);
  let session: Session | undefined;
  // Leaving by exit ends a browser; a signal's own way would leave it behind.
  process.on('SIGTERM', () => leave(session));
  try {
    session = entry.host === 'chromium' ? await startPage(entry, page) : await startHere(entry);
  } catch (error) {
    send(failure(error));
    process.exit();
  }
  send({ type: 'ready', environment: session.environment });
  const started = session;
  await answerAll((request) => answer(started, entry, request));
  await leave(session);
}

/** Engines keep handles open: what has not ended after a while is ended. */
async function leave(session: Session | undefined): Promise<void> {
  setTimeout(() => process.exit(), LEAVING);
  await session?.end?.();
  process.exit();
}

async function startHere(entry: PathEntry): Promise<Session> {
  if (entry.backend === 'webgpu') {
    // Before the engine: tfjs looks for navigator.gpu while it loads.
    const reason = await startDawn();
    if (reason !== undefined) throw new Unavailable(reason);
  }
  const module: PathModule = await import(`./paths/${entry.module}.ts`);
  return sessionOf(await module.createPath(entry));
}

async function startPage(entry: PathEntry, page?: string): Promise<Session> {
  const { pageSession } = await import('./page-session.ts');
  return pageSession(entry, page);
}

async function answer(session: Session, { host }: PathEntry, request: Request): Promise<Reply> {
  if (request.type === 'round') return { type: 'timed', nanoseconds: await session.round(request.calls) };
  if (request.type === 'close') {
    await session.close();
    return { type: 'closed' };
  }
  if (request.type !== 'open') throw new Error(`a path has no ${request.type}`);
  const watched = watchMemory();
  const nanoseconds = await session.open(readInputs(request.folder), request.patience);
  // A browser's memory is that of several processes, the GPU's among them.
  const peakBytes = host === 'chromium' ? undefined : watched();
  const { loss, gradient } = await session.outputs();
  writeFileSync(join(request.folder, request.gradient), gradient);
  const dtype = gradient instanceof Float64Array ? 'float64' : 'float32';
  return { type: 'opened', loss, dtype, nanoseconds, peakBytes };
}

// One path in a page of its own: `?path=NAME`. Its process calls `answer` with a request and awaits the reply.

import { isUnavailable } from '@eqloss/conformance/protocol';
import { makeInputs } from './inputs.ts';
import type { PageReply, PageRequest } from './page-messages.ts';
import type { PathModule } from './path.ts';
import { paths } from './paths.ts';
import { type Session, sessionOf } from './session.ts';

// One literal each: bundlers follow them.
const modules: Readonly<Record<string, () => Promise<PathModule>>> = {
  tfjs: () => import('./paths/tfjs.ts'),
  'tfjs-composed': () => import('./paths/tfjs-composed.ts'),
  gpujs: () => import('./paths/gpujs.ts'),
  'gpujs-naive': () => import('./paths/gpujs-naive.ts'),
  'gpujs-exp': () => import('./paths/gpujs-exp.ts'),
};

let session: Session | undefined;

Object.assign(globalThis, { answer });

async function answer(request: PageRequest): Promise<PageReply> {
  try {
    return await reply(request);
  } catch (error) {
    if (isUnavailable(error)) return { type: 'unavailable', reason: error.reason };
    return { type: 'failed', reason: error instanceof Error ? error.message : String(error) };
  }
}

async function reply(request: PageRequest): Promise<PageReply> {
  if (request.type === 'start') {
    session = await start(new URLSearchParams(location.search).get('path') ?? '');
    return { type: 'ready', environment: session.environment };
  }
  if (!session) throw new Error('the path was not started');
  switch (request.type) {
    case 'open':
      return { type: 'timed', nanoseconds: await session.open(makeInputs(request.of), request.patience) };
    case 'outputs':
      return { type: 'outputs', ...(await session.outputs()) };
    case 'round':
      return { type: 'timed', nanoseconds: await session.round(request.calls) };
    case 'close':
      await session.close();
      return { type: 'closed' };
  }
}

async function start(name: string): Promise<Session> {
  const entry = paths.find((candidate) => candidate.name === name);
  const load = modules[entry?.module ?? ''];
  if (!entry || !load) throw new RangeError(`no path ${name} for a page`);
  return sessionOf(await (await load()).createPath(entry));
}

// The runner's side of the protocol: makes a target of anything that answers messages.

import { checkDescription } from './description.ts';
import { decodeOutcome, encodeWireTest, type Reply, type Request, type Started, type WireOutcome } from './messages.ts';
import type { Signal } from './signal.ts';
import type { Target } from './target.ts';
import { Unavailable } from './unavailable.ts';

/**
 * Carries one message and gives its reply, of which nothing is trusted.
 *
 * @param signal Aborts when nobody waits for the reply any more.
 */
export type Send = (message: Request, signal?: Signal) => Promise<unknown>;

/**
 * Starts a target on the other side of `send`: a page, a worker, a process.
 *
 * @throws {Unavailable} when the other side says so.
 * @throws {Error} when the reply is not what the protocol wants.
 */
export async function remoteTarget(send: Send): Promise<Target> {
  const { protocol, name, version, environment, supports } = checkStarted(await send({ type: 'start', protocol: 1 }));
  let seq = 0;
  return {
    protocol,
    name,
    version,
    environment,
    supports,
    async run(test, signal) {
      seq++;
      const message: Request = { type: 'run', seq, test: encodeWireTest(test) };
      return decodeOutcome(checkOutcome(await send(message, signal), seq));
    },
    async stop() {
      await send({ type: 'stop' });
    },
  };
}

/**
 * Checks the reply to `start`.
 *
 * @throws {Unavailable | Error} as {@link remoteTarget}.
 */
export function checkStarted(value: unknown): Started {
  const reply = checkReply(value, 'start');
  if (reply.type === 'unavailable') throw new Unavailable(reply.reason || 'no reason given');
  if (reply.type === 'failed') throw new Error(`cannot start: ${reply.reason}`);
  if (reply.type !== 'started') throw new Error(`answered "${reply.type}" to start`);
  checkDescription(reply);
  return reply;
}

function checkOutcome(value: unknown, seq: number): WireOutcome {
  const reply = checkReply(value, 'run');
  if ('seq' in reply && reply.seq !== undefined && reply.seq !== seq)
    throw new Error(`answered seq ${reply.seq} instead of ${seq}`);
  if (reply.type === 'failed') throw new Error(reply.reason || 'failed without a reason');
  if (reply.type !== 'outcome') throw new Error(`answered "${reply.type}" to run`);
  return reply;
}

function checkReply(value: unknown, request: Request['type']): Reply {
  if (typeof value === 'object' && value !== null && 'type' in value && isText(value.type)) return value as Reply;
  throw new Error(`the answer to ${request} is no message: ${(JSON.stringify(value) ?? String(value)).slice(0, 200)}`);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

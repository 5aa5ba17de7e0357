// The target's side of the protocol, for any transport: a message in, its reply out.

import { malformed } from './judge.ts';
import { decodeWireTest, encodeOutcome, type Reply, type Request } from './messages.ts';
import type { Target } from './target.ts';
import { thrownWords } from './thrown.ts';
import { isUnavailable } from './unavailable.ts';

/**
 * Makes the function that answers the runner's messages, for a child process or a page. It never rejects: what breaks
 * becomes a `failed` reply.
 *
 * @param createTarget Called on `start`; may throw `Unavailable`.
 */
export function createHandler(createTarget: () => Promise<Target>): (message: Request) => Promise<Reply> {
  let target: Target | undefined;
  return async (message) => {
    try {
      switch (message.type) {
        case 'start': {
          if (message.protocol !== 1)
            return { type: 'failed', reason: `protocol ${message.protocol} is not spoken here` };
          target ??= await createTarget();
          const { protocol, name, version, environment, supports } = target;
          return { type: 'started', protocol, name, version, environment, supports };
        }
        case 'run': {
          if (!target) return { type: 'failed', seq: message.seq, reason: 'run came before start' };
          return await answer(target, message);
        }
        case 'stop': {
          const stopping = target;
          target = undefined;
          await stopping?.stop?.();
          return { type: 'stopped' };
        }
        default:
          return { type: 'failed', reason: `unknown message: ${JSON.stringify(message).slice(0, 200)}` };
      }
    } catch (error) {
      if (isUnavailable(error)) return { type: 'unavailable', reason: error.reason };
      return { type: 'failed', ...(message.type === 'run' && { seq: message.seq }), reason: thrownWords(error) };
    }
  };
}

async function answer(target: Target, { seq, test }: Extract<Request, { type: 'run' }>): Promise<Reply> {
  const outcome = await target.run(decodeWireTest(test));
  const problem = malformed(outcome);
  if (problem) return { type: 'failed', seq, reason: problem };
  return { type: 'outcome', seq, ...encodeOutcome(outcome) };
}

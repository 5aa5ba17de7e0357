// A target on the other side of what may die: started, questioned, started again if it dies, and always ended.

import type { Request } from './messages.ts';
import { checkStarted, remoteTarget, type Send } from './remote.ts';
import { GONE } from './results.ts';
import type { Signal } from './signal.ts';
import type { Target } from './target.ts';

/** One life of the other side: a process, a page. */
export interface Session {
  /** Whether it can answer another message. */
  readonly alive: boolean;
  /** Carries a message and gives its reply. Rejects when there is none, at the latest when `signal` aborts. */
  exchange(message: Request, signal: Signal): Promise<unknown>;
  /** Ends it, whatever it does. One that was asked to stop gets so many milliseconds to end by itself. */
  close(patience: number): Promise<void>;
}

const RESTARTS = 2;
const STOPPING = 5000;

/**
 * Starts a target and starts it again when it has died, twice at most; from then on every test is the error `target is
 * gone`. A start that fails, or whose reply is not what the protocol wants, is closed, and is an error of the test that
 * needed it. Messages go one after the other: while one life still begins, no other does.
 *
 * @param open Begins a life; what it throws is told like the rest, {@link Unavailable} included.
 * @param timeout Milliseconds for the reply to `start`, and for a test when the runner sets no limit.
 * @throws {Unavailable} when the target says so; an Error when it does not start as the protocol wants.
 */
export async function restartingTarget(open: () => Promise<Session>, timeout: number): Promise<Target> {
  let session: Session | undefined;
  let restarts = 0;
  let lastWords = '';
  let turn: Promise<unknown> = Promise.resolve();

  const exchange = async (running: Session, message: Request, given?: Signal): Promise<unknown> => {
    if (given) return running.exchange(message, given);
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(new Error(`no answer within ${timeout / 1000} s`)), timeout);
    try {
      return await running.exchange(message, controller.signal);
    } finally {
      clearTimeout(timer);
    }
  };
  const begin = async (): Promise<{ readonly session: Session; readonly reply: unknown }> => {
    const opened = await open();
    try {
      const reply = await exchange(opened, { type: 'start', protocol: 1 });
      checkStarted(reply);
      return { session: opened, reply };
    } catch (error) {
      await opened.close(0);
      throw error;
    }
  };
  const ask = async (message: Request, signal?: Signal): Promise<unknown> => {
    const running = session?.alive ? session : undefined;
    if (!running && restarts === RESTARTS) {
      throw new Error(`${GONE}: it was restarted ${RESTARTS} times (${lastWords})`);
    }
    try {
      if (running) return await exchange(running, message, signal);
      restarts++;
      // In its own time: a start that takes longer than this test serves the next.
      ({ session } = await begin());
      signal?.throwIfAborted();
      return await exchange(session, message, signal);
    } catch (error) {
      lastWords = error instanceof Error ? error.message : String(error);
      throw error;
    }
  };
  const stop = async (): Promise<unknown> => {
    const stopping = session;
    session = undefined;
    if (!stopping?.alive) return undefined;
    // Whether it says "stopped" or not, it ends.
    await exchange(stopping, { type: 'stop' }, AbortSignal.timeout(STOPPING)).catch(() => undefined);
    await stopping.close(STOPPING);
    return undefined;
  };
  const send: Send = (message, signal) => {
    const answer = turn.then(async () => {
      // Its time was over before its turn came: nothing was asked, and nothing is out of step.
      signal?.throwIfAborted();
      if (message.type === 'stop') return stop();
      if (message.type === 'run') return ask(message, signal);
      const begun = await begin();
      session = begun.session;
      return begun.reply;
    });
    turn = answer.catch(() => undefined);
    return answer;
  };
  return remoteTarget(send);
}

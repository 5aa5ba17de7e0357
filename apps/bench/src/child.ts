// A process of the bench that answers requests, one at a time; it speaks first.

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Reply, Request } from './messages.ts';

/** A process at work. */
export interface Child {
  /** What it said of itself. */
  readonly environment: Readonly<Record<string, string>>;
  /**
   * Sends a request and waits for its reply.
   *
   * @throws {Error} when the process fails, ends, or does not answer within {@link PATIENCE}.
   */
  ask<T extends Reply['type']>(request: Request, type: T): Promise<Extract<Reply, { readonly type: T }>>;
  /** Ends the process, whatever it does. */
  stop(): void;
}

/** Milliseconds that an answer may take. */
const PATIENCE = 180_000;

/**
 * Starts a process, which ends with this one at the latest.
 *
 * @param signal What ends it.
 * @throws {Error} when it fails to start.
 */
export async function startChild(
  program: string,
  args: readonly string[],
  signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL',
): Promise<Child | { readonly unavailable: string }> {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  const replies: Reply[] = [];
  let said = '';
  let ended: string | undefined;
  let wake = () => {};
  const stop = () => child.kill(signal);
  const end = (reason: string) => {
    process.off('exit', stop);
    const words = lastWords(said);
    ended ??= words ? `${reason}; it said: ${words}` : reason;
    wake();
  };
  process.on('exit', stop);
  child.on('error', (error) => end(`cannot start ${program}: ${error.message}`));
  child.on('close', (code, signal) => end(`its process ended with ${signal ?? `code ${code}`}`));
  child.stdin.on('error', () => {
    // It ended: that is told already.
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-2000);
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    // Native code of engines may print what is no reply.
    if (!line.startsWith('{"type":') && !line.startsWith('{"type" :')) return;
    replies.push(JSON.parse(line));
    wake();
  });
  const next = async (): Promise<Reply> => {
    const late = setTimeout(() => {
      ended ??= `no answer within ${PATIENCE / 1000} s`;
      stop();
      wake();
    }, PATIENCE);
    while (replies.length === 0 && ended === undefined) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    clearTimeout(late);
    return replies.shift() ?? { type: 'failed', reason: ended ?? '' };
  };
  const first = await next();
  if (first.type !== 'ready') {
    stop();
    if (first.type === 'unavailable') return { unavailable: first.reason };
    throw new Error(first.type === 'failed' ? first.reason : `it started with ${first.type}`);
  }
  return {
    environment: first.environment,
    ask: async (request, type) => {
      if (ended !== undefined) throw new Error(ended);
      child.stdin.write(`${JSON.stringify(request)}\n`);
      const reply = await next();
      if (reply.type === type) return reply as never;
      throw new Error('reason' in reply ? reply.reason : `it answered ${reply.type}; wanted ${type}`);
    },
    stop,
  };
}

/** The command that runs a file of this folder. */
export function nodeCommand(file: string, ...args: readonly string[]): [string, string[]] {
  const path = fileURLToPath(new URL(`./${file}`, import.meta.url));
  return [process.execPath, ['--conditions=@eqloss/source', '--disable-warning=ExperimentalWarning', path, ...args]];
}

/** The error that a process ended with, without its stack; else its last three lines. */
function lastWords(said: string): string {
  const lines = said.trim().split('\n');
  return lines.findLast((line) => /^[\w.]*Error\b/.test(line)) ?? lines.slice(-3).join(' / ');
}

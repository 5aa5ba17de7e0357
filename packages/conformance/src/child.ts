// One child process that speaks the protocol: what it says, what it must not say, and how it ends.

import { spawn } from 'node:child_process';
import { splitLines } from './lines.ts';
import type { Request } from './messages.ts';
import { MAX_LINE } from './serve.ts';

/** How a child process is started. */
export interface ChildOptions {
  /** Added to this process's environment; undefined takes a variable out. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Its working directory; by default that of this process. */
  readonly cwd?: string;
  /** Runs the command by the system's shell. */
  readonly shell?: boolean;
}

/** A running child process. */
export interface Child {
  /** Neither ended nor killed. */
  readonly alive: boolean;
  /**
   * Sends a message and waits for its reply, a message that `fits`.
   *
   * Rejects when the child dies, when `signal` aborts (the child is then killed), and when it prints anything else: a
   * test then has one second more for its proper reply, else the child is killed as well, being out of step.
   */
  exchange(message: Request, fits: (reply: Record<string, unknown>) => boolean, signal: AbortSignal): Promise<unknown>;
  /** Waits for a child that was asked to stop, and kills its process group when `milliseconds` are over. */
  end(milliseconds: number): Promise<void>;
  /** Kills the child's process group. */
  kill(): void;
}

const SILENT = 'nothing at all came on standard output: does the program flush after each line?';
const RESYNC = 1000;
const TAIL = 2000;

/** Starts a child in a process group of its own, which dies with this process at the latest. */
export function startChild(command: string, args: readonly string[], options: ChildOptions = {}): Child {
  const { cwd, shell = false } = options;
  const env = { ...process.env, ...options.env };
  const detached = process.platform !== 'win32';
  const child = spawn(command, args, { env, cwd, shell, detached, stdio: ['pipe', 'pipe', 'pipe'] });
  let gone: string | undefined;
  let tail = '';
  let stray: string | undefined;
  let killed = false;
  let heard = false;
  let onLine: ((line: string) => void) | undefined;
  let onGone: (() => void) | undefined;

  const kill = () => {
    killed = true;
    if (child.pid === undefined) return;
    try {
      if (detached) process.kill(-child.pid, 'SIGKILL');
      else child.kill('SIGKILL');
    } catch {
      // The group is empty already.
    }
  };
  let ended = () => {};
  const closed = new Promise<void>((resolve) => {
    ended = resolve;
  });
  const settle = (reason: string) => {
    if (gone !== undefined) return;
    const said = tail.trim();
    gone = said ? `${reason}; its standard error ends with:\n${said.split('\n').slice(-8).join('\n')}` : reason;
    process.off('exit', kill);
    child.stdout.destroy();
    child.stderr.destroy();
    onGone?.();
    ended();
  };
  process.on('exit', kill);
  child.on('error', (error) => settle(`cannot start ${command}: ${error.message}`));
  child.on('exit', (code, signal) => {
    const reason = `the process ended with ${signal ?? `code ${code}`}`;
    // Descendants may hold the pipes open; without them "close" follows once everything said has been read.
    kill();
    child.once('close', () => settle(reason));
    setTimeout(() => settle(reason), 1000).unref();
  });
  child.stdin.on('error', () => {
    // A child that died does not read; its exit tells why.
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    tail = (tail + text).slice(-TAIL);
  });
  child.stdout.once('data', () => {
    heard = true;
  });
  const takeLine = (line: string) => {
    if (onLine) onLine(line);
    else stray ??= line;
  };
  child.stdout.setEncoding('utf8').on(
    'data',
    splitLines(takeLine, MAX_LINE, () => takeLine('(a line without end)')),
  );

  return {
    get alive() {
      return gone === undefined && !killed;
    },
    exchange(message, fits, signal) {
      return new Promise((resolve, reject) => {
        let rubbish = stray === undefined ? undefined : rubbishWords(stray);
        stray = undefined;
        let timer: ReturnType<typeof setTimeout> | undefined;
        const finish = (settleWith: () => void) => {
          clearTimeout(timer);
          signal.removeEventListener('abort', abort);
          onLine = undefined;
          onGone = undefined;
          settleWith();
        };
        const fail = (reason: string) => finish(() => reject(new Error(reason)));
        const abort = () => {
          kill();
          const words = signal.reason instanceof Error ? signal.reason.message : 'given up';
          // The first thing to go wrong in a new program: its answer is still in a buffer.
          const silent = message.type === 'start' && !heard ? `; ${SILENT}` : '';
          fail(rubbish ?? words + silent);
        };
        if (gone !== undefined) return reject(new Error(gone));
        if (signal.aborted) return abort();
        signal.addEventListener('abort', abort, { once: true });
        onGone = () => fail(rubbish ? `${rubbish}; then ${gone}` : (gone ?? ''));
        onLine = (line) => {
          const reply = parseObject(line);
          if (reply && fits(reply)) {
            const found = rubbish;
            return found === undefined ? finish(() => resolve(reply)) : fail(found);
          }
          rubbish ??= reply
            ? `out of step: expected the reply to ${nameOf(message)}, got ${cut(line)}`
            : rubbishWords(line);
          if (message.type !== 'run') return;
          const found = rubbish;
          timer ??= setTimeout(() => {
            kill();
            fail(found);
          }, RESYNC);
        };
        child.stdin.write(`${JSON.stringify(message)}\n`);
      });
    },
    async end(milliseconds) {
      if (gone !== undefined) return;
      child.stdin.end();
      const timer = setTimeout(kill, milliseconds);
      await closed;
      clearTimeout(timer);
    },
    kill,
  };
}

function parseObject(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

function nameOf(message: Request): string {
  return message.type === 'run' ? `run, seq ${message.seq}` : message.type;
}

function rubbishWords(line: string): string {
  return `printed what is no JSON message on standard output: ${cut(line)}`;
}

function cut(line: string): string {
  return JSON.stringify(line.length > 120 ? `${line.slice(0, 120)}…` : line);
}

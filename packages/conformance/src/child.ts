// One child process that speaks the protocol: what it says, what it must not say, and how it ends.

import { spawn } from 'node:child_process';
import { longestReply, MOST_ERRORS, MOST_STRAY, megabytes } from './flood.ts';
import { splitLines } from './lines.ts';
import { defaultMemoryLimit, watchMemory } from './memory.ts';
import { nameOfRequest, type Request } from './messages.ts';
import { cut, parseObject, rubbishWords } from './replies.ts';
import type { Signal } from './signal.ts';

/** How a child process is started. */
export interface ChildOptions {
  /** Added to this process's environment; undefined takes a variable out. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Its working directory; by default that of this process. */
  readonly cwd?: string;
  /** Runs the command by the system's shell. */
  readonly shell?: boolean;
  /**
   * Megabytes (2^20 bytes) that it and what it starts may have in memory, together. By default three quarters of the
   * machine's, or of the container's. Without effect where it cannot be measured: anywhere but on Linux.
   */
  readonly memory?: number;
}

/** A running child process. */
export interface Child {
  /** Neither ended nor killed. */
  readonly alive: boolean;
  /**
   * Sends a message and waits for its reply, a message that `fits`.
   *
   * Rejects when the child dies, when `signal` aborts (the child is then killed), and when it prints anything else: a
   * test then has one second more for its proper reply, else the child is killed as well, being out of step. A child
   * that prints or holds more than it may is killed at once.
   */
  exchange(message: Request, fits: (reply: Record<string, unknown>) => boolean, signal: Signal): Promise<unknown>;
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
  const { cwd, shell = false, memory = defaultMemoryLimit() } = options;
  const env = { ...process.env, ...options.env };
  const detached = process.platform !== 'win32';
  const child = spawn(command, args, { env, cwd, shell, detached, stdio: ['pipe', 'pipe', 'pipe'] });
  let gone: string | undefined;
  let tail = '';
  /** The first line that came while nobody waited. */
  let stray: string | undefined;
  let killed = false;
  let condemned: string | undefined;
  let heard = false;
  let longest = longestReply({ type: 'stop' });
  /** Since the last exchange began: the first line that is no reply, and characters of all of them and of the errors. */
  let first: string | undefined;
  let strayLength = 0;
  let errorLength = 0;
  /** Says whether a line is the reply that is waited for. */
  let onLine: ((line: string) => boolean) | undefined;
  let onGone: ((reason: string) => void) | undefined;

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
  const withTail = (reason: string) => {
    const said = tail.trim();
    return said ? `${reason}; its standard error ends with:\n${said.split('\n').slice(-8).join('\n')}` : reason;
  };
  /** Kills it for a reason of its own, told at once. */
  const condemn = (reason: string) => {
    if (killed) return;
    condemned = withTail(`${reason}, and was stopped`);
    kill();
    onGone?.(condemned);
  };
  const forget =
    child.pid === undefined
      ? () => {}
      : watchMemory(child.pid, memory, () => condemn(`used more than ${memory} MB of memory`));
  const settle = (reason: string) => {
    if (gone !== undefined) return;
    gone = condemned ?? withTail(reason);
    process.off('exit', kill);
    forget();
    child.stdout.destroy();
    child.stderr.destroy();
    onGone?.(gone);
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
    errorLength += text.length;
    if (errorLength > MOST_ERRORS) condemn(`printed more than ${megabytes(MOST_ERRORS)} on standard error`);
  });
  child.stdout.once('data', () => {
    heard = true;
  });
  const takeLine = (line: string) => {
    if (onLine?.(line)) return;
    if (!onLine) stray ??= line;
    first ??= line;
    strayLength += line.length + 1;
    if (strayLength <= MOST_STRAY) return;
    condemn(
      `printed more than ${megabytes(MOST_STRAY)} on standard output that is no reply, beginning with ${cut(first)}`,
    );
  };
  child.stdout.setEncoding('utf8').on(
    'data',
    splitLines(
      takeLine,
      () => longest,
      (beginning) => {
        const most = `more than the ${megabytes(longest)} that a reply may have`;
        condemn(`printed a line of ${most} on standard output, beginning with ${cut(beginning)}`);
      },
    ),
  );

  return {
    get alive() {
      return gone === undefined && !killed;
    },
    exchange(message, fits, signal) {
      return new Promise((resolve, reject) => {
        let rubbish = stray === undefined ? undefined : rubbishWords(stray);
        stray = undefined;
        first = undefined;
        strayLength = 0;
        errorLength = 0;
        longest = longestReply(message);
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
          fail(rubbish ?? withTail(words + silent));
        };
        if (gone !== undefined || condemned !== undefined) return reject(new Error(gone ?? condemned));
        if (signal.aborted) return abort();
        signal.addEventListener('abort', abort, { once: true });
        onGone = (reason) => fail(rubbish && !condemned ? `${rubbish}; then ${reason}` : reason);
        onLine = (line) => {
          const reply = parseObject(line);
          if (reply && fits(reply)) {
            const found = rubbish;
            if (found === undefined) finish(() => resolve(reply));
            else fail(found);
            return true;
          }
          rubbish ??= reply
            ? `out of step: expected the reply to ${nameOfRequest(message)}, got ${cut(line)}`
            : rubbishWords(line);
          if (message.type !== 'run') return false;
          const found = rubbish;
          timer ??= setTimeout(() => {
            kill();
            fail(found);
          }, RESYNC);
          return false;
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

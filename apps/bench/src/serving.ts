// The other side of child.ts: how a process of the bench answers.

import { createInterface } from 'node:readline';
import { isUnavailable } from '@eqloss/conformance/protocol';
import type { Reply, Request } from './messages.ts';

/** Leaves standard output to the replies: engines greet there. Before any engine is loaded. */
export function keepQuiet(): void {
  console.log = console.error;
}

/** Sends a reply. */
export function send(reply: Reply): void {
  process.stdout.write(`${JSON.stringify(reply)}\n`);
}

/** What an error is to the bench. */
export function failure(error: unknown): Reply {
  if (isUnavailable(error)) return { type: 'unavailable', reason: error.reason };
  return { type: 'failed', reason: error instanceof Error ? error.message : String(error) };
}

/** Answers every request, one after the other, until there are no more. */
export async function answerAll(answer: (request: Request) => Promise<Reply>): Promise<void> {
  for await (const line of createInterface({ input: process.stdin })) {
    try {
      send(await answer(JSON.parse(line)));
    } catch (error) {
      send(failure(error));
    }
  }
}

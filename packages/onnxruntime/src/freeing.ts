// Giving back what a runtime holds: its sessions, and the memory of its results.

import type { OrtSession } from './ort.ts';

/** Releases all sessions, one after the other, and forgets them; throws the first failure when all have been tried. */
export async function releaseAll(sessions: Map<string, OrtSession>): Promise<void> {
  const failures: unknown[] = [];
  for (const session of sessions.values()) {
    try {
      await session.release();
    } catch (failure) {
      failures.push(failure);
    }
  }
  sessions.clear();
  if (failures.length > 0) throw failures[0];
}

/** Gives memory back at once, where that can be done (Node 22 and later): what lies in it is gone. */
export function freeMemory(buffer: ArrayBufferLike): void {
  (buffer as { transfer?(length: number): unknown }).transfer?.(0);
}

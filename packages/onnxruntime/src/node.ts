// Files, for Node alone: a checkpoint on disk is whole, or it is the one before.

import { randomUUID } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';

/**
 * Writes a checkpoint beside its place, all the way to the disk, and renames it then: when the disk is full, the process
 * dies or the power fails, the file that was there stays as it was. What was begun is removed, if the process lives.
 *
 * @param path Where the checkpoint shall be. Its folder must exist, and take a file of the same size beside it.
 * @param bytes From `checkpoint()`.
 * @throws What the file system says: `ENOSPC`, `ENOENT`, …
 */
export async function writeCheckpoint(path: string, bytes: Uint8Array): Promise<void> {
  const beside = `${path}.${randomUUID()}.partial`;
  try {
    const file = await open(beside, 'wx');
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}

/**
 * Reads what {@link writeCheckpoint} wrote, for `restoreHeadTrainer`.
 *
 * @throws What the file system says: `ENOENT`, …
 */
export async function readCheckpoint(path: string): Promise<Uint8Array> {
  return readFile(path);
}

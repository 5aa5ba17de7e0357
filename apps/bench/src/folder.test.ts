import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { inFolder } from './folder.ts';

test('a folder is there for the work, and gone after it, also when it fails', async () => {
  const listeners = process.listenerCount('exit');
  const seen: string[] = [];
  const fill = async (folder: string): Promise<number> => {
    seen.push(folder);
    expect(process.listenerCount('exit')).toBe(listeners + 1);
    writeFileSync(join(folder, 'file'), 'text');
    return 7;
  };
  expect(await inFolder('test', fill)).toBe(7);
  const failing = inFolder('test', async (folder) => {
    await fill(folder);
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  expect(seen.length).toBe(2);
  expect(seen.some((folder) => existsSync(folder))).toBe(false);
  expect(process.listenerCount('exit')).toBe(listeners);
});

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readCheckpoint, writeCheckpoint } from './node.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'eqloss-checkpoint-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const [older, newer] = [Uint8Array.of(1, 2, 3), new Uint8Array(1_000_000).fill(7)];

test('what was written is read, and replaces what was there', async () => {
  const path = join(folder, 'head.ckpt');
  for (const bytes of [older, newer, older]) {
    await writeCheckpoint(path, bytes);
    expect(new Uint8Array(await readCheckpoint(path))).toEqual(bytes);
    expect(readdirSync(folder)).toEqual(['head.ckpt']);
  }
});

// The shell's limit on the size of a file: the write fails half way, as on a full disk.
test.skipIf(process.platform === 'win32')(
  'a write that fails half way leaves the file before, and nothing else',
  () => {
    const path = join(folder, 'head.ckpt');
    writeFileSync(path, older);
    const program = join(folder, 'write.mjs');
    writeFileSync(
      program,
      `import { writeCheckpoint } from ${JSON.stringify(pathToFileURL(join(import.meta.dirname, 'node.ts')).href)};
     const failure = await writeCheckpoint(${JSON.stringify(path)}, new Uint8Array(1_000_000)).catch((error) => error);
     process.stdout.write(String(failure?.code));`,
    );
    const line = `ulimit -f 8; exec "${process.execPath}" "${program}"`;
    const done = spawnSync('sh', ['-c', line], { encoding: 'utf8' });
    rmSync(program);
    expect(done.stdout).toBe('EFBIG');
    expect(new Uint8Array(readFileSync(path))).toEqual(older);
    expect(readdirSync(folder)).toEqual(['head.ckpt']);
  },
);

test('two writers at once leave one whole file', async () => {
  const path = join(folder, 'head.ckpt');
  await Promise.all([writeCheckpoint(path, newer), writeCheckpoint(path, older)]);
  expect([older.length, newer.length]).toContain((await readCheckpoint(path)).length);
  expect(readdirSync(folder)).toEqual(['head.ckpt']);
});

test('a folder that is not there, or a place that is a folder, is said so', async () => {
  await expect(writeCheckpoint(join(folder, 'none', 'head'), older)).rejects.toMatchObject({ code: 'ENOENT' });
  await expect(writeCheckpoint(folder, older)).rejects.toThrow();
  await expect(readCheckpoint(join(folder, 'none'))).rejects.toMatchObject({ code: 'ENOENT' });
  expect(readdirSync(folder)).toEqual([]);
  expect(readdirSync(join(folder, '..')).filter((name) => name.endsWith('.partial'))).toEqual([]);
});

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

test('bytes.ts is what assembly/ compiles to', () => {
  const check = () => execFileSync(process.execPath, ['scripts/compile.mjs', '--check'], { cwd: root, stdio: 'pipe' });
  expect(check).not.toThrow();
});

/** Bytes of a minified bundle, compressed as servers do, without core. */
async function sizeOf(entry: string): Promise<number> {
  const result = await build({
    configFile: false,
    logLevel: 'silent',
    root,
    build: {
      write: false,
      minify: true,
      target: 'es2022',
      lib: { entry, formats: ['es'] },
      rollupOptions: { external: ['@eqloss/core'], output: { minify: true } },
    },
  });
  const [{ output }] = [result].flat() as { output: { code: string }[] }[];
  expect(output.length).toBe(1);
  return gzipSync(output[0].code, { level: 9 }).length;
}

test('the kernels and what loads them are below 8 KB, all of the package below 17 KB', async () => {
  const module = await sizeOf('src/module.ts');
  const all = await sizeOf('src/index.ts');
  console.log(`compressed: ${module} bytes of kernels and loader, ${all} in all`);
  expect(module).toBeLessThanOrEqual(8 * 1024);
  expect(all).toBeLessThanOrEqual(17 * 1024);
});

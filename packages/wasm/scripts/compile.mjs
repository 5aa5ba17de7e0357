// Compiles assembly/ to src/bytes.ts: both modules as text. `--check` compares instead and fails on a difference.
//
// In hex, which is decoded at once (a stream would have to be waited for) and which no tool on the way changes. The modules
// share most of their bytes, and whoever compresses the package or page sees that in hex: 6.6 KB of gzip, 5.2 KB of Brotli.
// Deflated and in base64 they take 6.0 KB of either, but some 0.5 KB more for a decoder; in base64 as they are, 9.4 KB or more.

import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const root = fileURLToPath(new URL('..', import.meta.url));
const output = fileURLToPath(new URL('../src/bytes.ts', import.meta.url));

const plain = await compile();
const fused = await compile('--enable', 'relaxed-simd');
const text = `// Made from assembly/ by scripts/compile.mjs; a test compiles it again and compares.

/** The module without fused steps, in hex. */
export const PLAIN: string =
  '${plain.toString('hex')}';

/** The module with a fused multiply-add, in hex. */
export const FUSED: string =
  '${fused.toString('hex')}';
`;

if (!process.argv.includes('--check')) {
  writeFileSync(`${output}.new`, text);
  renameSync(`${output}.new`, output);
  console.log(`src/bytes.ts: ${plain.length} + ${fused.length} bytes`);
} else if (readFileSync(output, 'utf8') !== text) {
  console.error('src/bytes.ts is not what assembly/ compiles to; run node scripts/compile.mjs');
  process.exitCode = 1;
}

async function compile(...features) {
  const options = ['-O3s', '--converge', '--noAssert', '--runtime', 'stub', '--importMemory', '--noExportMemory'];
  const args = ['index.ts', '--baseDir', `${root}assembly`, '--outFile', 'kernels.wasm', ...options];
  let bytes;
  const { error, stderr } = await asc.main([...args, '--memoryBase', '0', '--enable', 'simd', ...features], {
    writeFile: (_, contents) => {
      bytes = Buffer.from(contents);
    },
  });
  if (error) throw new Error(`the AssemblyScript compiler failed:\n${stderr}`);
  return bytes;
}

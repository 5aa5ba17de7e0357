// Compiles assembly/ to src/bytes.ts: both modules, deflated, as text. `--check` compares instead and fails on a difference.

import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import asc from 'assemblyscript/asc';

const root = fileURLToPath(new URL('..', import.meta.url));
const output = fileURLToPath(new URL('../src/bytes.ts', import.meta.url));

const plain = await compile();
const fused = await compile('--enable', 'relaxed-simd');
const length = Buffer.alloc(4);
length.writeUInt32LE(plain.length);
const packed = deflateRawSync(Buffer.concat([length, plain, fused]), { level: 9, memLevel: 9 });
const text = `// Made from assembly/ by scripts/compile.mjs; a test compiles it again and compares.

/** The plain module's length (4 bytes), the plain module, the fused one: deflated, in base64. */
export const BYTES: string =
  '${packed.toString('base64')}';
`;

if (!process.argv.includes('--check')) {
  writeFileSync(`${output}.new`, text);
  renameSync(`${output}.new`, output);
  console.log(`src/bytes.ts: ${plain.length} + ${fused.length} bytes, ${packed.length} deflated`);
} else if (unpackedText(readFileSync(output, 'utf8')) !== unpackedText(text)) {
  console.error('src/bytes.ts is not what assembly/ compiles to; run node scripts/compile.mjs');
  process.exitCode = 1;
}

async function compile(...features) {
  const options = [
    '-O3s',
    '--converge',
    '--noAssert',
    '--runtime',
    'stub',
    '--importMemory',
    '--maximumMemory',
    '65536',
  ];
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

/** zlib's versions deflate differently, so what is compared is what the text unpacks to. */
function unpackedText(source) {
  const [, base64] = /'([A-Za-z0-9+/=]+)'/.exec(source) ?? [];
  return base64 === undefined ? source : inflateRawSync(Buffer.from(base64, 'base64')).toString('base64');
}

// Reads a tarball of npm: nothing is written, and no program is needed that Windows lacks.

import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

const BLOCK = 512;

/**
 * The files of a packed package.
 *
 * @param {string} path Of a `.tgz`.
 * @returns {Map<string, Buffer>} By their path in the package, with `/`.
 * @throws {Error} for an entry that is no plain file: npm packs no other.
 */
export function readTarball(path) {
  const archive = gunzipSync(readFileSync(path));
  const files = new Map();
  for (let at = 0; at + BLOCK <= archive.length; ) {
    const text = (from, length) => archive.toString('utf8', at + from, at + from + length).replace(/\0.*$/s, '');
    const name = text(0, 100);
    if (name === '') break;
    const [size, type, prefix] = [Number.parseInt(text(124, 12), 8), text(156, 1), text(345, 155)];
    if (type !== '0' && type !== '') throw new Error(`${path}: ${name} is of type ${type}, no plain file`);
    const whole = prefix === '' ? name : `${prefix}/${name}`;
    files.set(whole.replace(/^package\//, ''), archive.subarray(at + BLOCK, at + BLOCK + size));
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  return files;
}

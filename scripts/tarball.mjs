// What is in a tarball of npm. Nothing is written, and no program is needed that Windows lacks.

import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';

const BLOCK = 512;

/**
 * Reads a tarball.
 *
 * @param {Buffer} bytes
 * @returns {{ integrity: string, files: Map<string, Buffer>, manifest: Record<string, any> }} `integrity`: as registries
 *   state it. `files`: by path inside the package, with `/`.
 * @throws {Error} for an entry that is no plain file: npm packs no other.
 */
export function readTarball(bytes) {
  const files = filesOf(gunzipSync(bytes));
  const manifest = files.get('package.json');
  if (manifest === undefined) throw new Error('the tarball holds no package.json');
  return { integrity: integrityOf(bytes), files, manifest: JSON.parse(manifest.toString('utf8')) };
}

/** The checksum that registries state for a tarball. */
export function integrityOf(bytes) {
  return `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
}

/**
 * The files in which two packages differ.
 *
 * Checksums of tarballs do not tell: the same files pack differently on another processor, by another zlib.
 *
 * @param {Map<string, Buffer>} one
 * @param {Map<string, Buffer>} other
 * @returns {string[]} Sorted; none when the contents are the same.
 */
export function differingFiles(one, other) {
  const names = new Set([...one.keys(), ...other.keys()]);
  const same = (name) => one.has(name) && other.has(name) && one.get(name).equals(other.get(name));
  return [...names].filter((name) => !same(name)).sort();
}

function filesOf(tar) {
  const files = new Map();
  let longName;
  for (let at = 0; at + BLOCK <= tar.length && tar[at] !== 0; ) {
    const header = tar.subarray(at, at + BLOCK);
    const size = Number.parseInt(textOf(header, 124, 12), 8);
    const body = tar.subarray(at + BLOCK, at + BLOCK + size);
    const type = String.fromCharCode(header[156]);
    // A name of more than 100 bytes stands in a record of its own before the file.
    if (type === 'x') longName = /\d+ path=(.*)\n/.exec(body.toString('utf8'))?.[1];
    else if (type === '0' || type === '\0') {
      const prefix = textOf(header, 345, 155);
      const name = longName ?? `${prefix === '' ? '' : `${prefix}/`}${textOf(header, 0, 100)}`;
      files.set(name.slice(name.indexOf('/') + 1), body);
      longName = undefined;
    } else throw new Error(`${textOf(header, 0, 100)} is of type ${type}, no plain file`);
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  return files;
}

function textOf(header, start, length) {
  const bytes = header.subarray(start, start + length);
  const end = bytes.indexOf(0);
  return bytes.toString('utf8', 0, end === -1 ? length : end).trim();
}

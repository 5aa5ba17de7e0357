// A checksum that finds what time and disks do to a file. Not a protection against forgery.

/**
 * MurmurHash3 (x86, 32 bits) of words: a single changed word always changes it, more with probability 1 - 2^-32.
 *
 * @param words The bytes to judge, as little-endian words.
 */
export function hashOf(words: Uint32Array): number {
  let hash = 0x45514c48;
  for (let k = 0; k < words.length; k++) {
    let word = Math.imul(words[k], 0xcc9e2d51);
    word = (word << 15) | (word >>> 17);
    hash ^= Math.imul(word, 0x1b873593);
    hash = (hash << 13) | (hash >>> 19);
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0;
  }
  hash ^= words.length * 4;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

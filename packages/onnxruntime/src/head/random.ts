// Numbers from a seed: the order of an epoch's rows, and initial weights. The same on every machine.

/** Gives the next number of a stream, 32 random bits as an integer >= 0. */
export type Bits = () => number;

/**
 * A stream of random words: xoshiro128** of Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2021.
 *
 * @param seed Integer in [0, 2^53).
 * @param stream Tells streams of one seed apart. Integer in [0, 2^32).
 */
export function bitsOf(seed: number, stream: number): Bits {
  // The state must not be all zero; mixed words of three different inputs practically never are, and here never are.
  let a = mix(seed >>> 0);
  let b = mix(a ^ Math.floor(seed / 2 ** 32));
  let c = mix(b ^ stream);
  let d = mix(c ^ 0x9e3779b9) | 1;
  return () => {
    const word = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotate(d, 11);
    return word;
  };
}

/**
 * The rows `0..rows-1` in an order that seed and epoch decide: Fisher and Yates' shuffle.
 *
 * It depends on nothing before it, so that training which resumes in the middle of an epoch finds the same order.
 */
export function shuffledRows(rows: number, seed: number, epoch: number): Int32Array {
  const order = Int32Array.from({ length: rows }, (_, row) => row);
  const bits = bitsOf(seed, epoch);
  for (let last = rows - 1; last > 0; last--) {
    // The bias of the product is below rows / 2^32.
    const other = Math.floor((bits() / 2 ** 32) * (last + 1));
    const row = order[last];
    order[last] = order[other];
    order[other] = row;
  }
  return order;
}

/**
 * Fills an array with independent normal numbers of mean 0: Box and Muller's transform.
 *
 * @param deviation Standard deviation, >= 0.
 */
export function fillNormal(values: Float32Array, seed: number, deviation: number): void {
  const bits = bitsOf(seed, 2 ** 32 - 1);
  for (let k = 0; k < values.length; k += 2) {
    const radius = deviation * Math.sqrt(-2 * Math.log((bits() + 1) / 2 ** 32)); // log(0) is out of reach
    const angle = (2 * Math.PI * bits()) / 2 ** 32;
    values[k] = radius * Math.cos(angle);
    if (k + 1 < values.length) values[k + 1] = radius * Math.sin(angle);
  }
}

function rotate(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}

/** One step of splitmix32: every bit of the input reaches every bit of the result. */
function mix(word: number): number {
  let x = (word + 0x9e3779b9) | 0;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
}

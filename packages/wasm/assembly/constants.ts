// The numbers of the kernels, in memory: where the host says, since the memory may be somebody else's heap, in which no
// address is free from the start.
//
// V8 from version 13 on (Node 24) builds a v128 constant anew, by several moves, wherever it is used: the same kernel ran
// 1.4 to 1.7 times slower than before. A value that was loaded is kept in a register, or loaded again in one move, so
// kernels load their constants before their loops and pass them on.

/** Offsets in bytes of the constants below. */
export const LOG2E: usize = 0;
export const MAGIC: usize = 4;
export const MINUS_LN2: usize = 8;
export const MINUS_LN2_REST: usize = 12;
export const LOWEST: usize = 16;
export const ONE: usize = 20;
export const C2: usize = 24;
export const C3: usize = 28;
export const C4: usize = 32;
export const C5: usize = 36;
export const A1: usize = 40;
export const A2: usize = 44;
export const A3: usize = 48;
export const A4: usize = 52;
export const TWO: usize = 56;
export const SIGN: usize = 60;
export const LOW: usize = 64;
export const MULTIPLIER_0: usize = 68;
export const MULTIPLIER_1: usize = 72;
export const WEYL_0: usize = 76;
export const WEYL_1: usize = 80;

/** Where they lie. */
let table: usize = 0;

/** Writes the constants to `at`, 84 bytes at a multiple of 4, and lets this instance load them from there. */
export function placeConstants(at: usize): void {
  table = at;
  put(at, LOG2E, 1.4426950408889634); // 1 / ln 2
  put(at, MAGIC, 12583039.0); // 1.5 · 2^23 + 127
  // -ln 2: rounded once for fused steps (1.9e-9 off), else in two parts, of which the first has 9 trailing zeros.
  put(at, MINUS_LN2, ASC_FEATURE_RELAXED_SIMD ? -0.6931471805599453 : -0.693145751953125);
  put(at, MINUS_LN2_REST, -1.428606820309417e-6);
  put(at, LOWEST, -88.0);
  put(at, ONE, 1.0);
  put(at, C2, 0.4999923030855224); // e^r = 1 + r + r² (c2 + c3 r + c4 r² + c5 r³) within 1.06e-7 for |r| <= ln 2 / 2: a minimax fit
  put(at, C3, 0.16667115388649523);
  put(at, C4, 0.04189033162886265);
  put(at, C5, 0.00831250132479211);
  put(at, A1, 0.3333320803587196); // atanh(s) = s (1 + a1 s² + a2 s⁴ + a3 s⁶ + a4 s⁸) within 5.6e-9 for s in [0, 1/3]: a minimax fit
  put(at, A2, 0.2001077062391105);
  put(at, A3, 0.14000775853802339);
  put(at, A4, 0.14006671881768396);
  put(at, TWO, 2.0);
  put(at, SIGN, -0.0);
  put(at, LOW, -Infinity);
  store<u32>(at + MULTIPLIER_0, 0xd2511f53); // of Philox
  store<u32>(at + MULTIPLIER_1, 0xcd9e8d57);
  store<u32>(at + WEYL_0, 0x9e3779b9);
  store<u32>(at + WEYL_1, 0xbb67ae85);
}

// @ts-ignore: decorator
@inline
function put(at: usize, offset: usize, value: f32): void {
  store<f32>(at + offset, value);
}

/** Four times the constant at an offset. */
// @ts-ignore: decorator
@inline
export function constant(offset: usize): v128 {
  return v128.load32_splat(table + offset);
}

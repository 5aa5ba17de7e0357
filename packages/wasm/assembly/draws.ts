// Random β: Philox4x32-10 of Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011. SPEC X5.
//
// Four blocks of four words at a time: lane n of the k-th vector is word k of block n.

import { constant, MULTIPLIER_0, MULTIPLIER_1, ONE, WEYL_0, WEYL_1 } from './constants';
import { blockOf, globalRowOf, headsOf, KEY, STEP, TOP } from './job';

/** Of 16 columns in order, a byte each: -1 where β is 1, else 0. `block` is that of the first four. */
function drawn(job: usize, row: u64, block: i32): v128 {
  const m0 = constant(MULTIPLIER_0);
  const m1 = constant(MULTIPLIER_1);
  const w0 = constant(WEYL_0);
  const w1 = constant(WEYL_1);
  let k0 = v128.load32_splat(job + KEY);
  let k1 = v128.load32_splat(job + KEY, 4);
  let c0 = i32x4.add(i32x4.splat(block), i32x4(0, 1, 2, 3));
  let c1 = i32x4.splat(<i32>row);
  let c2 = i32x4.splat(<i32>(row >> 32));
  let c3 = v128.load32_splat(job + STEP);
  for (let round = 0; round < 10; round++) {
    const a = i64x2.extmul_low_i32x4_u(c0, m0);
    const b = i64x2.extmul_high_i32x4_u(c0, m0);
    const c = i64x2.extmul_low_i32x4_u(c2, m1);
    const d = i64x2.extmul_high_i32x4_u(c2, m1);
    c0 = v128.xor(v128.xor(i32x4.shuffle(c, d, 1, 3, 5, 7), c1), k0);
    c2 = v128.xor(v128.xor(i32x4.shuffle(a, b, 1, 3, 5, 7), c3), k1);
    c1 = i32x4.shuffle(c, d, 0, 2, 4, 6);
    c3 = i32x4.shuffle(a, b, 0, 2, 4, 6);
    k0 = i32x4.add(k0, w0);
    k1 = i32x4.add(k1, w1);
  }
  const top = v128.load32_splat(job + TOP);
  // Byte k of lane n is that of word k of block n.
  return v128.or(
    v128.or(i32x4.shr_u(i32x4.le_u(c0, top), 24), i32x4.shl(i32x4.shr_u(i32x4.le_u(c1, top), 24), 8)),
    v128.or(i32x4.shl(i32x4.shr_u(i32x4.le_u(c2, top), 24), 16), i32x4.shl(i32x4.le_u(c3, top), 24)),
  );
}

/**
 * Draws β, a byte each, for rows of `columns` from `to` on. The first column is word `skip` of the first block.
 *
 * Whole vectors are stored: the 4 bytes before `to` are kept, the 16 after the last row are not.
 */
export function draw(job: usize, to: usize, rows: i32, columns: i32, skip: i32): void {
  for (let row = 0; row < rows; row++) {
    const index = globalRowOf(job, row);
    const at = to + <usize>row * <usize>columns;
    const before = load<i32>(at - 4);
    for (let k = 0; k < columns + skip; k += 16) {
      v128.store(at - <usize>skip + <usize>k, i8x16.neg(drawn(job, index, blockOf(job) + (k >> 2))));
    }
    store<i32>(at - 4, before);
  }
}

/** A row's weights `1 - β T`, whole vectors of 16. SPEC X1. */
export function drawWeights(job: usize, row: i32, columns: i32, to: usize): void {
  const index = globalRowOf(job, row);
  const heads = headsOf(job);
  const one = constant(ONE);
  for (let k = 0; k < columns; k += 16) {
    const h = heads + (<usize>k << 2);
    const w = to + (<usize>k << 2);
    const h0 = v128.load(h);
    const h1 = v128.load(h, 16);
    const h2 = v128.load(h, 32);
    const h3 = v128.load(h, 48);
    // What is drawn for a head class has no effect.
    const isHead = i32x4.all_true(v128.and(v128.and(h0, h1), v128.and(h2, h3)));
    const bytes = isHead ? i32x4.splat(0) : drawn(job, index, blockOf(job) + (k >> 2));
    const low = i16x8.extend_low_i8x16_s(bytes);
    const high = i16x8.extend_high_i8x16_s(bytes);
    v128.store(w, v128.bitselect(h0, one, i32x4.extend_low_i16x8_s(low)));
    v128.store(w, v128.bitselect(h1, one, i32x4.extend_high_i16x8_s(low)), 16);
    v128.store(w, v128.bitselect(h2, one, i32x4.extend_low_i16x8_s(high)), 32);
    v128.store(w, v128.bitselect(h3, one, i32x4.extend_high_i16x8_s(high)), 48);
  }
}

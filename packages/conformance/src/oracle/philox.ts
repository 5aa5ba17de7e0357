// Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011) in BigInt, and the draws of
// SPEC X5. Written for plainness; an implementation would use 32-bit multiplications.

const MASK = 0xffffffffn;

/** Four 32-bit words from four counter words and two key words. */
export type Block = readonly [bigint, bigint, bigint, bigint];

/** Ten rounds over one counter. */
export function philox(counter: Block, key: readonly [bigint, bigint]): Block {
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < 10; round++) {
    const p0 = 0xd2511f53n * c0;
    const p1 = 0xcd9e8d57n * c2;
    [c0, c1, c2, c3] = [(p1 >> 32n) ^ c1 ^ k0, p1 & MASK, (p0 >> 32n) ^ c3 ^ k1, p0 & MASK];
    k0 = (k0 + 0x9e3779b9n) & MASK;
    k1 = (k1 + 0xbb67ae85n) & MASK;
  }
  return [c0, c1, c2, c3];
}

/** How β is drawn; seed and row are integers up to 2^53 - 1, step is a 32-bit integer. */
export interface Draw {
  readonly gamma: number;
  readonly seed: number;
  readonly step: number;
  /** Global index of row 0. */
  readonly rowOffset: number;
}

/** β `[rows * classes]`: 1 where `word / 2^32 < γ`, else 0. SPEC X5. */
export function drawBeta(rows: number, classes: number, draw: Draw): Float64Array {
  const seed = BigInt(draw.seed);
  const key = [seed & MASK, seed >> 32n] as const;
  const beta = new Float64Array(rows * classes);
  for (let i = 0; i < rows; i++) {
    const row = BigInt(draw.rowOffset + i);
    for (let j = 0; j < classes; j += 4) {
      const words = philox([BigInt(j / 4), row & MASK, row >> 32n, BigInt(draw.step)], key);
      // word / 2^32 is exact in double, as γ is a double.
      for (let lane = 0; lane < 4 && j + lane < classes; lane++) {
        beta[i * classes + j + lane] = Number(words[lane]) / 2 ** 32 < draw.gamma ? 1 : 0;
      }
    }
  }
  return beta;
}

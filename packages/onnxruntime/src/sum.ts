// A sum in double.

/** Σ of numbers in single precision, one after the other. */
export function sumOf(values: Float32Array): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i];
  return total;
}

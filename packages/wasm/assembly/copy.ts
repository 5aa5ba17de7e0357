// Short copies: the bulk instructions cost a call out of the module each, more than a few vectors do.

/** Copies a few numbers. */
export function copy(to: usize, from: usize, bytes: usize): void {
  let k: usize = 0;
  for (; k + 16 <= bytes; k += 16) v128.store(to + k, v128.load(from + k));
  for (; k < bytes; k += 4) store<i32>(to + k, load<i32>(from + k));
}

/** Zeros; `bytes` is a multiple of 16. */
export function clear(at: usize, bytes: usize): void {
  for (let k: usize = 0; k < bytes; k += 16) v128.store(at + k, i32x4.splat(0));
}

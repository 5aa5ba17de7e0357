// WebAssembly's own types, where something describes them.

/**
 * A `WebAssembly.Memory`. Where the types of neither the DOM nor Node are there to describe one, the part of it that is of use
 * to others, so that the declarations need no `lib` beside that of the language.
 */
export type Memory = typeof globalThis extends {
  readonly WebAssembly: { readonly Memory: { readonly prototype: infer T } };
}
  ? T
  : { readonly buffer: ArrayBuffer };

/** A `WebAssembly.Module`, whose inside nobody sees. */
export type Module = typeof globalThis extends {
  readonly WebAssembly: { readonly Module: { readonly prototype: infer T } };
}
  ? T
  : object;

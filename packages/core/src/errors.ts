// The one error that every package throws for bad input. SPEC, "Bad input".

/** Stable codes of {@link EqlError}; SPEC.md says when each is thrown. */
export type EqlErrorCode =
  | 'RANK'
  | 'ROW_COUNT'
  | 'CLASS_COUNT'
  | 'LABEL_RANGE'
  | 'TARGET_RANGE'
  | 'FREQUENCY_RANGE'
  | 'THRESHOLD_RANGE'
  | 'BETA_RANGE'
  | 'FOREGROUND_RANGE'
  | 'ROW_WEIGHT_RANGE'
  | 'REDUCTION'
  | 'NORMALIZER_RANGE'
  | 'DTYPE'
  | 'UNSUPPORTED'
  | 'MODEL'
  | 'BUFFER'
  | 'OUT_OF_MEMORY'
  | 'WORKER'
  | 'DEVICE_LOST'
  | 'DISPOSED';

/**
 * Bad input, found before any work was done; or a means of computing that is not there (`OUT_OF_MEMORY`, `WORKER`, `DEVICE_LOST`).
 *
 * `code` is stable and meant for programs; `message` starts with it and says what came, what was wanted and the
 * likely cause. `instanceof EqlError` also holds for errors of another copy of this package: npm may install two.
 */
export class EqlError extends Error {
  /** One of the stable codes of SPEC.md, _Bad input_: for programs. */
  declare readonly code: EqlErrorCode;

  /** @param message Without the code: it is put in front. */
  constructor(code: EqlErrorCode, message: string) {
    super(`${code}: ${message}`);
    this.name = 'EqlError';
    this.code = code;
  }

  /** By what it is, not by who made it: this, an error of another copy is as well. */
  static override [Symbol.hasInstance](value: unknown): value is EqlError {
    // biome-ignore lint/complexity/noThisInStatic: classes that extend this one inherit the method.
    if (this !== EqlError) return super[Symbol.hasInstance](value);
    return value instanceof Error && value.name === 'EqlError' && 'code' in value;
  }
}

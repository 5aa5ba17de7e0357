// The refusal that nearly every file here can make.

import { EqlError } from '@eqloss/core';

/** `UNSUPPORTED`: what gpu.js, or this package with it, cannot do. */
export function unsupported(message: string): EqlError {
  return new EqlError('UNSUPPORTED', message);
}

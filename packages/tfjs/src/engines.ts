// Which engine computes on which backend of tfjs.

import { composedEngine } from './composed/engine.ts';
import type { Engine } from './engine.ts';
import { kernelsEngine } from './kernels/engine.ts';

/** The engine of a backend: its own kernels or programs where it has some, else ops that every backend has. */
export function engineOf(backend: string): Engine {
  switch (backend) {
    case 'cpu':
    case 'wasm':
      return kernelsEngine;
    default:
      return composedEngine;
  }
}

// Which engine computes on which backend of tfjs.

import { composedEngine } from './composed/engine.ts';
import type { Engine } from './engine.ts';
import { webglEngine } from './gpu/webgl.ts';
import { webgpuEngine } from './gpu/webgpu.ts';
import { kernelsEngine } from './kernels/engine.ts';

/** The engine of a backend: its own kernels or programs where it has some, else ops that every backend has. */
export function engineOf(backend: string): Engine {
  switch (backend) {
    case 'cpu':
    case 'wasm':
      return kernelsEngine;
    case 'webgl':
      return webglEngine;
    case 'webgpu':
      return webgpuEngine;
    default:
      return composedEngine;
  }
}

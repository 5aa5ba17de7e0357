// The rectangle that a kernel of gpu.js draws on OpenGL: one thread a pixel.

/** What of a kernel's backend says where its rectangle is; modes without OpenGL have none of it. */
export interface Drawn {
  readonly context?: unknown;
  readonly buffer?: unknown;
  readonly program?: unknown;
}

// Four corners of two numbers come first, then where they lie in textures.
const ATTRIBUTES = { aPos: 0, aTexCoord: 32 } as const;

/**
 * Points the context's vertices at a kernel's own rectangle.
 *
 * gpu.js 2.24 does so only when it compiles a kernel, and for all kernels of the context at once. Once the kernel that was
 * compiled last is destroyed, whoever it belongs to, the others would draw nothing, without an error: their results would be
 * those of an earlier run, or zeros.
 *
 * @param backend Of a kernel that has been compiled; of another nothing is done.
 */
export function restoreRectangle({ context, buffer, program }: Drawn): void {
  if (!buffer || !program || typeof context !== 'object' || context === null) return;
  if (!('vertexAttribPointer' in context)) return;
  const gl = context as WebGLRenderingContext;
  gl.bindBuffer(gl.ARRAY_BUFFER, buffer as WebGLBuffer);
  for (const [name, offset] of Object.entries(ATTRIBUTES)) {
    const place = gl.getAttribLocation(program as WebGLProgram, name);
    // A shader that reads no texture has no use for where its corners lie in one.
    if (place === -1) continue;
    gl.enableVertexAttribArray(place);
    gl.vertexAttribPointer(place, 2, gl.FLOAT, false, 0, offset);
  }
}

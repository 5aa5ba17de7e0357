// What GPUs hold, and how often they are read, counted at the devices themselves: below gpu.js.

/** Until now. */
export interface Counts {
  /** Textures of WebGL 2 and buffers of WebGPU that were made and not yet freed. */
  readonly held: number;
  /** How often something was read back. */
  readonly reads: number;
}

/** Starts counting, wherever this runs. */
export function startCounting(): () => Counts {
  const held = new Set<unknown>();
  let reads = 0;
  const read = (): void => {
    reads++;
  };
  const all = globalThis as unknown as Record<string, { readonly prototype: Methods } | undefined>;
  watch(all.WebGL2RenderingContext, 'createTexture', (_, __, texture) => held.add(texture));
  watch(all.WebGL2RenderingContext, 'deleteTexture', (_, [texture]) => held.delete(texture));
  watch(all.WebGL2RenderingContext, 'readPixels', read);
  watch(all.GPUDevice, 'createBuffer', (_, __, buffer) => held.add(buffer));
  watch(all.GPUBuffer, 'destroy', (buffer) => held.delete(buffer));
  watch(all.GPUBuffer, 'mapAsync', read);
  return () => ({ held: held.size, reads });
}

type Methods = Record<string, (...args: unknown[]) => unknown>;

function watch(
  of: { readonly prototype: Methods } | undefined,
  name: string,
  see: (self: unknown, args: readonly unknown[], result: unknown) => void,
): void {
  if (of === undefined) return;
  const method = of.prototype[name];
  of.prototype[name] = function (this: unknown, ...args) {
    const result = method.apply(this, args);
    see(this, args, result);
    return result;
  };
}

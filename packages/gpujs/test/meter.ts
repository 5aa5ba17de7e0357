// What an engine is made to do, and what it holds: counted at the functions of the platform, below gpu.js.

import type { GpuLike, Mode } from '../src/index.ts';

/** Since the meter was started. */
interface Counts {
  /** Shaders, modules or functions. */
  readonly compiled: number;
  /** Kernels started. */
  readonly launched: number;
  /** Results copied to the host. Modes cpu and webasm have theirs there anyway, and count none. */
  readonly read: number;
  /** What was made and not freed: textures, buffers, programs; kernels that gpu.js keeps in modes cpu and webasm. */
  readonly live: number;
}

/** Counts until it is stopped. */
export interface Meter {
  /** What tests hand to the package: in modes cpu and webasm it counts launches. */
  readonly gpu: GpuLike;
  counts(): Counts;
  stop(): void;
}

/** Starts to count. @param gpu An instance of gpu.js in that mode. */
export function startMeter(mode: Mode, gpu: GpuLike): Meter {
  const tally = { compiled: 0, launched: 0, read: 0 };
  const alive = new Set<object>();
  const undo: (() => void)[] = [];
  /** Has `then` told of each call of a function of the platform. */
  const watch = (name: string, owner: object | undefined, methods: readonly string[], then: Told): void => {
    for (const method of methods) {
      const original = (owner as Record<string, (...args: unknown[]) => unknown> | undefined)?.[method];
      if (owner === undefined || original === undefined) throw new Error(`there is no ${name}.${method} to watch`);
      const own = Object.hasOwn(owner, method);
      const watched = function (this: object, ...args: unknown[]): unknown {
        const result = Reflect.apply(original, this, args);
        then(result, args, this);
        return result;
      };
      Object.defineProperty(owner, method, { value: watched, configurable: true, writable: true });
      undo.push(() => {
        if (own) Object.defineProperty(owner, method, { value: original, configurable: true, writable: true });
        else delete (owner as Record<string, unknown>)[method];
      });
    }
  };
  const prototypeOf = (name: string): object | undefined =>
    (globalThis as unknown as Record<string, { prototype: object } | undefined>)[name]?.prototype;
  const add = (result: unknown): unknown => alive.add(result as object);
  const remove = (_: unknown, [gone]: unknown[]): unknown => alive.delete(gone as object);

  if (mode === 'webgl' || mode === 'webgl2') {
    const name = mode === 'webgl' ? 'WebGLRenderingContext' : 'WebGL2RenderingContext';
    const context = prototypeOf(name);
    const things = ['Texture', 'Buffer', 'Framebuffer', 'Program', 'Shader'];
    const made = things.map((thing) => `create${thing}`);
    const freed = things.map((thing) => `delete${thing}`);
    watch(name, context, ['compileShader'], () => tally.compiled++);
    watch(name, context, ['drawArrays'], () => tally.launched++);
    watch(name, context, ['readPixels'], () => tally.read++);
    watch(name, context, made, add);
    watch(name, context, freed, remove);
  } else if (mode === 'webgpu') {
    watch('GPUDevice', prototypeOf('GPUDevice'), ['createShaderModule'], () => tally.compiled++);
    watch(
      'GPUComputePassEncoder',
      prototypeOf('GPUComputePassEncoder'),
      ['dispatchWorkgroups'],
      () => tally.launched++,
    );
    watch('GPUBuffer', prototypeOf('GPUBuffer'), ['mapAsync'], () => tally.read++);
    watch('GPUDevice', prototypeOf('GPUDevice'), ['createBuffer'], add);
    watch('GPUBuffer', prototypeOf('GPUBuffer'), ['destroy'], (_, __, self) => alive.delete(self));
  } else {
    const [owner, name] = mode === 'cpu' ? [globalThis, 'Function'] : [WebAssembly, 'Module'];
    const original: unknown = Reflect.get(owner, name);
    const compile = new Proxy(original as new () => object, {
      construct: (target, args, self) => {
        tally.compiled++;
        return Reflect.construct(target, args, self) as object;
      },
    });
    Reflect.set(owner, name, compile);
    undo.push(() => Reflect.set(owner, name, original));
  }
  const onHost = mode === 'cpu' || mode === 'webasm';
  // Not in gpu.js's types: what it holds on to.
  const { kernels } = gpu as unknown as { readonly kernels: readonly unknown[] };
  const before = kernels.length;
  return {
    gpu: onHost ? counted(gpu, () => tally.launched++) : gpu,
    counts: () => ({ ...tally, live: onHost ? kernels.length - before : alive.size }),
    stop: () => {
      for (const each of undo.reverse()) each();
    },
  };
}

type Told = (result: unknown, args: unknown[], self: object) => void;

/** The same gpu, which tells of each run of a kernel. */
function counted(gpu: GpuLike, told: () => void): GpuLike {
  const createKernel: GpuLike['createKernel'] = (source, settings) =>
    new Proxy(gpu.createKernel(source, settings) as () => unknown, {
      apply: (target, self, args) => {
        told();
        return Reflect.apply(target, self, args) as unknown;
      },
    });
  return new Proxy(gpu, {
    get: (target, name) => (name === 'createKernel' ? createKernel : (Reflect.get(target, name) as unknown)),
  });
}

// The runtime's sessions of a trainer, made when first needed, and memory that is used again.

import { freeMemory, releaseAll } from '../freeing.ts';
import type { Arithmetic } from '../options.ts';
import { isNodeRuntime, type Ort, type OrtSession, type OrtTensor } from '../ort.ts';
import { arithmeticOf, sessionOptionsOf } from '../runtime.ts';
import type { HeadEngineOptions } from './options.ts';

/** Values by the name of a graph's input. */
export type Feeds = Readonly<Record<string, OrtTensor>>;

/** Runs graphs. */
export interface Engine {
  readonly ort: Ort;
  readonly arithmetic: Arithmetic;
  readonly opset: number;
  /** Runs the graph of that name, which is built and loaded once. All its outputs are floats. */
  run(name: string, build: () => Uint8Array, feeds: Feeds): Promise<Readonly<Record<string, Float32Array>>>;
  /**
   * Gives the memory of a result back at once, where that can be done: left to the garbage collector, the gradients of many
   * pieces are so much new memory that it costs a quarter of the time of their product.
   */
  free(result: Float32Array): void;
  /** An array of at least this length that is the same each time, by its name; only cut to the length. */
  floats(name: string, length: number): Float32Array;
  /** The same for labels. */
  integers(name: string, length: number): Int32Array;
  /** Frees every session, one after the other; throws the first failure when all have been tried. */
  release(): Promise<void>;
}

/** Creates an engine. Nothing is loaded yet. */
export function createEngine(ort: Ort, options: HeadEngineOptions): Engine {
  const { opset = 17 } = options;
  const sessionOptions = sessionOptionsOf(options);
  const isNode = isNodeRuntime(ort);
  const sessions = new Map<string, OrtSession>();
  const memory = new Map<string, Float32Array | Int32Array>();
  const reused = <T extends Float32Array | Int32Array>(name: string, length: number, make: (n: number) => T): T => {
    let array = memory.get(name) as T | undefined;
    if (array === undefined || array.length < length) {
      array = make(length);
      memory.set(name, array);
    }
    return array.subarray(0, length) as T;
  };
  return {
    ort,
    arithmetic: arithmeticOf(sessionOptions.executionProviders),
    opset,
    run: async (name, build, feeds) => {
      let session = sessions.get(name);
      if (session === undefined) {
        session = await ort.InferenceSession.create(build(), sessionOptions);
        sessions.set(name, session);
      }
      const results = await session.run(feeds as Record<string, never>);
      const values: Record<string, Float32Array> = {};
      for (const [output, tensor] of Object.entries(results)) {
        values[output] = (await tensor.getData(true)) as Float32Array;
      }
      return values;
    },
    free: ({ buffer }) => {
      // onnxruntime-node returns copies.
      if (isNode) freeMemory(buffer);
    },
    floats: (name, length) => reused(name, length, (n) => new Float32Array(n)),
    integers: (name, length) => reused(name, length, (n) => new Int32Array(n)),
    release: () => {
      memory.clear();
      return releaseAll(sessions);
    },
  };
}

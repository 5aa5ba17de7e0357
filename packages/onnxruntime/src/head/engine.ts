// The runtime's sessions of a trainer, made when first needed, and memory that is used again.

import type { Arithmetic } from '../options.ts';
import type { Ort, OrtSession, OrtTensor } from '../ort.ts';
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
  /** An array of at least this length that is the same each time, by its name; only cut to the length. */
  floats(name: string, length: number): Float32Array;
  /** The same for labels. */
  integers(name: string, length: number): Int32Array;
  /** Frees every session, one after the other; throws the first failure when all have been tried. */
  release(): Promise<void>;
}

/** Creates an engine. Nothing is loaded yet. */
export function createEngine(ort: Ort, options: HeadEngineOptions): Engine {
  const { executionProviders, opset = 17 } = options;
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
    arithmetic: arithmeticOf(executionProviders),
    opset,
    run: async (name, build, feeds) => {
      let session = sessions.get(name);
      if (session === undefined) {
        session = await ort.InferenceSession.create(build(), sessionOptionsOf(options));
        sessions.set(name, session);
      }
      const results = await session.run(feeds as Record<string, never>);
      const values: Record<string, Float32Array> = {};
      for (const [output, tensor] of Object.entries(results)) {
        values[output] = (await tensor.getData(true)) as Float32Array;
      }
      return values;
    },
    floats: (name, length) => reused(name, length, (n) => new Float32Array(n)),
    integers: (name, length) => reused(name, length, (n) => new Int32Array(n)),
    release: async () => {
      const failures: unknown[] = [];
      for (const session of sessions.values()) {
        try {
          await session.release();
        } catch (failure) {
          failures.push(failure);
        }
      }
      sessions.clear();
      memory.clear();
      if (failures.length > 0) throw failures[0];
    },
  };
}

/** Whose functions the graphs may trust: a CPU's, unless a provider is named that is not known to be one. */
function arithmeticOf(providers: HeadEngineOptions['executionProviders']): Arithmetic {
  const names = (providers ?? []).map((provider) => (typeof provider === 'string' ? provider : provider.name));
  return names.every((name) => name === 'cpu' || name === 'wasm') ? 'cpu' : 'gpu';
}

/** ONNX Runtime throws on an option that is there but undefined. */
function sessionOptionsOf({ executionProviders, sessionOptions }: HeadEngineOptions): Record<string, unknown> {
  const all = { intraOpNumThreads: 1, logSeverityLevel: 3, executionProviders, ...sessionOptions };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

// The kernels of a handle: made when a batch first needs them, trusted when they have answered a question.

import type { CheckedSigmoid, CheckedSoftmax } from '@eqloss/core';
import { checkCapacity } from './device.ts';
import { type GpuLike, isOnGpu, type Mode } from './gpu.ts';
import type { CheckedOptions } from './options.ts';
import { checkSuite } from './probe.ts';
import { createProgram, type Program } from './program.ts';
import type { FormPlan, Kind, Make, Sizes, Stage, Suite } from './suite.ts';
import { powers } from './text/arithmetic.ts';
import { unsupported } from './unsupported.ts';

/** The kernels of one kind of batch. */
interface Entry<P> {
  readonly suite: Suite<P>;
  readonly kind: Kind;
  /** Where the logits are: `host`, or a kind of texture, for which WebGL compiles another shader. */
  readonly source: string;
  /** Stages that wait for their next batch: as many as ever were on their way at once. */
  readonly idle: Stage<P>[];
  /** What came of the question; nothing before it is put. */
  trusted?: Promise<void>;
}

/** All kernels of a handle. */
export interface Shelf<P> {
  mode(): Mode;
  /** See `Kernels.keepsNonFinite`. */
  keepsNonFinite(): boolean;
  /** The context that textures must come from. */
  context(): unknown;
  /** Made when there are none yet, without running anything. */
  entryFor(kind: Kind, source?: string): Entry<P>;
  /**
   * Lets the kernels answer a question, once, however many batches wait for it.
   *
   * @throws {EqlError} (rejects) `UNSUPPORTED`, `DEVICE_LOST`; the kernels are then freed, and made anew when next asked for
   */
  trust(entry: Entry<P>): Promise<void>;
  /** Frees all. */
  clear(): void;
}

// Up to here one thread sums a row about as fast as it is launched.
const SHORT_ROW = 64;

/**
 * An empty shelf.
 *
 * @throws {EqlError} `UNSUPPORTED` when the GPU makes no kernels, or with `requireGpu` has none
 */
export function createShelf<P extends CheckedSigmoid | CheckedSoftmax>(
  gpu: GpuLike,
  { rows, gate, pipeline, requireGpu }: CheckedOptions,
  plan: FormPlan<P>,
): Shelf<P> {
  const entries = new Map<string, Entry<P>>();
  const first = modeFor(gpu);
  if (requireGpu) checkOnGpu(gpu, first, undefined);
  const sizes: Sizes = {
    rows,
    classes: gate.classes,
    lanes: isOnGpu(first) ? lanesOf(gate.classes) : 1,
    tail: Float32Array.from(gate.tail),
    powers: powers(),
  };
  let mode = first;
  let keeps = true;
  const remove = (entry: Entry<P>): void => {
    for (const [key, known] of entries) if (known === entry) entries.delete(key);
    destroyAll(entry.suite.programs);
  };
  const ask = async (entry: Entry<P>): Promise<void> => {
    try {
      // A texture's kernels have the text of the host's, and no question could be put to them without a kernel of their own.
      const asked = entry.source === 'host' ? entry : shelf.entryFor(entry.kind);
      const [program] = asked.suite.programs;
      if (asked !== entry) await shelf.trust(asked);
      else {
        const stage = entry.suite.createStage();
        const verdict = await checkSuite(plan, gate, entry.kind, rows, stage, program.mode);
        entry.idle.push(stage);
        keeps &&= verdict.keepsNonFinite;
      }
      mode = program.mode();
      // The gradient, or the softmax form's rows.
      checkCapacity({ context: program.context() }, rows * Math.max(gate.classes, 4));
      if (requireGpu) checkOnGpu(gpu, mode, program.fallbackReason());
    } catch (error) {
      remove(entry);
      throw error;
    }
  };
  const shelf: Shelf<P> = {
    mode: () => mode,
    keepsNonFinite: () => keeps,
    context: () => [...entries.values()][0]?.suite.programs[0].context(),
    entryFor: (kind, source = 'host') => {
      const key = [kind.answers, kind.weights, kind.shifts, source].join(' ');
      const known = entries.get(key);
      if (known !== undefined) return known;
      const suite = createSuite(
        (source, passes) => {
          // Modes cpu and webasm have their results on the host in any case.
          const result = !isOnGpu(first) ? 'read' : passes ? 'pass' : pipeline ? 'keep' : 'read';
          return createProgram(gpu, { ...source, result });
        },
        (make) => plan.createSuite(kind, sizes, make),
      );
      const entry: Entry<P> = { suite, kind, source, idle: [] };
      entries.set(key, entry);
      return entry;
    },
    trust: (entry) => {
      entry.trusted ??= ask(entry);
      return entry.trusted;
    },
    clear: () => {
      const programs = [...entries.values()].flatMap(({ suite }) => suite.programs);
      entries.clear();
      destroyAll(programs);
    },
  };
  return shelf;
}

/** All programs or none. */
function createSuite<P>(make: Make, create: (make: Make) => Suite<P>): Suite<P> {
  const programs: Program[] = [];
  try {
    return create((source, passes) => {
      const program = make(source, passes);
      programs.push(program);
      return program;
    });
  } catch (error) {
    destroyAll(programs);
    throw error;
  }
}

/** Also those behind one that fails: what gpu.js could not free is lost, and says so. */
function destroyAll(programs: readonly Program[]): void {
  const failures: unknown[] = [];
  for (const program of programs) {
    try {
      program.destroy();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}

/** The mode that gpu.js has chosen, before anything is compiled. */
function modeFor(gpu: GpuLike): Mode {
  const text = 'function () { return 0.0; }';
  const program = createProgram(gpu, { text, size: 1, constants: {}, result: 'read' });
  const mode = program.mode();
  program.destroy();
  return mode;
}

function checkOnGpu(gpu: GpuLike, mode: Mode, reason: string | undefined): void {
  if (isOnGpu(mode)) return;
  const { mode: asked } = gpu as { readonly mode?: string };
  const cause = reason ?? (asked === mode ? 'that is the mode that was asked for' : 'gpu.js found no GPU here');
  throw unsupported(`gpu.js runs mode ${mode}, and requireGpu is set: ${cause}.`);
}

/** Parts of a row: about as many as each has entries, so that no thread does much more than the others. */
function lanesOf(classes: number): number {
  return classes <= SHORT_ROW ? 1 : Math.ceil(Math.sqrt(classes));
}

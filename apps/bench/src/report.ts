// The report: what was measured, where, and what could not be.

import { existsSync, readFileSync } from 'node:fs';
import { type Case, layoutWords, shapeWords } from './cases.ts';
import type { Environment } from './environment.ts';
import { peersOf } from './paths.ts';
import { median, spread } from './statistics.ts';
import { isTaskRow, type TaskRow } from './task-rows.ts';

/** One path in one case. */
export interface Row {
  /** A target of the conformance suite, or a peer. */
  readonly path: string;
  readonly form: Case['form'];
  readonly rows: number;
  readonly classes: number;
  readonly threads: number;
  /** Share of foreground rows. */
  readonly foreground: number;
  readonly tail: Case['tail'];
  readonly beta?: Case['beta'];
  /** Loss and gradient, median over the rounds, by rows * classes. */
  readonly nsPerLogit: number;
  /** Interquartile range of the rounds by their median. */
  readonly spread: number;
  /** Time by that of `copy` in the same rounds. */
  readonly toCopy: number;
  /** Time by that of PyTorch's plain loss (`torch-bce`, `torch-ce`) with as many threads, in the same rounds. */
  readonly toTorch?: number;
  /** Time by that of the loss composed in PyTorch (`torch-eql`, `torch-seql`) with as many threads. */
  readonly toTorchComposed?: number;
  /** Time by that of the loss composed from the ops of TensorFlow.js on the same backend, in the same rounds. */
  readonly toComposed?: number;
  /** Time by that of the loss as one writes it first for gpu.js, in the same mode and the same rounds. */
  readonly toNaive?: number;
  /** Time by that of a kernel of gpu.js that takes an exponential a logit, in the same mode and the same rounds. */
  readonly toExp?: number;
  /** Growth of the process's peak memory from before it has the batch. In the first case of a process. */
  readonly peakBytes?: number;
  /** Largest distance from core, 1 being what SPEC N4 allows in single precision. */
  readonly distance: number;
  readonly rounds: number;
}

/** A path that was not measured, in some case or in all; or a way of a task. */
export interface Note {
  readonly path: string;
  readonly threads: number;
  /** `unavailable`: this machine lacks something. `left out`: it would take too long. The others fail the run. */
  readonly status: 'unavailable' | 'left out' | 'wrong' | 'failed';
  /** `sigmoid 512x1203 1/4`; absent when it is about all cases. */
  readonly where?: string;
  readonly reason: string;
}

/** report.json. */
export interface Report {
  readonly environment: Environment;
  readonly rows: readonly Row[];
  readonly growth: readonly Row[];
  /** Work that is no batch of logits, or no ordinary one. */
  readonly tasks: readonly TaskRow[];
  readonly notes: readonly Note[];
}

/** What the rounds of one path in one case gave. */
export interface Timing {
  readonly path: string;
  readonly threads: number;
  /** Of one call, one number a round. */
  readonly nanoseconds: readonly number[];
  readonly peakBytes?: number;
  readonly distance: number;
}

/** The rows of a case, with their ratios. Without `copy` among the timings there is nothing to compare with. */
export function rowsOf(of: Case, timings: readonly Timing[]): readonly Row[] {
  const timeOf = (path: string | undefined, threads: number) => {
    const found = timings.find((timing) => timing.path === path && timing.threads === threads);
    return found && median(found.nanoseconds);
  };
  const copy = timeOf('copy', 1);
  if (copy === undefined) return [];
  const { form, rows, classes, foreground, tail, beta } = of;
  const [plain, composed] = form === 'sigmoid' ? ['torch-bce', 'torch-eql'] : ['torch-ce', 'torch-seql'];
  return timings.map(({ path, threads, nanoseconds, peakBytes, distance }) => {
    const time = median(nanoseconds);
    const to = (other: number | undefined) => (other === undefined ? undefined : time / other);
    const peers = peersOf(path);
    return {
      ...{ path, form, rows, classes, threads, foreground, tail, beta },
      nsPerLogit: time / (rows * classes),
      spread: spread(nanoseconds),
      toCopy: time / copy,
      toTorch: to(timeOf(plain, threads)),
      toTorchComposed: to(timeOf(composed, threads)),
      toComposed: to(timeOf(peers.toComposed, threads)),
      toNaive: to(timeOf(peers.toNaive, threads)),
      toExp: to(timeOf(peers.toExp, threads)),
      peakBytes,
      distance,
      rounds: nanoseconds.length,
    };
  });
}

/** How a path is called where its threads matter: `wasm`, `wasm-2`. */
export function nameOf({ path, threads }: { readonly path: string; readonly threads: number }): string {
  return threads === 1 ? path : `${path}-${threads}`;
}

/** Tells one row of a report from every other. */
export function keyOf(row: Row): string {
  return `${row.form} ${shapeWords(row)} ${layoutWords(row)} ${nameOf(row)}`;
}

/** The sentences that fail a run. */
export function failuresOf({ notes, rows, growth, tasks }: Report): readonly string[] {
  const bad = notes
    .filter(({ status }) => status === 'wrong' || status === 'failed')
    .map((note) => `${nameOf(note)} ${note.status}${note.where ? ` in ${note.where}` : ''}: ${note.reason}`);
  return rows.length + growth.length + tasks.length === 0 ? [...bad, 'nothing was measured'] : bad;
}

/**
 * Reads a saved report.
 *
 * @throws {Error} when there is none, or the file is something else.
 */
export function readReport(path: string): Report {
  if (!existsSync(path)) throw new Error(`there is no report ${path}`);
  let report: Partial<Report> | null;
  try {
    report = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new Error(`${path} is no JSON: ${(error as Error).message}`);
  }
  const { environment, rows, growth = [], tasks = [], notes = [] } = report ?? {};
  const lists = [rows, growth, tasks, notes].every(Array.isArray);
  const all = (): boolean => [...rows!, ...growth].every(isRow) && tasks.every(isTaskRow);
  // Null is an object to `typeof`, and valid JSON.
  if (typeof environment !== 'object' || environment === null || !lists || !all()) {
    throw new Error(`${path} is no report of the bench: it needs environment and rows`);
  }
  return { environment, rows: rows!, growth, tasks, notes };
}

function isRow(row: Partial<Row> | null): boolean {
  const numbers = [row?.rows, row?.classes, row?.threads, row?.foreground, row?.nsPerLogit, row?.toCopy];
  return typeof row?.path === 'string' && typeof row.form === 'string' && numbers.every(Number.isFinite);
}

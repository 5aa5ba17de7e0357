// From files of counts or frequencies, and a threshold, to the gate that a model carries.

import { createGate, EqlError, frequenciesFromCounts, type Gate, tailRatio, thresholdForTailRatio } from '@eqloss/core';
import { FileError, readJson } from './files.ts';

/** What the command line says about the gate. */
export interface GateWishes {
  /** A file with counts, `[900, 12, …]` or `{ "counts": […], "total": … }`; or one with frequencies. */
  readonly counts?: string;
  readonly frequencies?: string;
  /** All images that hold an annotation. */
  readonly total?: number;
  /** λ, or the tail ratio that it is to give. */
  readonly threshold?: number;
  readonly tailRatio?: number;
}

/**
 * Reads the files, makes the gate and says how much of the data is tail.
 *
 * Without a total, that of the counts is taken: right where an image has one class.
 *
 * @throws {FileError} for a file that holds something else.
 * @throws {EqlError} `CLASS_COUNT`, `FREQUENCY_RANGE`, `THRESHOLD_RANGE`
 */
export function gateOf(wishes: GateWishes, say: (line: string) => void): { gate: Gate; counts: readonly number[] } {
  const { threshold } = wishes;
  const { values, total } =
    wishes.frequencies !== undefined ? frequenciesIn(wishes.frequencies) : countsIn(wishes, say);
  const frequencies = total === undefined ? Float64Array.from(values) : frequenciesFromCounts(values, total);
  const chosen = threshold ?? thresholdForTailRatio(values, total ?? 1, wishes.tailRatio!).threshold;
  const gate = createGate(frequencies, { threshold: chosen });
  const tail = gate.tail.reduce((sum, each) => sum + each, 0);
  const ratio = (100 * tailRatio(values, gate)).toPrecision(3);
  say(`threshold ${chosen}: ${tail} of ${gate.classes} classes are tail, with ${ratio} % of all occurrences`);
  return { gate, counts: values };
}

function frequenciesIn(path: string): { values: number[]; total: undefined } {
  return { values: numbersOf(readJson(path), path), total: undefined };
}

function countsIn(wishes: GateWishes, say: (line: string) => void): { values: number[]; total: number } {
  const path = wishes.counts!;
  const content = readJson(path) as { readonly counts?: unknown; readonly total?: unknown };
  const isList = Array.isArray(content);
  const values = numbersOf(isList ? content : content?.counts, path);
  const own = isList ? undefined : content.total;
  if (own !== undefined && typeof own !== 'number') throw new FileError(`${path}: total is no number`);
  const total = wishes.total ?? own;
  if (total !== undefined) return { values, total };
  const sum = values.reduce((all, count) => all + count, 0);
  say(`total ${sum}, the sum of the counts; where an image holds several classes, --total gives the number of images`);
  return { values, total: sum };
}

function numbersOf(values: unknown, path: string): number[] {
  if (!Array.isArray(values) || values.some((value) => typeof value !== 'number')) {
    throw new FileError(`${path} holds no JSON array of numbers, one a class`);
  }
  if (values.length === 0) throw new EqlError('CLASS_COUNT', `${path} holds no class.`);
  return values;
}

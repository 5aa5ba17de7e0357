// Tasks in the report.

import type { Form } from '@eqloss/core';
import { median, spread } from './statistics.ts';
import type { TaskGroup } from './tasks.ts';

/** One way to do a task. */
export interface TaskRow {
  readonly task: string;
  /** What the way is called. */
  readonly way: string;
  readonly form?: Form;
  readonly size: string;
  /** Of one call, median over the rounds. */
  readonly nanoseconds: number;
  /** Interquartile range of the rounds by their median. */
  readonly spread: number;
  readonly rounds: number;
  /** The way that it is compared with: the first of the task. */
  readonly by: string;
  /** Time by that of `by` in the same rounds; absent when that could not be measured. */
  readonly ratio?: number;
  /** Growth of the process's peak memory beyond what must be held anyway; where memory is a question. */
  readonly peakBytes?: number;
  /** The same by that of `by`. */
  readonly peakRatio?: number;
}

/** What the rounds of one way gave. */
export interface TaskTiming {
  readonly name: string;
  /** Of one call, one number a round. */
  readonly nanoseconds: readonly number[];
  readonly peakBytes?: number;
}

/** The rows of a task, with their ratios. */
export function taskRowsOf(
  { task, form, size, ways, memory }: TaskGroup,
  timings: readonly TaskTiming[],
): readonly TaskRow[] {
  const by = ways[0].name;
  const base = timings.find(({ name }) => name === by);
  return timings.map(({ name, nanoseconds, peakBytes }) => ({
    ...{ task, way: name, form, size },
    nanoseconds: median(nanoseconds),
    spread: spread(nanoseconds),
    rounds: nanoseconds.length,
    by,
    ratio: base && median(nanoseconds) / median(base.nanoseconds),
    ...(memory && { peakBytes, peakRatio: base?.peakBytes && peakBytes && peakBytes / base.peakBytes }),
  }));
}

/** Whether it is a row of a task: reports come from anywhere. */
export function isTaskRow(row: Partial<TaskRow> | null): boolean {
  const words = [row?.task, row?.way, row?.size];
  return words.every((word) => typeof word === 'string') && Number.isFinite(row?.nanoseconds);
}

/** How a task and its size are called. */
export function taskWords({ task, form, size }: Pick<TaskRow, 'task' | 'form' | 'size'>): string {
  return [task, form, size].filter(Boolean).join(' ');
}

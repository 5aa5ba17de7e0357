// What the view knows: the counts, λ and the set-up. One object for each view; plots and words follow it.

import { EqlError, type Finding, type Form, thresholdForTailRatio } from '@eqloss/core';
import { batch, computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { BetaChoice } from './batch.ts';
import { type ClassCounts, type ParsedCounts, parseCounts, problemOfTotal } from './counts.ts';
import { adviceFor, type Cut, cutAt, type Ranked, rank } from './gate-model.ts';
import type { Model } from './gradient.ts';
import { type PresetName, presets, type Unit } from './presets.ts';

/** Where the counts come from. */
export type Source = PresetName | 'own';

/** Everything that can be chosen, and what follows from it. */
export interface State {
  /** What is chosen. With `own`, the counts stay those before until a text could be read. */
  readonly source: Signal<Source>;
  /** The visitor's text. */
  readonly text: Signal<string>;
  /** What the text holds; undefined while there is none. */
  readonly parsed: Signal<ParsedCounts | undefined>;
  /** The counts that all plots show. */
  readonly ranked: Signal<Ranked>;
  /** Whose counts those are. */
  readonly shown: Signal<Source>;
  readonly threshold: Signal<number>;
  readonly form: Signal<Form>;
  /** Rows of no class for each row of a class; sigmoid only. */
  readonly background: Signal<number>;
  readonly beta: Signal<BetaChoice>;
  readonly model: Signal<Model>;
  /** Of the small batch and of drawn β. */
  readonly seed: Signal<number>;
  /** What is counted. */
  readonly unit: ReadonlySignal<Unit>;
  readonly cut: ReadonlySignal<Cut>;
  readonly advice: ReadonlySignal<readonly Finding[]>;
}

/** The tail ratio that own counts begin with: inside the paper's advice. */
const FIRST_RATIO = 0.05;

/** Begins with LVIS and the sigmoid form. */
export function createState(): State {
  const { classes, total, threshold } = presets.lvis;
  const state = {
    source: signal<Source>('lvis'),
    text: signal(''),
    parsed: signal<ParsedCounts | undefined>(undefined),
    ranked: signal(rank(classes, total)),
    shown: signal<Source>('lvis'),
    threshold: signal(threshold),
    form: signal<Form>('sigmoid'),
    background: signal(0.1),
    beta: signal<BetaChoice>({ kind: 'drawn', value: 0.9 }),
    model: signal<Model>('start'),
    seed: signal(1),
  };
  const cut = computed(() => cutAt(state.ranked.value, state.threshold.value));
  const unit = computed<Unit>(() =>
    state.shown.value === 'own' ? ['sample', 'samples'] : presets[state.shown.value].unit,
  );
  const advice = computed(() =>
    adviceFor(state.ranked.value, cut.value, {
      form: state.form.value,
      background: state.background.value > 0,
      beta: state.beta.value.value,
    }),
  );
  return { ...state, unit, cut, advice };
}

/** Shows a preset with its own λ; for `own`, what the text holds, if it can be read. */
export function choose(state: State, source: Source): void {
  batch(() => {
    state.source.value = source;
    if (source === 'own') {
      showOwn(state, state.parsed.value?.classes);
      return;
    }
    const { classes, total, threshold } = presets[source];
    state.ranked.value = rank(classes, total);
    state.shown.value = source;
    state.threshold.value = threshold;
  });
}

/**
 * Reads the visitor's text and shows its counts, or keeps what was shown when they cannot be read.
 *
 * @param fresh Another data set. Otherwise the text is one that is being edited: a total and a λ that were chosen stay.
 */
export function readText(state: State, text: string, { fresh = false } = {}): void {
  batch(() => {
    state.text.value = text;
    state.parsed.value = text.trim() === '' ? undefined : parseCounts(text);
    showOwn(state, state.parsed.value?.classes, state.shown.value === 'own' && !fresh);
  });
}

/** Changes the number of all images; λ goes along, so that the same classes are tail. Returns what is wrong with it. */
export function changeTotal(state: State, total: number): string | undefined {
  const before = state.ranked.value;
  const problem = problemOfTotal(total, before);
  if (problem !== undefined) return problem;
  batch(() => {
    const step = before.steps.findIndex((value) => value >= state.threshold.value);
    state.ranked.value = rank(before, total);
    const { steps } = state.ranked.value;
    state.threshold.value = steps[step === -1 ? steps.length - 1 : step];
  });
  return undefined;
}

/** Changes λ. Returns core's complaint, if it has one. */
export function changeThreshold(state: State, threshold: number): string | undefined {
  try {
    cutAt(state.ranked.value, threshold);
  } catch (error) {
    if (error instanceof EqlError) return error.message;
    throw error;
  }
  state.threshold.value = threshold;
  return undefined;
}

function showOwn(state: State, classes: ClassCounts | undefined, edited = false): void {
  if (classes === undefined) return;
  const before = state.ranked.value;
  const keepsTotal =
    edited && before.total !== sumOf(before.counts) && problemOfTotal(before.total, classes) === undefined;
  const keepsThreshold = edited && state.threshold.value !== firstThreshold(before.counts, before.total);
  const total = keepsTotal ? before.total : sumOf(classes.counts);
  state.ranked.value = rank(classes, total);
  state.shown.value = 'own';
  if (!keepsThreshold) state.threshold.value = firstThreshold(classes.counts, total);
}

function firstThreshold(counts: Float64Array, total: number): number {
  return thresholdForTailRatio(counts, total, FIRST_RATIO).threshold;
}

function sumOf(counts: Float64Array): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

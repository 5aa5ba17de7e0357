// Which package and backend to take on this device. A pure rule over what was detected, judged and measured.
//
// 1. Only what passed every test that it was judged by, on real hardware, can be recommended.
// 2. The fastest of them by the geometric mean of both forms wins; but who is no more than 10 % slower (or within the
//    spread of the rounds) and simpler to use wins over it. Simpler is who stands first in `offers`.
// 3. Of every other stack, the best by the same rule is named, or why there is none.

import { type Form, isFailure, isJudged, type TargetReport } from '@eqloss/conformance/protocol';
import type { Shape } from '../../../bench/src/cases.ts';
import { isSoftware } from '../../../bench/src/paths/device.ts';
import type { Measure } from './state.ts';

/** What the rule looks at. */
export interface Evidence {
  /** Of all targets that were run to the end. */
  readonly reports: readonly TargetReport[];
  /** Of any shape: those of `shape` count. */
  readonly measures: readonly Measure[];
  readonly shape: Shape;
  /** Whether only a part of the vectors was run. */
  readonly partial: boolean;
}

/** One package on one backend that can be taken. */
export interface Choice {
  readonly target: string;
  /** `@eqloss/wasm` */
  readonly package: string;
  /** `WebAssembly, one thread` */
  readonly backend: string;
  readonly stack: Stack;
  /** By form; empty when it was not measured. */
  readonly nsPerLogit: Readonly<Partial<Record<Form, number>>>;
  /** Why, in two or three sentences with its numbers. */
  readonly why: readonly string[];
}

/** What the page says at the end. */
export interface Recommendation {
  readonly best?: Choice;
  /** For those who have a stack already: the best of each other stack, or why there is none. */
  readonly others: readonly (Choice | { readonly stack: Stack; readonly none: string })[];
  /** Targets that were judged and may not be recommended, with the reason. */
  readonly excluded: readonly { readonly target: string; readonly reason: string }[];
}

/** What a user may be using already. */
type Stack = 'no framework' | 'TensorFlow.js' | 'ONNX Runtime' | 'gpu.js';

/** Recommends. Without a single target that passed there is no `best`. */
export function recommend(evidence: Evidence): Recommendation {
  const judged = evidence.reports.map((report) => examine(report, evidence));
  const fit = judged.filter((candidate): candidate is Fit => 'offer' in candidate);
  const excluded = judged.flatMap((candidate) => ('reason' in candidate ? [candidate] : []));
  const best = pick(fit);
  const others = stacks
    .filter((stack) => stack !== best?.offer.stack)
    .flatMap((stack): Recommendation['others'] => {
      const found = pick(fit.filter(({ offer }) => offer.stack === stack));
      if (found) return [choiceOf(found, otherWhy(found, best, evidence))];
      const none = whyNone(stack, excluded);
      return none ? [{ stack, none }] : [];
    });
  return { ...(best && { best: choiceOf(best, bestWhy(best, fit, evidence)) }), others, excluded };
}

interface Offer {
  readonly target: string;
  readonly package: string;
  readonly backend: string;
  readonly stack: Stack;
}

interface Fit {
  readonly offer: Offer;
  readonly passed: number;
  readonly times: Readonly<Partial<Record<Form, Extract<Measure, { readonly nsPerLogit: number }>>>>;
  /** Nanoseconds, one number for both forms; undefined when it was not measured. */
  readonly score: number | undefined;
  /** The larger spread. */
  readonly spread: number;
}

/** Smaller differences do not decide; nor do those within the spread of the rounds, up to the widest. */
const MARGIN = 0.1;
const WIDEST = 0.3;

const stacks: readonly Stack[] = ['no framework', 'TensorFlow.js', 'ONNX Runtime', 'gpu.js'];

/** What can be recommended, the simplest to use first. Targets that only force a slower way of another are not offered. */
const offers: readonly Offer[] = [
  offer('wasm', '@eqloss/wasm', 'WebAssembly, one thread', 'no framework'),
  offer('core-single', '@eqloss/core', 'plain JavaScript, single precision', 'no framework'),
  offer('core', '@eqloss/core', 'plain JavaScript, double precision', 'no framework'),
  offer('wasm-threads', '@eqloss/wasm', 'WebAssembly, several threads', 'no framework'),
  offer('tfjs-cpu', '@eqloss/tfjs', 'cpu', 'TensorFlow.js'),
  offer('tfjs-wasm', '@eqloss/tfjs', 'wasm', 'TensorFlow.js'),
  offer('tfjs-webgl', '@eqloss/tfjs', 'webgl', 'TensorFlow.js'),
  offer('tfjs-webgpu', '@eqloss/tfjs', 'webgpu', 'TensorFlow.js'),
  offer('ort-web-wasm', '@eqloss/onnxruntime', 'wasm, one thread', 'ONNX Runtime'),
  offer('ort-web-webgpu', '@eqloss/onnxruntime', 'webgpu', 'ONNX Runtime'),
  offer('gpujs-webasm', '@eqloss/gpujs', 'webasm', 'gpu.js'),
  offer('gpujs-cpu', '@eqloss/gpujs', 'cpu', 'gpu.js'),
  offer('gpujs-webgl2', '@eqloss/gpujs', 'webgl2', 'gpu.js'),
  offer('gpujs-webgpu', '@eqloss/gpujs', 'webgpu', 'gpu.js'),
];

/** The targets that can be recommended. */
export const offeredTargets: readonly string[] = offers.map(({ target }) => target);

function offer(target: string, name: string, backend: string, stack: Stack): Offer {
  return { target, package: name, backend, stack };
}

/** Whether a target can be recommended, or the reason why not. */
function examine(report: TargetReport, { measures, shape }: Evidence): Fit | { target: string; reason: string } {
  const { target, results, environment = {} } = report;
  const no = (reason: string) => ({ target, reason });
  if (report.unavailable !== undefined) return no(`not available on this device: ${report.unavailable}`);
  if (report.harness !== undefined) return no(report.harness);
  const failed = results.filter(isFailure).length;
  const passed = results.filter(({ status }) => status === 'pass').length;
  if (failed > 0) return no(`${failed} of ${results.filter(isJudged).length} tests failed`);
  if (passed === 0) return no('nothing of it was judged');
  if (results.some(({ status }) => status === 'known-failure')) return no('it has known failures on this device');
  const offered = offers.find((candidate) => candidate.target === target);
  if (!offered) return no('it forces a way that another target takes by itself');
  if (environment.device && isSoftware(environment.device)) {
    return no('it runs on a software GPU here, which says nothing about a real one');
  }
  const here = measures.filter(({ rows, classes, target: name }) => {
    return name === target && rows === shape.rows && classes === shape.classes;
  });
  const broken = here.find((measure) => 'failed' in measure);
  if (broken && 'failed' in broken) return no(`it could not be measured (${broken.form}): ${broken.failed}`);
  const times = here.flatMap((measure) => ('nsPerLogit' in measure ? [measure] : []));
  const logs = times.map(({ nsPerLogit }) => Math.log(nsPerLogit));
  return {
    offer: offered,
    passed,
    times: Object.fromEntries(times.map((time) => [time.form, time])),
    score: times.length === 2 ? Math.exp((logs[0] + logs[1]) / 2) : undefined,
    spread: Math.max(0, ...times.map(({ spread }) => spread)),
  };
}

/** The best: by score where there are any, else the simplest. */
function pick(fit: readonly Fit[]): Fit | undefined {
  const simple = [...fit].sort((one, other) => offers.indexOf(one.offer) - offers.indexOf(other.offer));
  const fastest = fastestOf(fit);
  if (fastest?.score === undefined) return simple[0];
  const limit = fastest.score;
  return simple.find((one) => one.score !== undefined && one.score <= limit * (1 + marginOf(one, fastest)));
}

/** How much slower one may be than another before that is a difference. */
function marginOf(one: Fit, other: Fit): number {
  return Math.max(MARGIN, Math.min(WIDEST, Math.max(one.spread, other.spread)));
}

function fastestOf(fit: readonly Fit[]): Fit | undefined {
  const timed = fit.filter(({ score }) => score !== undefined);
  return timed.sort((one, other) => (one.score ?? 0) - (other.score ?? 0))[0];
}

function choiceOf({ offer: offered, times }: Fit, why: readonly string[]): Choice {
  const nsPerLogit = Object.fromEntries(Object.entries(times).map(([form, time]) => [form, time.nsPerLogit]));
  return { ...offered, nsPerLogit, why };
}

function bestWhy(best: Fit, fit: readonly Fit[], evidence: Evidence): readonly string[] {
  const passed = passedWords(best, evidence);
  if (best.score === undefined) {
    const words = `Nothing was measured for ${shapeWords(evidence)}: it is named because it is the simplest to use.`;
    return [passed, words];
  }
  const time = timeWords(best, evidence);
  const fastest = fastestOf(fit.filter(({ offer }) => offer !== best.offer));
  if (fastest?.score === undefined) return [passed, `${time}; nothing else that passed was measured.`];
  const ratio = fastest.score / best.score;
  const next = `${fastest.offer.package} (${fastest.offer.backend})`;
  const doubts = doubtsOf(best, fastest, fit);
  if (ratio >= 1 + marginOf(best, fastest)) {
    return [passed, `${time}: ${digits(ratio)} times as fast as the next, ${next}.`, ...doubts];
  }
  if (ratio >= 1) return [passed, `${time}, about as long as the next, ${next}.`, ...doubts];
  const percent = Math.round((1 - ratio) * 100);
  const less = `${next} took ${percent} % less, too little to be sure of; this one is simpler to use.`;
  return [passed, `${time}.`, less, ...doubts];
}

/** What a reader must know before believing a difference. */
function doubtsOf(best: Fit, next: Fit, fit: readonly Fit[]): readonly string[] {
  const spread = Math.max(best.spread, next.spread);
  const missing = fit.filter(({ score }) => score === undefined).length;
  return [
    ...(spread > WIDEST
      ? [`The rounds of these two scatter by up to ${Math.round(spread * 100)} %: measure again before you rely on it.`]
      : []),
    ...(missing > 0 ? [`${missing} more passed, but ${missing === 1 ? 'has' : 'have'} no time for this shape.`] : []),
  ];
}

function otherWhy(found: Fit, best: Fit | undefined, evidence: Evidence): readonly string[] {
  const passed = passedWords(found, evidence);
  if (found.score === undefined) return [passed, `It was not measured for ${shapeWords(evidence)}.`];
  const time = timeWords(found, evidence);
  const ratio = best?.score === undefined ? undefined : found.score / best.score;
  return [passed, ratio === undefined ? `${time}.` : `${time}: ${digits(ratio)} times as long as the recommended one.`];
}

function passedWords({ passed }: Fit, { partial }: Evidence): string {
  return `It passed all ${passed} ${partial ? 'tests of the quick run' : 'tests'} that it was judged by on this device.`;
}

function whyNone(stack: Stack, excluded: Recommendation['excluded']): string | undefined {
  const targets = offers.filter((candidate) => candidate.stack === stack).map(({ target }) => target);
  const reasons = excluded.filter(({ target }) => targets.includes(target));
  if (reasons.length === 0) return undefined;
  return reasons.map(({ target, reason }) => `${target}: ${reason}`).join('; ');
}

/** `At 512 × 1203 it takes 0.93 ns a logit in the sigmoid form and 1.4 ns in the softmax form, from arrays to arrays` */
function timeWords({ times: { sigmoid, softmax } }: Fit, evidence: Evidence): string {
  const parts = [
    sigmoid && `${digits(sigmoid.nsPerLogit)} ns a logit in the sigmoid form`,
    softmax && `${digits(softmax.nsPerLogit)} ns in the softmax form`,
  ];
  return `At ${shapeWords(evidence)} it takes ${parts.filter(Boolean).join(' and ')}, from arrays to arrays`;
}

function shapeWords({ shape: { rows, classes } }: Evidence): string {
  return `${rows} × ${classes}`;
}

/** Two or three digits: more were never measured. */
export function digits(value: number): string {
  if (value >= 100) return String(Math.round(value));
  return value >= 10 ? value.toFixed(1) : value.toPrecision(2);
}

// What an entry of a drawn batch does: which weight the gate leaves it, and so which clauses a batch is about.

import type { Form } from '../format.ts';
import type { Case } from '../oracle/case.ts';

/** Whether a row takes part at all: neither ignored nor of weight 0. SPEC G5, R3. */
function takesPart({ labels, rowWeights }: Case, i: number): boolean {
  return labels?.[i] !== -1 && rowWeights?.[i] !== 0;
}

/** y of an entry, of labels and target rows alike. */
function targetAt({ labels, targets, frequencies }: Case, i: number, j: number): number {
  return targets ? targets.data[i * frequencies.length + j] : Number(labels?.[i] === j);
}

/** E of a row of the sigmoid form. SPEC G4. */
function isForeground(given: Case, i: number): boolean {
  const explicit = given.foreground?.[i];
  return explicit === undefined ? given.frequencies.some((_, j) => targetAt(given, i, j) > 0) : explicit === 1;
}

/** T of a class. SPEC G1. */
export function isTail({ frequencies, threshold }: Case, j: number): boolean {
  return threshold !== undefined && frequencies[j] < threshold;
}

/** Whether an entry of a valid batch has no say, whatever it holds. SPEC N1. */
export function isExcluded(form: Form, given: Case, i: number, j: number): boolean {
  if (!takesPart(given, i)) return true;
  if (!isTail(given, j) || targetAt(given, i, j) !== 0) return false;
  return form === 'sigmoid' ? isForeground(given, i) : betaAt(given, i, j) === 1;
}

function betaAt({ beta = 0, frequencies }: Case, i: number, j: number): number {
  if (typeof beta === 'number') return beta;
  const classes = frequencies.length;
  return beta.data[beta.data.length === classes ? j : i * classes + j];
}

/** The clauses of SPEC.md, or the error code, that a batch is about. */
export function clausesOf(form: Form, given: Case): readonly string[] {
  if (given.error !== undefined) return [given.error];
  const [rows, classes] = given.logits.shape;
  const places = Array.from({ length: rows * classes }, (_, at) => [Math.floor(at / classes), at % classes] as const);
  const tails = given.frequencies.some((_, j) => isTail(given, j));
  const has = {
    excluded: places.some(([i, j]) => isExcluded(form, given, i, j)),
    special: places.some(
      ([i, j]) => !isExcluded(form, given, i, j) && !Number.isFinite(given.logits.data[i * classes + j]),
    ),
    large: Array.from(given.logits.data).some((z) => Number.isFinite(z) && Math.abs(z) > 60),
    unlabelled: given.labels?.some((label) => label === -1 || label === classes) === true,
  };
  const clauses: readonly (readonly [string, boolean])[] = [
    ['G1', tails],
    ['G4', form === 'sigmoid' && (given.foreground !== undefined || given.targets !== undefined)],
    ['G5', has.unlabelled],
    ['G7', given.targets !== undefined],
    ['S1', form === 'sigmoid' && tails],
    ['S2', form === 'sigmoid'],
    ['S3', form === 'sigmoid'],
    ['X1', form === 'softmax' && tails],
    ['X2', form === 'softmax'],
    ['X3', form === 'softmax'],
    ['X4', form === 'softmax'],
    ['X5', form === 'softmax' && typeof given.beta === 'object'],
    ['R1', true],
    ['R2', given.normalizer !== undefined],
    ['R3', given.rowWeights !== undefined],
    ['R4', !places.some(([i]) => takesPart(given, i))],
    ['R5', given.reduction === 'mean'],
    ['N1', has.excluded],
    ['N2', has.special],
    ['N3', has.large || given.judge === 'relative'],
    ['N4', !has.special],
  ];
  return clauses.filter(([, about]) => about).map(([clause]) => clause);
}

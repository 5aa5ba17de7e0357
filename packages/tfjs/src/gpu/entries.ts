// What a program knows of row i and of its entry j, in the language of language.ts. SPEC S1, X1, N1, R3.

import { DECAY, LOWEST, SIGMOID, SOFTMAX } from './formulas.ts';
import type { Variant } from './variant.ts';

/** What a row of `info` holds. Labels are two digits since half floats count to 2048 only. */
export const LABEL = 0;
/** 0: the row is out; NaN: a bad value is in it. */
export const WEIGHT = 1;
/** E (sigmoid form) or Σ y (softmax form). */
export const MASS = 2;
/** `label = LABEL + 1024 LABEL_HIGH`; the second is 0 where textures hold single floats. */
export const LABEL_HIGH = 3;
/** Stand for a label: a row without a positive entry, and one that is ignored. */
export const NO_LABEL = -1024;
export const IGNORED = -2048;

/**
 * `labelOf(i)`, `isOut(weight)`, `answerAt(i, j, label)` (y), `weightAt(i, j, y, e)` (w; NaN: a bad β), and the formulas of
 * the form.
 */
export function entryText(variant: Variant): string {
  return [
    DECAY,
    variant.form === 'sigmoid' ? SIGMOID : SOFTMAX,
    rowText(variant),
    answerText(variant),
    variant.form === 'sigmoid' ? sigmoidWeightText : softmaxWeightText(variant),
    variant.form === 'sigmoid' ? sigmoidEntryText : softmaxEntryText,
  ].join('\n');
}

function rowText({ half }: Variant): string {
  const high = half ? ` + 1024. * getInfo(i, ${LABEL_HIGH})` : '';
  return `
i32 labelOf(i32 i) {
  return i32(getInfo(i, ${LABEL})${high});
}
bool isOut(f32 weight) {
  return !isBad(weight) && weight == 0.;
}`;
}

function answerText({ soft }: Variant): string {
  if (soft) return 'f32 answerAt(i32 i, i32 j, i32 label) {\n  return getY(i, j);\n}';
  return 'f32 answerAt(i32 i, i32 j, i32 label) {\n  if (j == label) { return 1.; }\n  return 0.;\n}';
}

// 1 - E T (1 - y), exactly. SPEC S1.
const sigmoidWeightText = `
f32 weightAt(i32 i, i32 j, f32 y, f32 e) {
  if (y == 1.) { return 1.; }
  if (e > 0.) {
    if (getTail(j) > 0.) { return y; }
  }
  return 1.;
}`;

// A bad β makes its row NaN, whichever entry it is of. SPEC X1, X5.
function softmaxWeightText({ weights, weightsRank }: Variant): string {
  const at = ['', 'j', 'i, j'][weightsRank];
  const v =
    weights === 'v'
      ? `  f32 v = getV(${at});`
      : `  f32 beta = getBeta(${at});
  if (isBad(beta) || beta < 0. || beta > 1.) { return notANumber(); }
  f32 v = 1.;
  if (getTail(j) > 0.) { v = 1. - beta; }`;
  return `
f32 weightAt(i32 i, i32 j, f32 y, f32 e) {
${v}
  if (y > 0.) { return v + (1. - v) * y; }
  return v;
}`;
}

const sigmoidEntryText = `
f32 lossAt(i32 i, i32 j, i32 label, f32 e) {
  f32 y = answerAt(i, j, label);
  f32 w = weightAt(i, j, y, e);
  if (w == 0.) { return 0.; }
  return w * sigmoidLoss(getZ(i, j), y);
}`;

const softmaxEntryText = `
f32 levelAt(i32 i, i32 j, i32 label) {
  f32 w = weightAt(i, j, answerAt(i, j, label), 1.);
  if (w == 0.) { return ${LOWEST}; }
  return levelOf(getZ(i, j), w);
}
f32 higher(f32 a, f32 b) {
  if (isBad(a) || isBad(b)) { return notANumber(); }
  return max(a, b);
}
f32 termAt(i32 i, i32 j, i32 label, f32 reference) {
  f32 w = weightAt(i, j, answerAt(i, j, label), 1.);
  if (w == 0.) { return 0.; }
  return termOf(getZ(i, j), w, reference);
}
f32 pullAt(i32 i, i32 j, f32 reference) {
  f32 y = answerAt(i, j, -1);
  if (y > 0.) { return y * (reference - getZ(i, j)); }
  return 0.;
}`;

const sigmoidSlopeText = `
f32 slopeAt(i32 i, i32 j, f32 y, f32 w, f32 e) {
  return w * sigmoidSlope(getZ(i, j), y);
}`;

const softmaxSlopeText = `
f32 slopeAt(i32 i, i32 j, f32 y, f32 w, f32 mass) {
  f32 reference = getStats(0, i);
  f32 s = getStats(1, i);
  if (isBad(reference) || isBad(s) || isBad(w)) { return notANumber(); }
  if (s > 0.) { return mass * (termOf(getZ(i, j), w, reference) / s) - y; }
  return notANumber();
}`;

/** `gradientAt(i, j)`; the program has `divisorOf()` and `upstreamOf(i)`. SPEC S3, X4, R3, R5. */
export function gradientText({ form }: Variant): string {
  return `${form === 'sigmoid' ? sigmoidSlopeText : softmaxSlopeText}
f32 gradientAt(i32 i, i32 j) {
  f32 weight = getInfo(i, ${WEIGHT});
  if (isOut(weight)) { return 0.; }
  f32 mass = getInfo(i, ${MASS});
  f32 y = answerAt(i, j, labelOf(i));
  f32 w = weightAt(i, j, y, mass);
  if (w == 0.) { return 0.; }
  return slopeAt(i, j, y, w, mass) * (weight / divisorOf() * upstreamOf(i));
}`;
}

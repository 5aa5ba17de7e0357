// `info` `[rows, 4]`, when some of it is known to the GPU alone: a program makes it from the host's and from what is there.
// What is out of range makes the row's weight NaN. SPEC G4, G5, R3, X3, X6.

import type { Form } from '@eqloss/core';
import * as tf from '@tensorflow/tfjs-core';
import type { Batch } from '../engine.ts';
import { IGNORED, LABEL, LABEL_HIGH, MASS, NO_LABEL, WEIGHT } from './entries.ts';

/** What of a row only the GPU knows. */
export interface InfoVariant {
  readonly form: Form;
  readonly classes: number;
  readonly labels: boolean;
  readonly targets: boolean;
  readonly rowWeights: boolean;
  readonly foreground: boolean;
  /** E follows from the labels or targets. */
  readonly impliesForeground: boolean;
  readonly half: boolean;
}

/** Whether a batch needs the program. */
export function needsInfo({ device }: Batch): boolean {
  const { labels, targets, rowWeights, foreground } = device;
  return [labels, targets, rowWeights, foreground].some((tensor) => tensor !== undefined);
}

export function infoVariantOf({ form, classes, device }: Batch, half: boolean): InfoVariant {
  return {
    form,
    classes,
    labels: device.labels !== undefined,
    targets: device.targets !== undefined,
    rowWeights: device.rowWeights !== undefined,
    foreground: device.foreground !== undefined,
    impliesForeground: !device.foregroundGiven,
    half,
  };
}

/** The program's inputs; `host` is what the host knows. */
export function infoInputs({ rows, classes, device }: Batch, host: tf.Tensor): Record<string, tf.Tensor> {
  const { labels, targets, rowWeights, foreground } = device;
  return {
    host,
    ...(labels && { labels: tf.reshape(labels, [rows]) }),
    ...(targets && { targets: tf.reshape(targets, [rows, classes]) }),
    ...(rowWeights && { rowWeights: tf.reshape(rowWeights, [rows]) }),
    ...(foreground && { foreground: tf.reshape(foreground, [rows]) }),
  };
}

/**
 * `infoAt(i, slot, mass, bad)`: one number of a row, from Σ y and from how many y are out of range, both 0 without targets.
 * `badTargetAt(i, j)` is 1 for a y that is.
 */
export function infoText(variant: InfoVariant): string {
  const { form, classes, labels, targets, rowWeights, foreground, impliesForeground, half } = variant;
  const highest = form === 'sigmoid' ? classes : classes - 1;
  const high = half ? 'floor(code / 1024.)' : '0.';
  const lines = [
    '  f32 code = getHost(i, 0);',
    ...(half ? [`  code += 1024. * getHost(i, ${LABEL_HIGH});`] : []),
    '  bool wrong = bad > 0. || isBad(bad);',
    `  f32 weight = getHost(i, ${WEIGHT});`,
    `  f32 e = getHost(i, ${MASS});`,
    ...(labels ? labelLines(highest, classes) : []),
    ...(targets ? [`  code = ${NO_LABEL}.;`] : []),
    ...(rowWeights ? rowWeightLines : []),
    ...(labels ? [`  if (code == ${IGNORED}.) { weight = 0.; }`] : []),
    ...massLines(variant),
    ...(foreground ? foregroundLines : []),
    '  if (wrong) { weight = notANumber(); }',
    `  f32 high = ${high};`,
    `  if (slot == ${LABEL}) { return code - 1024. * high; }`,
    `  if (slot == ${WEIGHT}) { return weight; }`,
    `  if (slot == ${MASS}) { return e; }`,
    '  return high;',
  ];
  return `${targets ? badTargetText : ''}
f32 infoAt(i32 i, i32 slot, f32 mass, f32 bad) {
${lines.join('\n')}
}`;

  function massLines(of: InfoVariant): string[] {
    if (of.form === 'softmax') {
      if (of.labels) return ['  e = 1.;'];
      return of.targets ? ['  e = mass;', '  if (mass == 0.) { weight = 0.; }'] : [];
    }
    if (!impliesForeground) return [];
    if (of.labels) return ['  e = 0.;', '  if (code >= 0.) { e = 1.; }'];
    return of.targets ? ['  e = 0.;', '  if (mass > 0.) { e = 1.; }'] : [];
  }
}

function labelLines(highest: number, classes: number): string[] {
  return [
    '  code = getLabels(i);',
    `  if (isBad(code) || code < -1. || code > ${highest}. || floor(code) != code) { wrong = true; code = 0.; }`,
    `  if (code == -1.) { code = ${IGNORED}.; }`,
    `  if (code == ${classes}.) { code = ${NO_LABEL}.; }`,
  ];
}

const rowWeightLines = [
  '  f32 given = getRowWeights(i);',
  '  if (isBad(given) || given < 0. || isInfinite(given)) { wrong = true; }',
  '  if (weight > 0.) { weight = given; }',
];

const foregroundLines = [
  '  e = getForeground(i);',
  '  if (isBad(e)) { wrong = true; }',
  '  if (e != 0. && e != 1.) { wrong = true; }',
];

const badTargetText = `
f32 badTargetAt(i32 i, i32 j) {
  f32 y = getTargets(i, j);
  if (isBad(y) || y < 0. || y > 1.) { return 1.; }
  return 0.;
}`;

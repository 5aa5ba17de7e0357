// `info` `[rows, 4]`, when some of it is known to the GPU alone: a program makes it from the host's and from what is there.
// What is out of range makes the row's weight NaN. SPEC G4, G5, R3, X3, X6.

import type { Form } from '@eqloss/core';
import * as tf from '@tensorflow/tfjs-core';
import type { Batch } from '../engine.ts';
import { IGNORED, LABEL, MASS, NO_LABEL, WEIGHT } from './rows.ts';

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
 * `infoOf(slot, hostCode, hostWeight, hostMass, label, given, e, mass, bad)`: one number of a row, from what the host knows, from
 * the row's own label, weight and foreground, and from Σ y and the number of y out of range; what is not there is 0.
 *
 * `isOutside(y)` is 1 for a target that is out of range.
 */
export function infoText(variant: InfoVariant): string {
  const { form, classes, labels, targets, rowWeights, foreground, half } = variant;
  const highest = form === 'sigmoid' ? classes : classes - 1;
  const lines = [
    '  f32 code = hostCode;',
    '  f32 weight = hostWeight;',
    '  f32 mass = hostMass;',
    '  bool wrong = isBad(bad) || bad > 0.;',
    ...(labels ? labelLines(highest, classes) : []),
    ...(rowWeights ? weightLines : []),
    ...(labels ? [`  weight = choose(code == ${IGNORED}., 0., weight);`] : []),
    ...(targets ? [`  code = ${NO_LABEL}.;`] : []),
    ...massLines(variant),
    ...(foreground ? foregroundLines : []),
    '  weight = choose(wrong, notANumber(), weight);',
    `  f32 high = ${half ? 'floor(code / 1024.)' : '0.'};`,
    '  f32 result = high;',
    `  result = choose(slot == ${LABEL}, code - 1024. * high, result);`,
    `  result = choose(slot == ${WEIGHT}, weight, result);`,
    `  result = choose(slot == ${MASS}, mass, result);`,
    '  return result;',
  ];
  return `
f32 isOutside(f32 y) {
  return choose(isBad(y) || y < 0. || y > 1., 1., 0.);
}
f32 infoOf(i32 slot, f32 hostCode, f32 hostWeight, f32 hostMass, f32 label, f32 given, f32 e, f32 targetSum, f32 bad) {
${lines.join('\n')}
}`;
}

function labelLines(highest: number, classes: number): string[] {
  return [
    `  wrong = isBad(label) || label < -1. || label > ${highest}. || floor(label) != label;`,
    `  code = choose(wrong, ${NO_LABEL}., label);`,
    `  code = choose(label == -1., ${IGNORED}., code);`,
    `  code = choose(label == ${classes}., ${NO_LABEL}., code);`,
  ];
}

const weightLines = [
  '  wrong = wrong || isBad(given) || given < 0. || given > 3.4e38;',
  // The host's is 0 where the row is out for another reason.
  '  weight = choose(weight > 0., given, weight);',
];

const foregroundLines = ['  wrong = wrong || isBad(e) || (e != 0. && e != 1.);', '  mass = e;'];

function massLines({ form, labels, targets, impliesForeground }: InfoVariant): string[] {
  if (form === 'softmax') {
    if (labels) return ['  mass = 1.;'];
    return targets ? ['  mass = targetSum;', '  weight = choose(mass == 0., 0., weight);'] : [];
  }
  if (!impliesForeground) return [];
  if (labels) return ['  mass = choose(code >= 0., 1., 0.);'];
  return targets ? ['  mass = choose(targetSum > 0., 1., 0.);'] : [];
}

/** What stands for each of infoOf's last arguments; the others are 0. */
export function infoArguments({ labels, rowWeights, foreground }: InfoVariant, of: (name: string) => string): string {
  return [
    labels ? of('labels') : '0.',
    rowWeights ? of('rowWeights') : '0.',
    foreground ? of('foreground') : '0.',
  ].join(', ');
}

/** 1 for a row that the mean counts, else 0: an expression of what stands for its label. SPEC R1. */
export function countedText(code: string): string {
  return `choose(${code} == ${IGNORED}., 0., 1.)`;
}

/** A row's label or what stands for it, of its two digits. */
export function codeOf(half: boolean, label: string, high: string): string {
  return half ? `(${label} + 1024. * ${high})` : label;
}

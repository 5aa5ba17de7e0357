// One row, one class, squares, long rows and columns.

import type { Form } from '../../src/format.ts';
import { type Case, grid } from '../../src/oracle/case.ts';
import { base, logits, TARGETS, targetBase, vary } from '../base.ts';

/** Shapes at which rows and columns, or an axis of 1, are mixed up. */
export function shapeCases(form: Form): Case[] {
  return form === 'sigmoid' ? sigmoidShapes() : softmaxShapes();
}

function sigmoidShapes(): Case[] {
  return [
    ...vary('shapes', base('sigmoid'), [
      {
        id: 'shape-one-class-head',
        comment: 'One head class; a positive and a background row.',
        flags: ['shapes', 'background'],
        logits: grid([[0.75], [-1.5]]),
        frequencies: [0.5],
        labels: [0, 1],
      },
      {
        id: 'shape-one-class-tail',
        comment: 'One tail class; a positive, a background row, and one with explicit foreground.',
        flags: ['shapes', 'background', 'foreground-explicit'],
        logits: grid([[0.75], [-1.5], [2]]),
        frequencies: [0.001],
        labels: [0, 1, 1],
        foreground: [1, 0, 1],
      },
      {
        id: 'shape-one-row',
        comment: 'One row.',
        flags: ['shapes'],
        logits: logits('one-row', 1, 5),
        labels: [2],
        reduction: 'mean',
      },
      {
        id: 'shape-one-by-one',
        comment: 'One row, one class, logit 0: ln 2.',
        flags: ['shapes'],
        logits: grid([[0]]),
        frequencies: [0.5],
        labels: [0],
        reduction: 'mean',
      },
      {
        id: 'shape-many-classes',
        comment: 'More than 2,000 classes in a row.',
        flags: ['shapes', 'many-classes', 'background'],
        logits: logits('many-classes', 2, 2049),
        frequencies: Array.from({ length: 2049 }, (_, j) => (j % 3 === 0 ? 0.001 : 0.01)),
        labels: [2048, 2049],
        dictionary: true,
      },
      {
        id: 'shape-many-rows',
        comment: 'More rows than classes by far.',
        flags: ['shapes', 'background'],
        logits: logits('many-rows', 131, 3),
        frequencies: [0.5, 0.0001, 0.02],
        labels: Array.from({ length: 131 }, (_, i) => i % 4),
      },
    ]),
    ...vary('shapes, target rows', targetBase('sigmoid'), [
      {
        id: 'shape-one-row-targets',
        comment: 'One row of soft targets.',
        flags: ['shapes', 'target-rows', 'soft-targets'],
        logits: logits('one-row', 1, 5),
        targets: { shape: [1, 5], data: Array.from(TARGETS.data).slice(0, 5) },
      },
      {
        id: 'shape-many-classes-targets',
        comment: 'A row of 720 classes with two soft targets over small logits: a product of 1 + e^-|z| passes 1e150.',
        flags: ['shapes', 'many-classes', 'target-rows', 'soft-targets'],
        logits: { shape: [1, 720], data: Array.from(logits('many-targets', 1, 720).data, (z) => z / 8) },
        frequencies: Array.from({ length: 720 }, (_, j) => (j % 40 === 0 ? 0.001 : 0.01)),
        targets: { shape: [1, 720], data: Array.from({ length: 720 }, (_, j) => ({ 7: 0.5, 40: 0.25 })[j] ?? 0) },
        dictionary: true,
      },
      {
        id: 'shape-square-targets',
        comment: 'As many rows as classes: rows and columns must not be mixed up.',
        flags: ['shapes', 'target-rows', 'soft-targets'],
        logits: logits('square', 3, 3),
        frequencies: [0.001, 0.5, 0.5],
        targets: grid([
          [0, 1, 0],
          [0.5, 0, 0],
          [0, 0, 0.25],
        ]),
      },
    ]),
  ];
}

function softmaxShapes(): Case[] {
  return [
    ...vary('shapes', base('softmax'), [
      {
        id: 'shape-one-class',
        comment: 'One class: the loss is 0.',
        flags: ['shapes'],
        logits: grid([[0.75], [-1.5]]),
        frequencies: [0.001],
        labels: [0, 0],
      },
      {
        id: 'shape-two-classes',
        comment: 'Two classes of one logit: ln 2 when plain, ln 1.1 and ln 2 with a tail class.',
        flags: ['shapes', 'tail-weight'],
        logits: grid([
          [0, 0],
          [0, 0],
        ]),
        frequencies: [0.5, 0.001],
        labels: [0, 1],
      },
      {
        id: 'shape-one-row',
        comment: 'One row.',
        flags: ['shapes'],
        logits: logits('one-row', 1, 5),
        labels: [2],
        reduction: 'mean',
      },
      {
        id: 'shape-many-classes',
        comment: 'More than 2,000 classes in a row.',
        flags: ['shapes', 'many-classes'],
        logits: logits('many-classes', 2, 2049),
        frequencies: Array.from({ length: 2049 }, (_, j) => (j % 3 === 0 ? 0.001 : 0.01)),
        labels: [2048, 1026],
        dictionary: true,
      },
      {
        id: 'shape-many-rows',
        comment: 'More rows than classes by far.',
        flags: ['shapes'],
        logits: logits('many-rows', 131, 3),
        frequencies: [0.5, 0.0001, 0.02],
        labels: Array.from({ length: 131 }, (_, i) => i % 3),
      },
    ]),
    ...vary('shapes, target rows', targetBase('softmax'), [
      {
        id: 'shape-one-row-targets',
        comment: 'One row of soft targets.',
        flags: ['shapes', 'target-rows', 'soft-targets'],
        logits: logits('one-row', 1, 5),
        targets: { shape: [1, 5], data: Array.from(TARGETS.data).slice(0, 5) },
      },
    ]),
  ];
}

// Writes a linear classifier for the task `attach`: `classifier.ts FILE FEATURES CLASSES`.

import { renameSync, writeFileSync } from 'node:fs';
import { createHeadTrainer } from '@eqloss/onnxruntime';
import * as ort from 'onnxruntime-node';
import { gateOf } from '../inputs.ts';

const [file, features, classes] = process.argv.slice(2);
const trainer = await createHeadTrainer(ort, {
  features: Number(features),
  form: 'sigmoid',
  gate: gateOf(new Uint8Array(Number(classes))),
  weights: { seed: 1, deviation: 0.05 },
  optimizer: { name: 'sgd', rate: 1 },
});
// Whoever sees the file sees all of it.
writeFileSync(`${file}.new`, trainer.exportHead({ activation: 'sigmoid' }));
renameSync(`${file}.new`, file);
await trainer.release();

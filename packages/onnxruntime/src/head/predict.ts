// What the head says of features: logits, or the likeliest class.

import { EqlError } from '@eqloss/core';
import { checkFeatures, ownView } from './batch.ts';
import type { Classes } from './chunks.ts';
import type { Engine } from './engine.ts';
import { buildLogits } from './graphs.ts';
import type { Head } from './options.ts';
import { type Parameters, parameterFeeds } from './pieces.ts';

/** How the classes are cut for so many rows. */
type PiecesOf = (rows: number) => readonly Classes[];

/** All logits, `[rows * classes]`. */
export async function logitsOf(
  engine: Engine,
  head: Head,
  parameters: Parameters,
  features: Float32Array,
  piecesOf: PiecesOf,
): Promise<Float32Array> {
  let all: Float32Array | undefined;
  await eachPiece(engine, head, parameters, features, piecesOf, (logits, rows, { from, to }) => {
    if (to - from === head.classes) {
      all = logits;
      return;
    }
    all ??= floats(rows * head.classes);
    for (let i = 0; i < rows; i++) {
      all.set(logits.subarray(i * (to - from), (i + 1) * (to - from)), i * head.classes + from);
    }
  });
  return all ?? new Float32Array(0);
}

/** The class of each row's largest logit, `[rows]`. */
export async function predictionsOf(
  engine: Engine,
  head: Head,
  parameters: Parameters,
  features: Float32Array,
  piecesOf: PiecesOf,
): Promise<Int32Array> {
  const rows = checkFeatures(head, features);
  const best = new Int32Array(rows);
  const largest = new Float32Array(rows).fill(-Infinity);
  await eachPiece(engine, head, parameters, features, piecesOf, (logits, _, { from, to }) => {
    for (let i = 0, k = 0; i < rows; i++) {
      for (let j = from; j < to; j++, k++) {
        if (logits[k] > largest[i]) {
          largest[i] = logits[k];
          best[i] = j;
        }
      }
    }
  });
  return best;
}

async function eachPiece(
  engine: Engine,
  head: Head,
  parameters: Parameters,
  features: Float32Array,
  piecesOf: PiecesOf,
  use: (logits: Float32Array, rows: number, piece: Classes) => void,
): Promise<void> {
  const rows = checkFeatures(head, features);
  if (rows === 0) return;
  const x = new engine.ort.Tensor('float32', ownView(features), [rows, head.features]);
  for (const piece of piecesOf(rows)) {
    const feeds = { features: x, ...parameterFeeds(engine, head, parameters, piece) };
    const { logits } = await engine.run('logits', () => buildLogits(head.features, engine.opset), feeds);
    use(logits, rows, piece);
    if (piece.to - piece.from < head.classes) engine.free(logits);
  }
}

/** @throws {EqlError} `OUT_OF_MEMORY` */
function floats(length: number): Float32Array {
  try {
    return new Float32Array(length);
  } catch {
    throw new EqlError('OUT_OF_MEMORY', `${length} logits do not fit in memory; predict gives classes alone.`);
  }
}

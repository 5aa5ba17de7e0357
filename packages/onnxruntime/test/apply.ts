// A formula of the graphs, run by itself.

import * as ort from 'onnxruntime-node';
import { createGraph, type Graph, type Value } from '../src/graph.ts';

/** A formula over a matrix, run on the cpu provider. */
export async function apply(
  formula: (graph: Graph, x: Value) => Value,
  values: Float32Array,
  rows = 1,
): Promise<Float32Array> {
  const graph = createGraph(17);
  const x = graph.input({ name: 'x', type: 'float', shape: ['rows', 'classes'] });
  graph.op('Identity', [formula(graph, x)], {}, 'y');
  graph.output({ name: 'y', type: 'float', shape: ['rows', 'columns'] });
  const session = await ort.InferenceSession.create(graph.encode('formula', 'A formula.'));
  const { y } = await session.run({ x: new ort.Tensor('float32', values, [rows, rows && values.length / rows]) });
  await session.release();
  return y.data as Float32Array;
}

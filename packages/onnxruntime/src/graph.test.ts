import { forms } from '@eqloss/core/testing';
import { onnx } from 'onnx-proto';
import * as ort from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { arithmetics } from '../test/space.ts';
import { decodeModel, expectWellFormed, nodesOf } from '../test/wellformed.ts';
import { createGraph, type Graph } from './graph.ts';
import { callLoss, declareOutputs, writeLoss } from './loss.ts';
import { resolveLoss } from './options.ts';

const float = 'float';

function decoded(graph: Graph): onnx.IGraphProto {
  return decodeModel(graph.encode('g', 'A graph.')).graph!;
}

describe('createGraph', () => {
  test('writes the same op on the same operands once, and again under a name of its own', () => {
    const graph = createGraph(17);
    const x = graph.input({ name: 'x', type: float, shape: ['n'] });
    expect(graph.op('Exp', [x])).toBe(graph.op('Exp', [x]));
    expect(graph.op('Exp', [x], {}, 'y')).toBe('y');
    // Now that is the value of the op.
    expect(graph.op('Exp', [x])).toBe('y');
    expect(graph.op('Concat', [x, x], { axis: 0 })).not.toBe(graph.op('Concat', [x, x], { axis: 1 }));
    expect(graph.op('Sub', [x, 'y'])).not.toBe(graph.op('Sub', ['y', x]));
    expect(graph.parts().nodes).toHaveLength(6);
  });

  test('stores a constant once, told apart by type, shape and the sign of 0', () => {
    const graph = createGraph(17);
    expect(graph.constant(float, 1)).toBe(graph.constant(float, 1));
    const others = [
      graph.constant(float, 1),
      graph.constant(float, [1]),
      graph.constant(float, [1], [1, 1]),
      graph.constant('int64', 1),
      graph.constant('int32', 1),
      graph.constant(float, 0),
      graph.constant(float, -0),
      graph.constant(float, NaN),
      graph.constant(float, [1, 2]),
      graph.constant(float, [1, 2], [2, 1]),
    ];
    expect(new Set(others).size).toBe(others.length);
    expect(graph.constant(float, NaN)).toBe(others[7]);
  });

  test('declares an input once', () => {
    const graph = createGraph(17, 'p_');
    const declare = (): string => graph.input({ name: 'x', type: float, shape: ['n', 3] });
    expect([declare(), declare()]).toEqual(['p_x', 'p_x']);
    expect(graph.parts().inputs).toEqual([{ name: 'p_x', type: float, shape: ['p_n', 3] }]);
  });

  test.each([
    [1, [2, -4]],
    [0, [1, 6]],
  ])('calculates one branch only, if the condition is %i', async (condition, expected) => {
    const graph = createGraph(17);
    const flag = graph.input({ name: 'flag', type: 'bool', shape: [] });
    const x = graph.input({ name: 'x', type: float, shape: ['n'] });
    const three = graph.constant(float, 3);
    const outer = graph.op('Mul', [x, three]);
    const [first, second] = graph.choose(
      flag,
      [
        { type: float, shape: ['n'] },
        { type: float, shape: ['n'] },
      ],
      () => [graph.op('Add', [x, graph.constant(float, 1)]), graph.op('Sub', [graph.op('Neg', [outer]), x])],
      () => [graph.op('Identity', [x]), graph.op('Mul', [graph.constant(float, 2), outer])],
      [undefined, 'second'],
    );
    expect(second).toBe('second');
    graph.op('Identity', [first], {}, 'first');
    for (const name of ['first', 'second']) graph.output({ name, type: float, shape: ['n'] });
    const bytes = graph.encode('g', 'Two branches.');
    expectWellFormed(decodeModel(bytes));
    const session = await ort.InferenceSession.create(bytes);
    const results = await session.run({
      flag: new ort.Tensor('bool', Uint8Array.of(condition), []),
      x: new ort.Tensor('float32', Float32Array.of(1), [1]),
    });
    expect([results.first.data[0], results.second.data[0]]).toEqual(expected);
    await session.release();
  });

  test('what a branch wrote is written anew behind it', () => {
    const graph = createGraph(17);
    const flag = graph.input({ name: 'flag', type: 'bool', shape: [] });
    const x = graph.input({ name: 'x', type: float, shape: [] });
    const inside: string[] = [];
    const branch = (): string[] => {
      inside.push(graph.op('Exp', [x]));
      return [inside.at(-1)!];
    };
    const [y] = graph.choose(flag, [{ type: float, shape: [] }], branch, branch);
    const outside = graph.op('Exp', [x]);
    expect(new Set([...inside, outside]).size).toBe(3);
    graph.op('Add', [y, outside], {}, 'z');
    graph.output({ name: 'z', type: float, shape: [] });
    expectWellFormed(decodeModel(graph.encode('g', 'Twice.')));
  });

  test('a branch that throws leaves the graph as it was', () => {
    const graph = createGraph(17);
    const x = graph.input({ name: 'x', type: float, shape: [] });
    const throwing = (): never => {
      graph.op('Exp', [x]);
      throw new Error('no');
    };
    expect(() => graph.choose('flag', [], throwing, () => [])).toThrow('no');
    expect(graph.parts().nodes).toHaveLength(0);
  });

  test('shapes that it is told are declared', () => {
    const graph = createGraph(17, 'p_');
    const x = graph.input({ name: 'x', type: float, shape: ['n'] });
    graph.shape(graph.op('Exp', [x], {}, 'y'), float, ['n', 1]);
    graph.output({ name: 'y', type: float, shape: ['n', 1] });
    const [{ name, type }] = decoded(graph).valueInfo!;
    expect(name).toBe('p_y');
    expect(type!.tensorType!.shape!.dim![0].dimParam).toBe('p_n');
  });
});

describe.each(forms.flatMap((form) => arithmetics.map((arithmetic) => ({ form, arithmetic }))))(
  'a $form loss in arithmetic $arithmetic with a prefix',
  ({ form, arithmetic }) => {
    const loss = resolveLoss({ form, labels: 'index', arithmetic, rowWeights: true });

    test('gives no name without it', () => {
      const graph = createGraph(17, 'eql_');
      const logits = graph.input({ name: 'logits', type: float, shape: ['rows', 'classes'] });
      writeLoss(graph, loss, logits);
      declareOutputs(graph, loss);
      const model = decodeModel(graph.encode('g', 'With a prefix.'));
      expectWellFormed(model);
      const { input, output, initializer, valueInfo } = model.graph!;
      const names = [
        ...[...input!, ...output!, ...initializer!, ...valueInfo!].map(({ name }) => name!),
        ...nodesOf(model).flatMap(({ name, output: results }) => [name!, ...results!]),
        ...[...input!, ...output!, ...valueInfo!].flatMap(({ type }) =>
          type!.tensorType!.shape!.dim!.flatMap(({ dimParam }) => dimParam || []),
        ),
      ];
      expect(names.filter((name) => !name.startsWith('eql_'))).toEqual([]);
    });

    test('called as a function: only the call stands in the graph', () => {
      const graph = createGraph(17, 'eql_');
      const logits = graph.input({ name: 'logits', type: float, shape: ['rows', 'classes'] });
      const each = callLoss(graph, loss, logits, '_2', 'slope');
      for (const name of ['loss', 'rowLosses', 'slope']) graph.output({ name, type: float, shape: [] });
      const model = decodeModel(graph.encode('g', 'A call.', [each]));
      expectWellFormed(model);
      const [node, ...more] = model.graph!.node!;
      expect(more).toEqual([]);
      expect([node.opType, node.domain]).toEqual([form === 'sigmoid' ? 'SigmoidEql_2' : 'SoftmaxEql_2', 'eqloss']);
      expect(node.output).toEqual(['eql_loss', 'eql_rowLosses', 'eql_slope']);
      expect(model.functions[0].output).toEqual(['loss', 'rowLosses', 'gradient']);
    });

    test('two losses in one graph, apart by their prefixes', () => {
      const host = createGraph(17);
      const x = host.input({ name: 'x', type: float, shape: ['n', 'c'] });
      host.op('Neg', [x], {}, 'logits');
      const [one, two] = ['a_', 'b_'].map((prefix) => {
        const graph = createGraph(17, prefix);
        writeLoss(graph, loss, 'logits');
        return graph.parts();
      });
      const names = (parts: typeof one): string[] => parts.nodes.flatMap((node) => onnx.NodeProto.decode(node).output);
      expect(names(one).filter((name) => names(two).includes(name))).toEqual([]);
      expect(names(one).length).toBe(names(two).length);
      expect(one.inputs.map(({ name }) => name.slice(2))).toEqual(two.inputs.map(({ name }) => name.slice(2)));
    });
  },
);

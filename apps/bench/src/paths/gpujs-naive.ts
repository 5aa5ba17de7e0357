// Paths `gpujs-naive-*`: the loss as one writes it first for gpu.js. A thread for each element of the gradient, which works
// its row out anew; a thread for each row's loss; outputs of `[classes, rows]`.

import type { GPU, IGPUKernelSettings } from 'gpu.js';
import { checkMode, type Engine, startEngine } from '../gpujs-engine.ts';
import { BETA, type Inputs } from '../inputs.ts';
import type { Opened, Path, PathOptions } from '../path.ts';

/** @throws {Unavailable} when gpu.js does not run the mode. */
export async function createPath({ backend = 'cpu' }: PathOptions): Promise<Path> {
  const engine = await startEngine(backend);
  return { environment: engine.environment, open: (inputs) => openKernels(engine, inputs) };
}

/** Both kernels of a form, in the JavaScript that gpu.js reads. */
interface Texts {
  readonly losses: string;
  readonly gradient: string;
}

function openKernels({ createGpu, input }: Engine, inputs: Inputs): Opened {
  const { of, gate, beta } = inputs;
  const { form, rows, classes } = of;
  const size = [classes, rows];
  const logits = inputs.readLogits();
  const labels = Float32Array.from(inputs.labels);
  const drawn = typeof beta === 'object' ? beta : undefined;
  const { losses, gradient } = form === 'sigmoid' ? sigmoid : softmax(drawn ? 'keep[row]' : 'this.constants.keep');
  // What does not change is uploaded once. The softmax form weighs a tail class by 1 - β.
  const keep = Float32Array.from(gate.tail, (t) => (form === 'sigmoid' ? 1 - t : 1 - BETA * t));
  const settings: IGPUKernelSettings = { precision: 'single', constants: { rows, classes, keep } };
  const gpu: GPU = createGpu();
  const lossOf = gpu.createKernel(losses, { ...settings, output: [rows] });
  const gradientOf = gpu.createKernel(gradient, { ...settings, output: size });
  const kept = (): Float32Array => Float32Array.from(drawn ?? [], (b, k) => 1 - b * gate.tail[k % classes]);
  let last: readonly [Float32Array, readonly Float32Array[]] | undefined;
  return {
    run: async () => {
      const z = input(logits, size);
      const more = drawn ? [input(kept(), size)] : [];
      const rowLosses = await lossOf(z, labels, ...more);
      last = [rowLosses as Float32Array, (await gradientOf(z, labels, ...more)) as Float32Array[]];
    },
    outputs: () => {
      for (const kernel of [lossOf, gradientOf]) checkMode(gpu, kernel);
      const [rowLosses, slopes] = last!;
      const flat = new Float32Array(rows * classes);
      for (const [i, row] of slopes.entries()) flat.set(row, i * classes);
      return { loss: rowLosses.reduce((sum, loss) => sum + loss, 0) / rows, gradient: flat };
    },
    close: async () => {
      await gpu.destroy();
    },
  };
}

/** An element counts in background rows (label C), in head classes, and at the label. */
const sigmoid: Texts = {
  losses: `function (logits, labels) {
    const row = this.thread.x;
    const label = labels[row];
    let sum = 0;
    for (let j = 0; j < this.constants.classes; j++) {
      const z = logits[row][j];
      let y = 0;
      let weight = this.constants.keep[j];
      if (label === this.constants.classes) { weight = 1; }
      if (j === label) { weight = 1; y = 1; }
      sum += weight * (Math.max(z, 0) - y * z + Math.log(1 + Math.exp(-Math.abs(z))));
    }
    return sum;
  }`,
  gradient: `function (logits, labels) {
    const row = this.thread.y;
    const label = labels[row];
    const z = logits[row][this.thread.x];
    let y = 0;
    let weight = this.constants.keep[this.thread.x];
    if (label === this.constants.classes) { weight = 1; }
    if (this.thread.x === label) { weight = 1; y = 1; }
    return weight * (1 / (1 + Math.exp(-z)) - y) / this.constants.rows;
  }`,
};

/** @param keep What holds the weights of a row's classes. */
function softmax(keep: string): Texts {
  const parameters = keep.startsWith('this') ? 'logits, labels' : 'logits, labels, keep';
  const row = `const label = labels[row];
    let largest = logits[row][0];
    for (let j = 1; j < this.constants.classes; j++) { largest = Math.max(largest, logits[row][j]); }
    let sum = 0;
    for (let j = 0; j < this.constants.classes; j++) {
      let weight = ${keep}[j];
      if (j === label) { weight = 1; }
      sum += weight * Math.exp(logits[row][j] - largest);
    }`;
  return {
    losses: `function (${parameters}) {
    const row = this.thread.x;
    ${row}
    return Math.log(sum) + largest - logits[row][label];
  }`,
    gradient: `function (${parameters}) {
    const row = this.thread.y;
    ${row}
    let y = 0;
    let own = ${keep}[this.thread.x];
    if (this.thread.x === label) { own = 1; y = 1; }
    return (own * Math.exp(logits[row][this.thread.x] - largest) / sum - y) / this.constants.rows;
  }`,
  };
}

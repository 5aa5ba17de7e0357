// What computes: one way of each kind of backend, behind one interface.

import type { CheckedSigmoid, CheckedSoftmax, DrawnBeta, Form, Reduction } from '@eqloss/core';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';

/**
 * A batch on its way to an engine. Everything that the host knows is checked.
 *
 * On GPU backends some inputs may be known to the GPU alone; then `device` holds them, and `checked` has a harmless stand-in
 * in their place (label 0, weight 1, β 0), which the engine must not use.
 */
export interface Batch {
  readonly form: Form;
  readonly rows: number;
  readonly classes: number;
  readonly reduction: Reduction;
  readonly checked: CheckedSigmoid | CheckedSoftmax;
  /** How β is drawn, checked, where the engine draws; `checked.beta` has a stand-in then. */
  readonly draws: DrawnBeta | undefined;
  /** What `mean` divides by, 1 for other reductions; undefined: max(1, labels that are not -1), which only the GPU can count. */
  readonly divisor: number | undefined;
  readonly device: DeviceInputs;
}

/** Unchecked, flattened to rows. Values out of range make the row's loss and gradient NaN (at included entries). */
export interface DeviceInputs {
  /** `[rows]`, int32 or float32. Instead of `checked.labels` and `checked.targets`. */
  readonly labels?: Tensor;
  /** `[rows, classes]`, float32. Instead of `checked.labels` and `checked.targets`. */
  readonly targets?: Tensor;
  /** `[rows]`, float32. */
  readonly rowWeights?: Tensor;
  /** `[rows]`, any dtype. Sigmoid form. `checked.foreground` is of no use beside `labels` or `targets` without it. */
  readonly foreground?: Tensor;
  /** Whether the caller gave `foreground` at all: if not, it follows from labels or targets. */
  readonly foregroundGiven: boolean;
  /** A scalar, `[classes]` or `[rows, classes]`, float32. Softmax form. */
  readonly beta?: Tensor;
}

/** What a loss leaves for its gradient. */
interface Forward {
  readonly loss: Tensor;
  /** The gradient for a dy of 1, where it is made together with the loss. */
  readonly gradient?: Tensor;
  /** Else, what the gradient is made from. */
  readonly saved?: readonly Tensor[];
}

/** One way to compute. All tensors are of the current backend; the caller tidies. */
export interface Engine {
  /** Whether it takes {@link DeviceInputs}. */
  readonly keepsGpu: boolean;
  /** Whether it draws β while it computes; if not, it is drawn before. Default false. */
  readonly draws?: boolean;
  /**
   * The loss: a scalar, or `[rows]` for reduction `none`.
   *
   * @param logits `[rows, classes]`, at least one row.
   * @param wantsGradient Whether {@link Engine.backward} may follow. If not, only the loss is worth computing.
   */
  forward(logits: Tensor2D, batch: Batch, wantsGradient: boolean): Forward;
  /**
   * The gradient `[rows, classes]`, times what follows the loss.
   *
   * @param dy A scalar, or `[rows]` for reduction `none`.
   * @param kept The gradient that `forward` made; the result may be the same tensor, changed. Else what it saved.
   */
  backward(dy: Tensor, kept: readonly Tensor[], batch: Batch): Tensor;
}

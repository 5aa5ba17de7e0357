// How the learning rate changes with the step.

import { checkOptions, unsupported } from '../options.ts';

/** A learning-rate schedule: a factor of the optimizer's `rate` for each step. */
export type Schedule =
  | { readonly name: 'constant' }
  /**
   * Rises in a line over the first `warmup` steps (default 0), then falls along half a cosine to `final` (default 0) at
   * step `steps`, and stays there.
   */
  | { readonly name: 'cosine'; readonly steps: number; readonly warmup?: number; readonly final?: number }
  /** Multiplied by `factor` each time another `every` steps are done. */
  | { readonly name: 'step'; readonly every: number; readonly factor: number }
  /**
   * The factor of a step, the first being 0. It must depend on the step alone, for a checkpoint cannot hold it: whoever
   * restores gives it again.
   */
  | ((step: number) => number);

/**
 * Checks a schedule.
 *
 * `cosine`: `(step + 1) / warmup` below `warmup`, then `final + (1 - final) (1 + cos(π t)) / 2` with
 * `t = min(1, (step - warmup) / (steps - warmup))`. `step`: `factor^floor(step / every)`.
 *
 * @returns The factor of a step, the first being 0.
 * @throws {EqlError} `UNSUPPORTED`; the function that is returned throws it, too, for a factor that is not finite and >= 0.
 */
export function factorOf(schedule: Schedule): (step: number) => number {
  const factor = uncheckedFactor(schedule);
  return (step) => {
    const value = factor(step);
    if (!(Number.isFinite(value) && value >= 0)) {
      unsupported(`the schedule's factor of step ${step}`, value, 'a finite number >= 0');
    }
    return value;
  };
}

function uncheckedFactor(schedule: Schedule): (step: number) => number {
  if (typeof schedule === 'function') return schedule;
  switch (schedule?.name) {
    case 'constant':
      checkOptions('schedule', schedule, ['name']);
      return () => 1;
    case 'cosine': {
      checkOptions('schedule', schedule, ['name', 'steps', 'warmup', 'final']);
      const { steps, warmup = 0, final = 0 } = schedule;
      count('schedule.steps', steps, 1);
      count('schedule.warmup', warmup, 0);
      if (warmup >= steps) unsupported('schedule.warmup', warmup, `fewer than the ${steps} steps`);
      if (!(final >= 0 && final <= 1)) unsupported('schedule.final', final, 'a share of the rate in [0, 1]');
      return (step) => {
        if (step < warmup) return (step + 1) / warmup;
        const done = Math.min(1, (step - warmup) / (steps - warmup));
        return final + ((1 - final) * (1 + Math.cos(Math.PI * done))) / 2;
      };
    }
    case 'step': {
      checkOptions('schedule', schedule, ['name', 'every', 'factor']);
      const { every, factor } = schedule;
      count('schedule.every', every, 1);
      if (!(factor > 0 && factor <= 1)) unsupported('schedule.factor', factor, 'a factor in (0, 1]');
      return (step) => factor ** Math.floor(step / every);
    }
    default:
      return unsupported('schedule', JSON.stringify(schedule), 'constant, cosine, step, or a function of the step');
  }
}

function count(name: string, value: number, least: number): void {
  if (!(Number.isSafeInteger(value) && value >= least)) unsupported(name, value, `an integer >= ${least}`);
}

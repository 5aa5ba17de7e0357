// From a batch that a target fails to a smallest one that it fails in the same way.
//
// The steps are this domain's own: a class goes from logits, frequencies, targets and β at once, and labels follow. A
// general shrinker sees lists of numbers there, and stops at batches that a person can still make smaller.

import type { Batch } from './draw.ts';
import { simplerBatches } from './simplify.ts';

/** A smallest batch, and what became of it. */
export interface Shrunk<Judged> {
  readonly batch: Batch;
  readonly judged: Judged;
  /** How often the target was asked. */
  readonly calls: number;
  /** Whether it was stopped before every simpler batch had been tried. */
  readonly cutShort: boolean;
}

/**
 * Takes the first simpler batch that still fails, again and again until none does.
 *
 * @param judge Asks the target; `failed` if it fails in the same way. Undefined for a batch that is none.
 * @param enough Whether to stop after so many calls of the target.
 */
export async function shrink<Judged>(
  first: Batch,
  failing: Judged,
  judge: (batch: Batch) => (() => Promise<Judged | undefined>) | undefined,
  enough: (calls: number) => boolean,
): Promise<Shrunk<Judged>> {
  let batch = first;
  let judged = failing;
  let calls = 0;
  const asked = new Set<string>();
  for (let progress = true; progress; ) {
    progress = false;
    for (const simpler of simplerBatches(batch)) {
      // Many steps lead to the same place.
      const name = JSON.stringify(simpler.given, specialNumbers);
      if (asked.has(name)) continue;
      asked.add(name);
      const ask = judge(simpler);
      if (!ask) continue;
      if (enough(calls)) return { batch, judged, calls, cutShort: true };
      calls++;
      const answer = await ask();
      if (answer === undefined) continue;
      batch = simpler;
      judged = answer;
      progress = true;
      break;
    }
  }
  return { batch, judged, calls, cutShort: false };
}

/** JSON has one word for NaN, the infinities and nothing, and one for both zeros. */
function specialNumbers(_: string, value: unknown): unknown {
  if (ArrayBuffer.isView(value)) return Array.from(value as Float32Array, String);
  return typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0))
    ? `${1 / value} ${value}`
    : value;
}

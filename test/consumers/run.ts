// Runs cases, two at a time, and says how each of them ended.

import type { Case } from './case.ts';
import { Unavailable, type World } from './world.ts';

/** How a case ended. `noted` is a failure that is only told. */
type Verdict = 'passed' | 'failed' | 'noted' | 'unavailable';

/** One line of the table. */
export interface Outcome {
  readonly name: string;
  readonly verdict: Verdict;
  readonly seconds: number;
  /** Why it is not `passed`. */
  readonly words?: string;
}

/**
 * Runs cases. A failure stops nothing.
 *
 * @param lanes How many run at once.
 * @param say Is told each outcome as it comes.
 * @returns The outcomes in the order of the cases.
 */
export async function runCases(
  cases: readonly Case[],
  world: World,
  { lanes = 2, say = () => {} }: { readonly lanes?: number; readonly say?: (outcome: Outcome) => void } = {},
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < cases.length) {
      const index = next++;
      outcomes[index] = await runCase(cases[index], world);
      say(outcomes[index]);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return outcomes;
}

/** The table for people: what is not passed with its words, then a line a case, then the count. */
export function renderOutcomes(outcomes: readonly Outcome[]): string {
  const open = outcomes.filter(({ verdict }) => verdict !== 'passed');
  const width = Math.max(...outcomes.map(({ name }) => name.length));
  const counts = (['passed', 'failed', 'noted', 'unavailable'] as const)
    .map((verdict) => ({ verdict, count: outcomes.filter((each) => each.verdict === verdict).length }))
    .filter(({ verdict, count }) => count > 0 || verdict === 'passed' || verdict === 'failed');
  return [
    ...open.map(({ name, verdict, words }) => `${verdict}: ${name}\n${(words ?? '').replaceAll(/^/gm, '    ')}\n`),
    `${'case'.padEnd(width)}  verdict      seconds`,
    ...outcomes.map(
      ({ name, verdict, seconds }) => `${name.padEnd(width)}  ${verdict.padEnd(11)}  ${seconds.toFixed(1).padStart(7)}`,
    ),
    counts.map(({ verdict, count }) => `${count} ${verdict}`).join(', '),
  ].join('\n');
}

async function runCase({ name, noted, run }: Case, world: World): Promise<Outcome> {
  const start = performance.now();
  const ended = (verdict: Verdict, words?: string): Outcome => {
    return { name, verdict, seconds: (performance.now() - start) / 1000, words };
  };
  try {
    await run(world);
    return ended('passed');
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    if (error instanceof Unavailable) return ended('unavailable', words);
    return ended(noted ? 'noted' : 'failed', words);
  }
}

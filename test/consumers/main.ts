// `npm run consumers`: the whole matrix, or the cases that --only names.

import { parseArgs } from 'node:util';
import { isContinuousIntegration } from '../../scripts/ci.mjs';
import { endOnSignals } from '../../scripts/signals.mjs';
import { renderOutcomes, runCases } from './run.ts';
import { selectCases } from './table.ts';
import { createWorld } from './world.ts';

const usage = `Usage: npm run consumers [-- --only TEXT] [--list] [--keep]

Installs the packed packages in empty folders and uses them as people do.
--only TEXT  only the cases with a text in their name, such as pages/vite
--list       names the cases; those of npm test with a *
--keep       leaves the folders, to look at`;

endOnSignals();
process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  let wishes: { only?: string[]; list?: boolean; keep?: boolean; help?: boolean };
  try {
    const options = { list: { type: 'boolean' }, keep: { type: 'boolean' }, help: { type: 'boolean' } } as const;
    wishes = parseArgs({ args: [...args], options: { ...options, only: { type: 'string', multiple: true } } }).values;
  } catch (error) {
    process.stderr.write(`consumers: ${(error as Error).message}\n${usage}\n`);
    return 2;
  }
  const { only, list, keep, help } = wishes;
  if (help) {
    console.log(usage);
    return 0;
  }
  const chosen = selectCases(only);
  if (chosen.length === 0) {
    process.stderr.write(
      `consumers: no case has ${only?.map((text) => JSON.stringify(text)).join(' or ')} in its name; --list names them\n`,
    );
    return 2;
  }
  if (list) {
    for (const { name, always } of chosen) console.log(always ? `${name} *` : name);
    return 0;
  }
  const world = createWorld({ keep });
  try {
    const say = ({ name, verdict, seconds }: { name: string; verdict: string; seconds: number }): void => {
      process.stderr.write(`consumers: ${name} ${verdict} after ${seconds.toFixed(1)} s\n`);
    };
    const outcomes = await runCases(chosen, world, { say });
    console.log(renderOutcomes(outcomes));
    // Where nobody reads the reasons, nothing may be missing.
    const bad = isContinuousIntegration() ? ['failed', 'unavailable'] : ['failed'];
    return outcomes.some(({ verdict }) => bad.includes(verdict)) ? 1 : 0;
  } finally {
    await world.close();
  }
}

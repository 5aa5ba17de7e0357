// `npm run train`: sets up what is missing, then trains heads on WordNet's glosses with each loss.

import { run } from './run.mjs';
import { setup } from './setup.mjs';

await setup();
process.exitCode = await run('node', [
  '--conditions=@eqloss/source',
  'apps/wordnet/src/main.ts',
  ...process.argv.slice(2),
]);

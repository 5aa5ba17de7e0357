// `npm run bench`: sets up what is missing, then measures the losses and their peers.

import { run } from './run.mjs';
import { setup } from './setup.mjs';

await setup();
process.exitCode = await run('node', [
  '--conditions=@eqloss/source',
  'apps/bench/src/main.ts',
  ...process.argv.slice(2),
]);

// `npm run docs`: sets up what is missing, then builds the documentation.

import { run } from './run.mjs';
import { setup } from './setup.mjs';

await setup();
process.exitCode = await run('node', [
  '--conditions=@eqloss/source',
  'apps/docs/src/main.ts',
  ...process.argv.slice(2),
]);

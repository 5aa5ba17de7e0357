// `npm run page`: sets up what is missing, then builds the page for everybody's own device.

import { run } from './run.mjs';
import { setup } from './setup.mjs';

await setup();
process.exitCode = await run('node', [
  '--conditions=@eqloss/source',
  'apps/conformance/src/build-site.ts',
  ...process.argv.slice(2),
]);

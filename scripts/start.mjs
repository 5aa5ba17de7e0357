// `npm start`: sets up what is missing, then runs the conformance suite through every adapter and backend.

import { run } from './run.mjs';
import { setup } from './setup.mjs';

await setup();
const main = 'apps/conformance/src/main.ts';
process.exitCode = await run('node', ['--conditions=@eqloss/source', main, ...process.argv.slice(2)]);

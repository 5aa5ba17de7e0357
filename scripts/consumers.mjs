// `npm run consumers`: sets up what is missing, then uses the packed packages as people do.

import { run } from './run.mjs';
import { setup } from './setup.mjs';

await setup();
// The packages promise more than the workspace's own Node.
process.env.EQLOSS_NODE = process.execPath;
const main = 'test/consumers/main.ts';
process.exitCode = await run('node', ['--conditions=@eqloss/source', main, ...process.argv.slice(2)]);

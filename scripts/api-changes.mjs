// `npm run api:changes -- --since REF`: sets up, then says which changesets the changes of the API reports ask for.

import { run } from './run.mjs';
import { setup } from './setup.mjs';

await setup();
process.exitCode = await run('node', ['scripts/api/say-changes.mjs', ...process.argv.slice(2)]);

// `npm run release:rehearse`: whole releases, failures included, from a copy of the working tree to a registry that ends
// with it. `-- --keep` keeps the folders.

import { run } from '../run.mjs';
import { setup } from '../setup.mjs';

await setup();
// What users have may be older than the workspace's own Node.
process.env.EQLOSS_NODE = process.execPath;
process.exitCode = await run('node', ['scripts/release/rehearsal/main.ts', ...process.argv.slice(2)]);

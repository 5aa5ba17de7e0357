// `npm run api`: sets up and builds, then writes what every published package exports, or with `--check` compares it.

import { packAll } from './pack.mjs';
import { run } from './run.mjs';
import { setup } from './setup.mjs';

await setup();
// It builds from nothing: declarations of a source that is gone would stay otherwise.
await packAll();
process.exitCode = await run('node', ['scripts/api/reports.mjs', ...process.argv.slice(2)]);

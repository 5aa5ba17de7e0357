// `npm run api`: sets up and builds, then writes what every published package exports, or with `--check` compares it.

import { run } from './run.mjs';
import { setup } from './setup.mjs';

await setup();
process.exitCode = await run('turbo', ['run', 'build', '--output-logs=errors-only'], { quiet: true });
if (process.exitCode === 0) process.exitCode = await run('node', ['scripts/api/reports.mjs', ...process.argv.slice(2)]);

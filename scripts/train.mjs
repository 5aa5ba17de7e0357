// `npm run train`, `npm run train:mnist`: sets up what is missing, then trains what an app trains with each loss.
//
// The first argument is the app's folder, as package.json has it; the others are the app's.

import { run } from './run.mjs';
import { setup } from './setup.mjs';

const [app, ...args] = process.argv.slice(2);

await setup();
process.exitCode = await run('node', ['--conditions=@eqloss/source', `apps/${app}/src/main.ts`, ...args]);

// `npm run release:rehearse`: whole releases, failures included, from a copy of the working tree to a registry that ends
// with it. `-- --short` takes the first release alone, `-- --keep` keeps the folders.

import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { root, run } from '../run.mjs';
import { setup } from '../setup.mjs';

await setup();
// What users have may be older than the workspace's own Node.
process.env.EQLOSS_NODE = process.execPath;
mkdirSync(join(root, '.cache'), { recursive: true });
// Beside the checkout, where files can be linked; users' folders elsewhere, where they find nothing of the workspace.
const inside = mkdtempSync(join(root, '.cache', 'rehearsal-'));
const outside = mkdtempSync(join(tmpdir(), 'eqloss-rehearsal-'));
const args = process.argv.slice(2);
process.exitCode = await run('node', ['scripts/release/rehearsal/main.ts', inside, outside, ...args]);
if (args.includes('--keep')) console.log(`kept: ${inside}\nkept: ${outside}`);
else for (const folder of [inside, outside]) await remove(folder);

/** The rehearsal removes them itself, unless it was killed: then what it had started may write for a while. */
async function remove(folder) {
  for (let attempt = 1; existsSync(folder); attempt++) {
    try {
      rmSync(folder, { recursive: true, force: true });
    } catch (error) {
      if (attempt === 60) throw error;
    }
    await wait(500);
  }
}

// `npm run check`: types, lint and format, dead code, workflows, builds, and what every published package exports and
// how it is packed.

import { packAll } from './pack.mjs';
import { run } from './run.mjs';
import { setup } from './setup.mjs';

await setup();
const failed = [];
await step('types', 'tsc', ['-p', 'tsconfig.json']);
const colors = process.stderr.isTTY ? 'force' : 'off';
await step('lint and format', 'biome', ['ci', '--error-on-warnings', `--colors=${colors}`]);
await step('dead code and dependencies', 'knip', ['--no-progress', '--treat-config-hints-as-errors']);
await step('versions in the workspace', 'sherif', []);
await step('workflows', 'node', ['scripts/workflows.mjs']);
say('build and pack');
const packages = await packAll().catch((error) => {
  // What comes after looks at what was packed.
  failed.push(error.message);
  return end();
});
await step('what the tarballs hold', 'node', ['scripts/packaging.mjs']);
await step('imports without side effects', 'node', ['scripts/side-effects.mjs']);
await step('sizes', 'node', ['scripts/sizes.mjs']);
await step('declarations without the types of DOM and Node', 'node', ['scripts/declarations.mjs']);
await step('API reports', 'node', ['scripts/api/reports.mjs', '--check']);
await step('changesets say how the API changed', 'node', ['scripts/api/say-changes.mjs']);
for (const { name, tarball } of packages) {
  await step(`${name}: publint`, 'publint', ['run', tarball, '--strict']);
  await step(`${name}: types as consumers see them`, 'attw', [tarball, '--profile', 'esm-only']);
}
end();

/** One gate; the others run whether it fails or not, so that one run tells everything. */
async function step(name, command, args) {
  say(name);
  const code = await run(command, args, { quiet: true });
  // Ended by a signal, as Ctrl-C.
  if (code >= 128) process.exit(code);
  if (code === 0) return;
  say(`${name}: failed`);
  failed.push(name);
}

function end() {
  say(failed.length === 0 ? 'all good' : `failed: ${failed.join(', ')}`);
  process.exit(failed.length === 0 ? 0 : 1);
}

function say(line) {
  process.stderr.write(`check: ${line}\n`);
}

// `npm run release:publish`: builds, packs and publishes what the registry lacks, then tags. After a failure, run it again.
// `--packed FOLDER` publishes what was packed and tested before.

import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { packAll, publishedPackages } from '../pack.mjs';
import { setup } from '../setup.mjs';
import { readTarball } from '../tarball.mjs';
import { existingTags, tag, uncommitted } from './git.mjs';
import { npmPublish, npmVersion, publishArguments, registryOf } from './npm.mjs';
import { packedIn } from './packed.mjs';
import { planRelease } from './plan.mjs';
import { askRegistry, compareWith } from './registry.mjs';

try {
  await publish();
} catch (error) {
  const usage = String(error.code).startsWith('ERR_PARSE_ARGS')
    ? 'Usage: npm run release:publish [-- --dry-run] [--otp CODE] [--packed FOLDER]\n'
    : '';
  process.stderr.write(`release: ${error.message}\n${usage}`);
  process.exitCode = 1;
}

async function publish() {
  const options = { otp: { type: 'string' }, 'dry-run': { type: 'boolean' }, packed: { type: 'string' } };
  const { values } = parseArgs({ options });
  const version = releasedVersion();
  const tags = publishedPackages().map(({ name }) => `${name}@${version}`);
  if (existingTags(tags).length === tags.length) {
    console.log(`${version} is released: its tags exist. Nothing to publish.`);
    return;
  }
  // Where npm gives an identity nothing is installed or built: no code of others runs there.
  if (values.packed === undefined) await setup();
  const changes = uncommitted();
  if (changes.length > 0) throw new Error(`commit first, what is published must be in git:\n${changes.join('\n')}`);

  const registry = registryOf('@eqloss');
  const args = publishArguments({ env: process.env, npm: npmVersion(), registry });
  if (values.otp !== undefined) args.push(`--otp=${values.otp}`);
  const tarballs = values.packed === undefined ? await packAll() : packedIn(values.packed, publishedPackages());
  const packed = tarballs.map(readPackage);
  const plan = await planRelease(packed, registry);
  const { length } = plan.filter(({ done }) => !done);
  console.log(`${version} to ${registry}, ${length} of ${plan.length} packages are missing there`);
  if (values['dry-run']) {
    for (const { name, done, tag: as } of plan)
      console.log(`${name}  ${done ? 'is there' : `would be published as ${as}`}`);
    return;
  }
  await publishAll(plan, registry, args);

  // Only a complete release is tagged: what has all its tags is never looked at again.
  const old = existingTags(tags);
  for (const name of tags.filter((each) => !old.includes(each))) {
    tag(name);
    console.log(`New tag: ${name}`);
  }
  console.log('next: git push origin --tags');
}

async function publishAll(plan, registry, args) {
  for (const [index, each] of plan.entries()) {
    const say = (what) => console.log(`${each.name}@${each.version}  ${what}`);
    if (each.done) {
      say('was there already');
      continue;
    }
    if (await npmPublish(each.tarball, ['--tag', each.tag, ...args])) say(`published as ${each.tag}`);
    else if (await arrived(each, registry)) say(`published as ${each.tag}, though npm had no answer`);
    else {
      const left = plan.slice(index).filter(({ done }) => !done);
      throw new Error(
        `${each.name}@${each.version} was not published; what npm said stands above.\n` +
          `Still missing: ${left.map(({ name }) => name).join(', ')}. No tag was written.\n` +
          'Run the same command again, on the same commit: what the registry has by now is skipped.',
      );
    }
  }
}

/** Whether the registry has a package that npm could not publish: its answer may have been lost, or npm have asked twice. */
async function arrived(each, registry) {
  let problem;
  for (let attempt = 0; attempt < 3; attempt++) {
    if (attempt > 0) await wait(1000);
    try {
      const { state } = await compareWith(await askRegistry(registry, each.name), each);
      if (state === 'same') return true;
      problem = undefined;
    } catch (error) {
      problem = error;
    }
  }
  if (problem) process.stderr.write(`release: ${problem.message}\n`);
  return false;
}

function readPackage({ name, tarball }) {
  const read = readTarball(readFileSync(tarball));
  for (const kind of ['dependencies', 'peerDependencies', 'optionalDependencies']) {
    const raw = Object.entries(read.manifest[kind] ?? {}).find(([, range]) => /^(workspace|catalog):/.test(range));
    if (raw) throw new Error(`${name} was packed with ${raw.join(' ')}, which no registry knows`);
  }
  return { ...read, name, tarball, version: read.manifest.version };
}

function releasedVersion() {
  const versions = [...new Set(publishedPackages().map(({ version }) => version))];
  if (versions.length > 1) throw new Error(`the packages have different versions: ${versions.join(', ')}`);
  if (versions[0] === '0.0.0') throw new Error('nothing has a version yet: `npm run release:version` comes first');
  return versions[0];
}

// The maintainer's part: versions, publishing, and publishing again after every kind of failure.

import assert from 'node:assert/strict';
import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { askRegistry } from '../registry.mjs';
import { checkPublished, checkVersions, publish, refuse } from './checks.ts';
import type { Stage, Step } from './steps.ts';

/** Steps that release. */
export function releasingSteps({ workspace, registry, versions }: Stage) {
  const names = workspace.packages().map(({ name }) => name);
  // Any but core, on which most depend.
  const [leaf] = names.filter((name) => name !== '@eqloss/core');
  /** How many of a release that broke off the registry has. */
  let there = 0;

  /** @param unheard How many the registry has stored without npm hearing of it: to whoever publishes they are missing. */
  async function breakOff(unheard: number, ...wanted: RegExp[]): Promise<string> {
    const output = await refuse(workspace, ...wanted);
    assert.equal(output.match(/was there already$/gm)?.length ?? 0, there);
    there += registry.takeStored().length;
    assert.equal(/^Still missing: (.*)\. No tag/m.exec(output)?.[1].split(', ').length, names.length - there + unheard);
    registry.heal();
    return `${there} of ${names.length} are there, no tag`;
  }

  /** As the workflow does: packed and tested in one place, published from another, where nothing is built. */
  async function publishPacked(): Promise<string> {
    await workspace.pack();
    const built = join(workspace.folder, 'packages', 'core', 'dist');
    rmSync(built, { recursive: true });
    const output = await publish(workspace, '--packed', join('.cache', 'packed'));
    assert.equal(existsSync(built), false, 'what was packed before is published, and nothing is built');
    return output;
  }

  const versionFirst: Step = {
    title: 'version what is here',
    async run() {
      if (workspace.version() === '0.0.0') await refuse(workspace, /nothing has a version yet: .*release:version/);
      const prerelease = existsSync(join(workspace.folder, '.changeset', 'pre.json'));
      if (prerelease) await workspace.run('changeset', 'pre', 'exit');
      if (prerelease || workspace.hasChangesets()) await workspace.applyChangesets();
      versions.first = workspace.version();
      return versions.first;
    },
  };

  const versionPatch: Step = {
    title: 'version a patch of core',
    async run() {
      const text = 'Words an error more clearly.';
      workspace.changeset('@eqloss/core', 'patch', text);
      await workspace.applyChangesets();
      versions.patch = next(versions.first, 'patch');
      await checkVersions(workspace, versions.patch, { name: '@eqloss/core', section: `### Fixes\n\n- ${text}` });
      return `${versions.patch} in all, one has a change`;
    },
  };

  const versionMinor: Step = {
    title: 'version a minor of one',
    async run() {
      const text = 'Takes one more thing.';
      workspace.changeset(leaf, 'minor', text);
      await workspace.applyChangesets();
      // The ranges of peers must not force a major version.
      versions.minor = next(versions.patch, 'minor');
      await checkVersions(workspace, versions.minor, { name: leaf, section: `### New and changed\n\n- ${text}` });
      return `${versions.minor} in all, one has a change`;
    },
  };

  const versionPrerelease: Step = {
    title: 'version a prerelease',
    async run() {
      const text = 'Tries something.';
      await workspace.run('changeset', 'pre', 'enter', 'next');
      workspace.changeset('@eqloss/core', 'minor', text);
      await workspace.applyChangesets();
      versions.prerelease = `${next(versions.minor, 'minor')}-next.0`;
      const section = `### New and changed\n\n- ${text}`;
      await checkVersions(workspace, versions.prerelease, { name: '@eqloss/core', section });
      return versions.prerelease;
    },
  };

  const publishAll: Step = {
    title: 'publish',
    async run() {
      const prerelease = workspace.version() === versions.prerelease;
      const output = workspace.version() === versions.minor ? await publishPacked() : await publish(workspace);
      const stored = registry.takeStored();
      assert.equal(stored[0], '@eqloss/core', 'what others depend on comes first');
      assert.deepEqual(stored.sort(), names);
      assert.equal(output.match(/^New tag: /gm)?.length, names.length);
      await checkPublished(workspace, registry, prerelease ? 'next' : 'latest');
      if (!prerelease) return `${stored.length} packages`;
      const latest = await Promise.all(names.map(async (name) => (await askRegistry(registry.url, name)).tags.latest));
      for (const each of latest) assert.equal(each, versions.minor);
      return `${stored.length} packages as next, latest stays ${versions.minor}`;
    },
  };

  const publishAgain: Step = {
    title: 'publish again: nothing to do',
    async run() {
      await workspace.git('push', '--quiet', 'origin', '--tags');
      const tags = (await workspace.git('tag', '--list')).trimEnd().split('\n');
      // A checkout in a workflow comes without tags.
      await workspace.git('tag', '--delete', ...tags);
      assert.match(await publish(workspace), /is released: its tags exist\. Nothing to publish\./);
      await workspace.git('fetch', '--quiet', 'origin', 'refs/tags/*:refs/tags/*');
      assert.deepEqual(registry.takeStored(), []);
      return 'known by the tags at origin';
    },
  };

  const refused: Step = {
    title: 'publish, refused at the third',
    run() {
      // It still answers what it has: not what it refused.
      registry.fail({ at: 3, how: 'refuse', thenDown: false });
      return breakOff(0, /was not published/);
    },
  };

  const otherContent: Step = {
    title: 'publish other content',
    async run() {
      const file = join(workspace.folder, 'packages', 'core', 'README.md');
      const text = readFileSync(file, 'utf8');
      appendFileSync(file, '\nNot what was published.\n');
      await refuse(workspace, /commit first/, /packages\/core\/README\.md/);
      await workspace.commit();
      await refuse(workspace, /the registry has other content/, /@eqloss\/core@\S+: README\.md differs/);
      assert.deepEqual(registry.takeStored(), []);
      writeFileSync(file, text);
      await workspace.commit();
      return 'refused, the file is named';
    },
  };

  const cutOff: Step = {
    title: 'go on, cut off after the second',
    run() {
      registry.fail({ at: 2, how: 'lose', thenDown: true });
      return breakOff(1, /does not answer/, /was not published/);
    },
  };

  const goOn: Step = {
    title: 'go on, one answer lost',
    async run() {
      const planned = await publish(workspace, '--dry-run');
      assert.equal(planned.match(/is there$/gm)?.length, there);
      assert.equal(planned.match(/would be published as latest$/gm)?.length, names.length - there);
      registry.fail({ at: 1, how: 'lose', thenDown: false });
      const output = await publish(workspace);
      registry.heal();
      assert.equal(output.match(/was there already$/gm)?.length, there);
      assert.equal(output.match(/, though npm had no answer$/gm)?.length, 1);
      assert.equal(
        registry.takeStored().length,
        names.length - there,
        'each package is stored once, none by a dry run',
      );
      await checkPublished(workspace, registry, 'latest');
      return 'each stored once, then tags';
    },
  };

  return {
    versionFirst,
    versionPatch,
    versionMinor,
    versionPrerelease,
    publish: publishAll,
    publishAgain,
    breakOff: refused,
    otherContent,
    cutOff,
    goOn,
  };
}

function next(version: string, bump: 'patch' | 'minor'): string {
  const [major, minor, patch] = version.split('.').map(Number);
  return bump === 'patch' ? `${major}.${minor}.${patch + 1}` : `${major}.${minor + 1}.0`;
}

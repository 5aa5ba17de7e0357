// What the rehearsal does, in order: three releases and a prerelease, their failures, and those who install and upgrade.

import assert from 'node:assert/strict';
import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { askRegistry } from '../registry.mjs';
import { integrityOf } from '../tarball.mjs';
import { type Consumer, createConsumer } from './consumer.ts';
import type { Registry } from './registry.ts';
import type { Package, Workspace } from './workspace.ts';

export interface Step {
  readonly title: string;
  /** @returns What was seen, in a few words. */
  run(): Promise<string>;
}

export interface Stage {
  readonly workspace: Workspace;
  readonly registry: Registry;
  /** Where the folders of users are made. */
  readonly outside: string;
  readonly cache: string;
}

/** The steps. Each builds on those before it. */
export function stepsOf({ workspace, registry, outside, cache }: Stage): Step[] {
  const names = () => workspace.packages().map(({ name }) => name);
  const consumerOf = (name: string, engines: readonly string[] = []) =>
    createConsumer(join(outside, name), registry.url, cache, engines);
  const readme = join(workspace.folder, 'README.md');
  const fixed = names()[0] === '@eqloss/core' ? names()[1] : names()[0];
  // What the first release has, the patch and the minor; set as they come.
  const versions = { first: '', patch: '', minor: '' };
  let all: Consumer;
  let few: Consumer;

  /** What the registry and git have of the present version must be what was packed. */
  async function checkRelease(tag: string): Promise<void> {
    const version = workspace.version();
    for (const { name } of workspace.packages()) {
      const { versions: known, tags } = await askRegistry(registry.url, name);
      assert.equal(tags[tag], version, `${tag} of ${name}`);
      const { dist, dependencies = {} } = known[version] as { dist: { integrity: string }; dependencies?: object };
      assert.equal(dist.integrity, integrityOf(workspace.tarball(name)), `${name} is stored as it was packed`);
      const internal = Object.entries(dependencies).filter(([each]) => each.startsWith('@eqloss/'));
      for (const [each, range] of internal) assert.equal(range, `^${version}`, `the range of ${each} in ${name}`);
    }
    const tags = (await workspace.git('tag', '--list', `*@${version}`)).trimEnd().split('\n');
    assert.deepEqual(
      tags.sort(),
      names()
        .map((name) => `${name}@${version}`)
        .sort(),
    );
  }

  async function published(...args: string[]): Promise<string> {
    const { code, output } = await workspace.publish(...args);
    assert.equal(code, 0, output);
    return output;
  }

  async function refused(...wanted: RegExp[]): Promise<string> {
    const { code, output } = await workspace.publish();
    assert.equal(code, 1, `the release should have failed:\n${output}`);
    for (const each of wanted) assert.match(output, each);
    const tags = await workspace.git('tag', '--list', `*@${workspace.version()}`);
    assert.equal(tags, '', 'a release that is not complete has no tag');
    return output;
  }

  /** All packages must have gone from one version to the next, their changelogs with them. */
  async function checkVersions(before: string, after: string, changed: string, heading: string, text: string) {
    for (const { name, version, folder } of workspace.packages()) {
      assert.equal(version, after, `${name} was ${before}`);
      const section = newestSection(folder, after);
      if (name === changed) assert.equal(section, `### ${heading}\n\n- ${text}`);
      else {
        assert.match(section, /^No change of its own: released together with \[[^\n]+\.$/, name);
        assert.ok(section.includes(`[${changed}](`), section);
      }
    }
    assert.equal(workspace.hasChangesets(), false);
    await workspace.run('pnpm', 'install', '--frozen-lockfile', '--lockfile-only', '--offline');
  }

  function oneCopy(consumer: Consumer, version: string): void {
    const copies = consumer.installed('@eqloss/core').map((each) => each.version);
    assert.deepEqual(copies, [version], 'copies of @eqloss/core');
  }

  /** Everything installed must be one version, unchanged from what was packed. */
  function checkInstalled(consumer: Consumer, version: string): void {
    for (const name of names()) {
      const installed = consumer.installed(name);
      assert.deepEqual(
        installed.map((each) => each.version),
        [version],
        name,
      );
      assert.equal(
        installed[0].integrity,
        integrityOf(workspace.tarball(name)),
        `${name} is installed as it was packed`,
      );
    }
  }

  return [
    {
      title: 'release what is here',
      async run() {
        if (existsSync(join(workspace.folder, '.changeset', 'pre.json')))
          await workspace.run('changeset', 'pre', 'exit');
        if (workspace.hasChangesets()) await workspace.applyChangesets();
        versions.first = workspace.version();
        const output = await published();
        const stored = registry.takeStored();
        assert.deepEqual([...stored].sort(), names());
        assert.equal(stored[0], '@eqloss/core', 'what others depend on comes first');
        assert.equal(output.match(/^New tag: /gm)?.length, names().length);
        await checkRelease('latest');
        return `${versions.first}, ${stored.length} packages`;
      },
    },
    {
      title: 'publish again: nothing to do',
      async run() {
        await workspace.git('push', '--quiet', 'origin', '--tags');
        const tags = (await workspace.git('tag', '--list')).trimEnd().split('\n');
        // A checkout in a workflow comes without tags.
        await workspace.git('tag', '--delete', ...tags);
        assert.match(await published(), /is released: its tags exist\. Nothing to publish\./);
        await workspace.git('fetch', '--quiet', 'origin', 'refs/tags/*:refs/tags/*');
        assert.deepEqual(registry.takeStored(), []);
        return 'known by the tags at origin';
      },
    },
    {
      title: 'install all, run the examples',
      async run() {
        all = await consumerOf('all', enginesOf(workspace));
        await all.npm('install', ...names());
        checkInstalled(all, versions.first);
        return `${await all.runExamples(readme)} examples`;
      },
    },
    {
      title: 'install two of them alone',
      async run() {
        few = await consumerOf('few');
        await few.npm('install', '@eqloss/core', '@eqloss/wasm');
        oneCopy(few, versions.first);
        assert.deepEqual(few.installed('@eqloss/tfjs'), []);
        return 'nothing else comes with them';
      },
    },
    {
      title: 'version a patch of core',
      async run() {
        const text = 'Words an error more clearly.';
        workspace.changeset('@eqloss/core', 'patch', text);
        await workspace.applyChangesets();
        versions.patch = workspace.version();
        assert.equal(versions.patch, next(versions.first, 'patch'));
        await checkVersions(versions.first, versions.patch, '@eqloss/core', 'Fixes', text);
        return `${versions.patch} in all, one has a change`;
      },
    },
    {
      title: 'publish, refused at the third',
      async run() {
        registry.fail({ at: 3, how: 'refuse', thenDown: true });
        await refused(/was not published/, /Still missing: .*(, .*){3}\. No tag was written/);
        assert.equal(registry.takeStored().length, 2);
        return '2 of 6 are there, no tag';
      },
    },
    {
      title: 'publish other content',
      async run() {
        registry.heal();
        const file = join(workspace.folder, 'packages', 'core', 'README.md');
        const text = readFileSync(file, 'utf8');
        appendFileSync(file, '\nNot what was published.\n');
        await refused(/commit first/);
        await workspace.commit();
        await refused(/the registry has other content/, /@eqloss\/core@\S+: README\.md differs/);
        assert.deepEqual(registry.takeStored(), []);
        writeFileSync(file, text);
        await workspace.commit();
        return 'refused, the file is named';
      },
    },
    {
      title: 'go on, cut off after the second',
      async run() {
        registry.fail({ at: 2, how: 'lose', thenDown: true });
        const output = await refused(/does not answer/, /was not published/);
        assert.equal(output.match(/was there already$/gm)?.length, 2);
        assert.equal(registry.takeStored().length, 2);
        return '4 of 6 are there, no tag';
      },
    },
    {
      title: 'go on, one answer lost',
      async run() {
        registry.heal();
        registry.fail({ at: 1, how: 'lose', thenDown: false });
        const output = await published();
        registry.heal();
        assert.equal(output.match(/was there already$/gm)?.length, 4);
        assert.equal(output.match(/, though npm had no answer$/gm)?.length, 1);
        assert.equal(output.match(/published as latest$/gm)?.length, 1);
        assert.equal(registry.takeStored().length, 2, 'each package was stored once');
        await checkRelease('latest');
        return '6 of 6, each stored once, then tags';
      },
    },
    {
      title: 'upgrade all by npm update',
      async run() {
        await all.npm('update', ...names());
        checkInstalled(all, versions.patch);
        return `${await all.runExamples(readme)} examples, one core`;
      },
    },
    {
      title: 'upgrade one by a patch',
      async run() {
        await few.npm('install', '@eqloss/wasm@latest');
        oneCopy(few, versions.patch);
        return 'core comes with it, once';
      },
    },
    {
      title: `version and publish a minor`,
      async run() {
        const text = 'Takes one more thing.';
        workspace.changeset(fixed, 'minor', text);
        await workspace.applyChangesets();
        versions.minor = workspace.version();
        assert.equal(versions.minor, next(versions.patch, 'minor'), 'ranges of peers must not force a major version');
        await checkVersions(versions.patch, versions.minor, fixed, 'New and changed', text);
        // As the workflow does: packed and tested in one place, published from another, where nothing is built.
        await workspace.pack();
        const built = join(workspace.folder, 'packages', 'core', 'dist');
        rmSync(built, { recursive: true });
        await published('--packed', join('.cache', 'packed'));
        assert.equal(existsSync(built), false, 'what was packed before is published, and nothing is built');
        assert.deepEqual(registry.takeStored().sort(), names());
        await checkRelease('latest');
        return `${versions.minor} in all, as it was packed before`;
      },
    },
    {
      title: 'upgrade all to latest',
      async run() {
        await all.npm('install', ...names().map((name) => `${name}@latest`));
        checkInstalled(all, versions.minor);
        return `${await all.runExamples(readme)} examples, one core`;
      },
    },
    {
      title: 'upgrade one by a minor, then core',
      async run() {
        await few.npm('install', '@eqloss/wasm@latest');
        // Before 1.0.0 a minor version may break, and a range does not reach over it.
        const copies = few.installed('@eqloss/core').length;
        assert.equal(copies, versions.minor.startsWith('0.') ? 2 : 1);
        const own = join(workspace.folder, 'packages', 'wasm', 'README.md');
        await few.runExamples(own);
        await few.npm('install', '@eqloss/core@latest');
        oneCopy(few, versions.minor);
        await few.runExamples(own);
        return `${copies} copies of core work, then one`;
      },
    },
    {
      title: 'publish a prerelease',
      async run() {
        await workspace.run('changeset', 'pre', 'enter', 'next');
        workspace.changeset('@eqloss/core', 'minor', 'Tries something.');
        await workspace.applyChangesets();
        const version = workspace.version();
        assert.equal(version, `${next(versions.minor, 'minor')}-next.0`);
        await published();
        await checkRelease('next');
        for (const name of names()) {
          assert.equal((await askRegistry(registry.url, name)).tags.latest, versions.minor, `latest of ${name}`);
        }
        await few.npm('install', '@eqloss/core@next', '@eqloss/wasm@next');
        oneCopy(few, version);
        return `${version} is next, latest stays`;
      },
    },
  ];
}

/** The engines that the examples import, in the versions that the workspace tests with. */
function enginesOf({ folder }: Workspace): string[] {
  const { catalog } = parse(readFileSync(join(folder, 'pnpm-workspace.yaml'), 'utf8'));
  const engines = ['@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-cpu', 'onnxruntime-node', 'gpu.js'];
  return engines.map((name) => `${name}@${catalog[name]}`);
}

function newestSection(folder: Package['folder'], version: string): string {
  const [title, newest] = readFileSync(join(folder, 'CHANGELOG.md'), 'utf8').split(/^## /m);
  assert.match(title, /^# @eqloss\/\w+\n\n$/);
  const [head, ...lines] = newest.trim().split('\n');
  assert.equal(head, version);
  return lines.join('\n').trim();
}

function next(version: string, bump: 'patch' | 'minor'): string {
  const [major, minor, patch] = version.split('.').map(Number);
  return bump === 'patch' ? `${major}.${minor}.${patch + 1}` : `${major}.${minor + 1}.0`;
}

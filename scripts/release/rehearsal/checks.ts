// What must hold after a command of the release, whichever it was.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { integrityOf } from '../../tarball.mjs';
import { askRegistry } from '../registry.mjs';
import type { Registry } from './registry.ts';
import type { Workspace } from './workspace.ts';

/** Publishes; must succeed. */
export async function publish(workspace: Workspace, ...args: readonly string[]): Promise<string> {
  const { code, output } = await workspace.publish(...args);
  assert.equal(code, 0, output);
  return output;
}

/** Publishes; must fail with these words, and without a tag. */
export async function refuse(workspace: Workspace, ...wanted: readonly RegExp[]): Promise<string> {
  const { code, output } = await workspace.publish();
  assert.equal(code, 1, `the release should have failed:\n${output}`);
  for (const each of wanted) assert.match(output, each);
  assert.deepEqual(await tagsOf(workspace), [], 'a release that is not complete has no tag');
  return output;
}

/** What the registry and git have of the present version must be what was packed. */
export async function checkPublished(workspace: Workspace, registry: Registry, tag: string): Promise<void> {
  const version = workspace.version();
  const packages = workspace.packages();
  for (const { name } of packages) {
    const { versions, tags } = await askRegistry(registry.url, name);
    assert.equal(tags[tag], version, `${tag} of ${name}`);
    const { dist, dependencies = {} } = versions[version] as { dist: { integrity?: string }; dependencies?: object };
    assert.equal(dist.integrity, integrityOf(workspace.tarball(name)), `${name} is stored as it was packed`);
    const internal = Object.entries(dependencies).filter(([each]) => each.startsWith('@eqloss/'));
    for (const [each, range] of internal) assert.equal(range, `^${version}`, `the range of ${each} in ${name}`);
  }
  assert.deepEqual(await tagsOf(workspace), packages.map(({ name }) => `${name}@${version}`).sort());
}

/**
 * All packages must have a new version, and changelogs that say so.
 *
 * @param changed The only package with a change, and what its changelog says.
 */
export async function checkVersions(
  workspace: Workspace,
  wanted: string,
  changed: { readonly name: string; readonly section: string },
): Promise<void> {
  for (const { name, version, folder } of workspace.packages()) {
    assert.equal(version, wanted, `the version of ${name}`);
    const section = newestSection(folder, version);
    if (name === changed.name) assert.equal(section, changed.section);
    else {
      assert.match(section, /^No change of its own: released together with [^\n]+\.$/, `the changelog of ${name}`);
      assert.ok(section.includes(`[${changed.name}](`), section);
    }
  }
  assert.equal(workspace.hasChangesets(), false, 'no changeset is left');
  // The lockfile has no versions of the packages here: it need not change.
  await workspace.run('pnpm', 'install', '--frozen-lockfile', '--lockfile-only', '--offline');
}

async function tagsOf(workspace: Workspace): Promise<string[]> {
  const tags = await workspace.git('tag', '--list', `*@${workspace.version()}`);
  return tags.split('\n').filter(Boolean).sort();
}

function newestSection(folder: string, version: string): string {
  const [title, newest] = readFileSync(join(folder, 'CHANGELOG.md'), 'utf8').split(/^## /m);
  assert.match(title, /^# @eqloss\/\w+\n\n$/);
  const [head, ...lines] = newest.trim().split('\n');
  assert.equal(head, version);
  return lines.join('\n').trim();
}

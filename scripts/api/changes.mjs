// Whether changesets say what the API reports show: docs/versions.md holds here.

import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readChangesets } from '@changesets/read';
import { bumpFor, bumps, compareReports } from './declarations.mjs';
import { baseOf, fileAt, filesAt, lastRelease } from './history.mjs';

/**
 * Compares the reports of the working tree with those of a ref, and both with the changesets that came since.
 *
 * @param {{ folder: string, since?: string }} options `folder`: the repository. `since`: by default the last release.
 * @returns {Promise<{ notes: readonly string[], faults: readonly string[] }>} A sentence each. With `faults` the change
 * must not be merged.
 * @throws {Error} when git does not know `since`.
 */
export async function apiChanges({ folder, since = lastRelease(folder) }) {
  if (since === undefined) return { notes: ['nothing is released yet, so there is no API to keep'], faults: [] };
  const base = baseOf(folder, since);
  const reports = [...new Set([...filesAt(folder, base, 'packages').filter(isReport), ...reportsOf(folder)])].sort();
  const said = await bumpsSaid(folder, base);
  const notes = [`compared with ${since} (${base.slice(0, 12)})`];
  const faults = [];
  for (const [path, files] of Map.groupBy(reports, (report) => report.slice(0, report.indexOf('/api/')))) {
    const [old, now] = [
      manifest(fileAt(folder, base, `${path}/package.json`)),
      manifest(readNow(folder, `${path}/package.json`)),
    ];
    const name = (now ?? old)?.name ?? path;
    if (old === undefined || old.version === '0.0.0') {
      notes.push(`${name} was not released by then, so it has no API to keep`);
      continue;
    }
    const bump = largest(said.get(name) ?? 'none', bumpBetween(old.version, now?.version ?? old.version));
    for (const file of files) {
      const changes = compareReports(fileAt(folder, base, file) ?? '', readNow(folder, file) ?? '');
      for (const change of changes) {
        const { fault, text } = judge(change, { file, package: name, version: old.version, bump });
        (fault ? faults : notes).push(text);
      }
    }
  }
  return { notes, faults };
}

/** Whether a change of a declaration may come with a bump. */
function judge({ name, kind, deprecated }, { file, package: owner, version, bump }) {
  const what = `${name} was ${kind} in ${file}`;
  const needed = bumpFor(kind, version);
  if (bumps.indexOf(bump) < bumps.indexOf(needed)) {
    const has = bump === 'none' ? 'no changeset names it' : `its changesets say ${bump}`;
    return {
      fault: true,
      text: `${what}: that is ${needed} for ${owner} ${version}, but ${has}; run \`npx changeset\``,
    };
  }
  if (kind === 'removed' && !deprecated && !version.startsWith('0.')) {
    const advice = 'deprecate it in a minor version first';
    return { fault: true, text: `${what}, but is not @deprecated in ${version}: ${advice}` };
  }
  return { fault: false, text: `${what}: ${needed}, as said` };
}

/** The largest bump of each package in the changesets that are new since the base. */
async function bumpsSaid(folder, base) {
  const said = new Map();
  for (const { id, releases } of await readChangesets(folder)) {
    const path = `.changeset/${id}.md`;
    if (fileAt(folder, base, path) === readNow(folder, path)) continue;
    for (const { name, type } of releases) said.set(name, largest(said.get(name) ?? 'none', type));
  }
  return said;
}

/** A release takes its changesets away and leaves the new version. */
function bumpBetween(old, now) {
  const [a, b] = [old, now].map((version) => version.split('-')[0].split('.').map(Number));
  const place = a.findIndex((part, index) => b[index] !== part);
  return place < 0 || b[place] < a[place] ? 'none' : ['major', 'minor', 'patch'][place];
}

function largest(a, b) {
  return bumps[Math.max(bumps.indexOf(a), bumps.indexOf(b))];
}

function reportsOf(folder) {
  return globSync('packages/*/api/*.api.md', { cwd: folder }).map((path) => path.replaceAll('\\', '/'));
}

function isReport(path) {
  return /^packages\/[^/]+\/api\/[^/]+\.api\.md$/.test(path);
}

function readNow(folder, path) {
  try {
    return readFileSync(join(folder, path), 'utf8');
  } catch {
    return undefined;
  }
}

function manifest(text) {
  return text === undefined ? undefined : JSON.parse(text);
}

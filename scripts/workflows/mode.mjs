// What a commit of main asks of the release workflow.

/**
 * @param {{
 *   changesets: readonly string[],
 *   pre?: { readonly mode: string },
 *   packages: readonly { name: string, version: string }[],
 *   tags: readonly string[],
 * }} state `changesets`: the files of `.changeset`. `pre`: its `pre.json`, while prereleases are made. `packages`: those
 * that are published. `tags`: all of git.
 * @returns {'version' | 'publish' | 'nothing'} `version`: changesets wait to become versions. `publish`: the versions are
 * new. Tags come last, so a release that broke off half-way is published again.
 */
export function releaseMode({ changesets, pre, packages, tags }) {
  // Those of a prerelease wait in a folder of their own for the release that follows.
  const waiting = changesets.some((name) => name.endsWith('.md') && name !== 'README.md');
  if (waiting || pre?.mode === 'exit') return 'version';
  return packages.every(({ name, version }) => tags.includes(`${name}@${version}`)) ? 'nothing' : 'publish';
}

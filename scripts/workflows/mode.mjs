// What a commit of main asks of the release workflow.

/**
 * @param {{
 *   changesets: readonly string[],
 *   packages: readonly { name: string, version: string }[],
 *   tags: readonly string[],
 * }} state `changesets`: the files of `.changeset`. `packages`: those that are published. `tags`: all of git.
 * @returns {'version' | 'publish' | 'nothing'} `version`: changesets wait to become versions. `publish`: the versions are
 * new. Tags come last, so a release that broke off half-way is published again.
 */
export function releaseMode({ changesets, packages, tags }) {
  if (changesets.some((name) => name.endsWith('.md') && name !== 'README.md')) return 'version';
  return packages.every(({ name, version }) => tags.includes(`${name}@${version}`)) ? 'nothing' : 'publish';
}

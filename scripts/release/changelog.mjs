// How the changelogs read: what changed for users, without commits and without lists of dependencies.

const headings = new Map([
  ['### Major Changes', '### Breaking changes'],
  ['### Minor Changes', '### New and changed'],
  ['### Patch Changes', '### Fixes'],
]);

/** What changesets asks for the lines of a release. */
export default {
  getReleaseLine({ summary }) {
    const [first, ...rest] = summary.trim().split('\n');
    return [`- ${first}`, ...rest.map((line) => (line.trim() === '' ? '' : `  ${line.trimEnd()}`))].join('\n');
  },
  // All packages have one version: every release would list them all.
  getDependencyReleaseLine() {
    return '';
  },
};

/**
 * Words the newest release of a changelog as users would, after changesets has written it.
 *
 * @param {string} text The whole file.
 * @param {readonly string[]} changed The packages that this release changes.
 * @returns {string}
 */
export function readableChangelog(text, changed) {
  const start = text.indexOf('## ');
  const next = text.indexOf('\n## ', start);
  const end = next === -1 ? text.length : next;
  const lines = text.slice(start, end).split('\n');
  const worded = lines.map((line) => {
    if (line === 'No changes in this release.') return alongWith(changed);
    return headings.get(line) ?? line;
  });
  return text.slice(0, start) + worded.join('\n') + text.slice(end);
}

/** Whether the newest release of a changelog has a change of the package's own. */
export function hasOwnChange(text) {
  return !text.split('\n## ')[1].includes('\nNo changes in this release.');
}

function alongWith(changed) {
  const links = changed.map((name) => {
    const folder = name.slice(name.indexOf('/') + 1);
    return `[${name}](https://github.com/eqloss/eqloss/blob/main/packages/${folder}/CHANGELOG.md)`;
  });
  if (links.length === 0) return 'No change of its own.';
  const last = links.pop();
  return `No change of its own: released together with ${links.length === 0 ? '' : `${links.join(', ')} and `}${last}.`;
}

// What two reports of one entry point differ by, declaration by declaration, and which version that asks for.

/** Versions by how much they promise to change, smallest first. */
export const bumps = ['none', 'patch', 'minor', 'major'];

/**
 * The declarations of a report by name. Overloads stand together.
 *
 * @param {string} report
 * @returns {Map<string, string[]>} Their lines, without comments but for `// @deprecated`.
 */
export function declarationsOf(report) {
  const declarations = new Map();
  const code = /^```ts\n([\s\S]*?)^```/m.exec(report)?.[1] ?? '';
  for (const block of code.split(/\n{2,}|\n(?=import )/)) {
    const lines = block.split('\n').filter((line) => line.trim() !== '');
    const name = nameOf(lines.find((line) => !line.startsWith('//')));
    if (name === undefined) continue;
    const deprecated = lines.some((line) => line.startsWith('// @') && line.includes('@deprecated'));
    const kept = lines
      .filter((line) => !line.trim().startsWith('//'))
      .map((line) => line.replace('import type', 'import'));
    declarations.set(name, [...(declarations.get(name) ?? []), ...(deprecated ? [DEPRECATED] : []), ...kept]);
  }
  return declarations;
}

/**
 * What happened to every declaration.
 *
 * @param {string} before
 * @param {string} after
 * @returns {{ name: string, kind: 'added' | 'extended' | 'changed' | 'removed', deprecated: boolean }[]} `extended`:
 * lines came and none went. `deprecated`: it was before.
 */
export function compareReports(before, after) {
  const [old, now] = [declarationsOf(before), declarationsOf(after)];
  const names = [...new Set([...old.keys(), ...now.keys()])].sort();
  return names.flatMap((name) => {
    const [a, b] = [old.get(name), now.get(name)];
    // What is imported matters where a declaration uses it, which changes then; from where matters by itself.
    if (name.startsWith('import ') && (a === undefined || b === undefined)) return [];
    const deprecated = a?.includes(DEPRECATED) ?? false;
    if (a === undefined) return [{ name, kind: 'added', deprecated }];
    if (b === undefined) return [{ name, kind: 'removed', deprecated }];
    if (a.join('\n') === b.join('\n')) return [];
    const kept = a.filter((line) => line !== DEPRECATED);
    return [{ name, kind: isWithin(kept, b) ? 'extended' : 'changed', deprecated }];
  });
}

/**
 * The smallest bump that may bring a change, docs/versions.md: before 1.0 a break is a minor version.
 *
 * @param {'added' | 'extended' | 'changed' | 'removed'} kind
 * @param {string} version The one that people have.
 * @returns {'minor' | 'major'}
 */
export function bumpFor(kind, version) {
  const breaks = kind === 'changed' || kind === 'removed';
  return breaks && !version.startsWith('0.') ? 'major' : 'minor';
}

const DEPRECATED = '// @deprecated';

function nameOf(line = '') {
  const given =
    /^(?:export )?(?:declare )?(?:default )?(?:abstract )?(?:class|const|enum|function|interface|namespace|type|let) (\w+)/;
  const passedOn = /^(import |export )(?:type )?(?:\{ )?(?:\S+ as )?(\w+)/.exec(line);
  return given.exec(line)?.[1] ?? passedOn?.slice(1).join('').replace('export ', '');
}

/** Whether all of the lines stand in the others, in this order. */
function isWithin(lines, others) {
  let found = 0;
  for (const line of others) if (line === lines[found]) found++;
  return found === lines.length;
}

// The gates on what the packages export: reports, and changesets that say how they change.

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { apiChanges } from '../scripts/api/changes.mjs';
import { bumpFor, compareReports, declarationsOf } from '../scripts/api/declarations.mjs';
import { entryPoints } from '../scripts/api/entries.mjs';
import { extract, forgottenEverywhere } from '../scripts/api/extract.mjs';
import { lineDiff } from '../scripts/api/line-diff.mjs';
import { root } from '../scripts/run.mjs';

const report = (...declarations: string[]) => `# @eqloss/core\n\n\`\`\`ts\n${declarations.join('\n\n')}\n\`\`\`\n`;
const options = (...members: string[]) => `// @public\nexport interface Options {\n${members.join('\n')}\n}`;
const loss = '// @public\nexport function loss(logits: Float64Array): number;';
const deprecatedLoss = loss.replace('@public', '@public @deprecated');

describe('two reports', () => {
  test.each([
    ['a new export is added', [], [loss], ['loss added']],
    ['an export that is gone is removed', [loss], [], ['loss removed']],
    ['another signature is a change', [loss], [loss.replace('number', 'string')], ['loss changed']],
    ['one more signature extends', [loss], [loss, loss.replace('Float64Array', 'number[]')], ['loss extended']],
    ['one more member extends', [options('a: 1;')], [options('a: 1;', 'b?: 2;')], ['Options extended']],
    ['a member that is gone is a change', [options('a: 1;', 'b?: 2;')], [options('a: 1;')], ['Options changed']],
    ['a deprecation extends', [loss], [deprecatedLoss], ['loss extended']],
    ['a deprecation can be taken back', [deprecatedLoss], [loss], ['loss extended']],
    ['a comment is none', [options('// (undocumented)', 'a: 1;')], [options('a: 1;')], []],
    ['the order of declarations is none', [loss, options()], [options(), loss], []],
    ['how a type is imported is none', ["import { A } from 'a';"], ["import type { A } from 'a';"], []],
    ['from where it is imported is one', ["import { A } from 'a';"], ["import { A } from 'b';"], ['import A changed']],
    ['an export under its own name', ['export { A }'], ['export { B_2 as A }'], ['A changed']],
  ])('%s', (_, before, after, wanted) => {
    const found = compareReports(report(...before), report(...after));
    expect(found.map(({ name, kind }) => `${name} ${kind}`)).toEqual(wanted);
  });

  test.each(entryPoints())('no line of the committed report of $specifier is overlooked', (entry) => {
    const text = readFileSync(entry.report, 'utf8');
    const code = text.slice(text.indexOf('```ts') + 5, text.lastIndexOf('```')).split('\n');
    const wanted = code.filter((line) => line.trim() !== '' && !line.trim().startsWith('//'));
    const found = [...declarationsOf(text).values()].flat().filter((line) => !line.startsWith('//'));
    expect(found.length).toBe(wanted.length);
  });

  test('what is added asks for a minor version, what breaks for a major one from 1.0 on', () => {
    expect(bumpFor('added', '0.3.0')).toBe('minor');
    expect(bumpFor('removed', '0.3.0')).toBe('minor');
    expect(bumpFor('extended', '1.0.0')).toBe('minor');
    expect(bumpFor('changed', '1.0.0')).toBe('major');
  });

  test('differ by the lines that went and came, below their declaration', () => {
    expect(lineDiff('x\nexport a {\n  1\n  2\n}', 'x\nexport a {\n  1\n  3\n}')).toBe('  export a {\n-   2\n+   3');
    expect(lineDiff('same', 'same')).toBe('');
  });
});

describe('changesets', () => {
  const folder = mkdtempSync(join(tmpdir(), 'eqloss-api-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const reportPath = 'packages/core/api/index.api.md';

  beforeEach(() => {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    git('init', '--quiet', '--initial-branch=main');
    release('0.4.0');
    write(reportPath, report(loss, options('a: 1;')));
    commit('release');
  });

  test('are not asked for before the first release', async () => {
    write(reportPath, report());
    expect((await apiChanges({ folder })).notes).toEqual(['nothing is released yet, so there is no API to keep']);
    release('0.0.0');
    commit('never released');
    write(reportPath, report(loss));
    const { notes, faults } = await apiChanges({ folder, since: 'HEAD' });
    expect(faults).toEqual([]);
    expect(notes).toContain('@eqloss/core was not released by then, so it has no API to keep');
  });

  test('are not asked for where no report changed', async () => {
    git('tag', '@eqloss/core@0.4.0');
    const { notes, faults } = await apiChanges({ folder });
    expect(faults).toEqual([]);
    expect(notes).toEqual([expect.stringMatching(/^compared with @eqloss\/core@0\.4\.0 \([0-9a-f]{12}\)$/)]);
  });

  test('must name the package and be large enough', async () => {
    write(reportPath, report(loss, options('a: 1;', 'b?: 2;')));
    expect((await apiChanges({ folder, since: 'main' })).faults).toEqual([
      `Options was extended in ${reportPath}: that is minor for @eqloss/core 0.4.0, but no changeset names it; run \`npx changeset\``,
    ]);
    changeset('small', 'patch');
    expect((await apiChanges({ folder, since: 'main' })).faults).toEqual([
      expect.stringContaining('is minor for @eqloss/core 0.4.0, but its changesets say patch'),
    ]);
    changeset('enough', 'minor');
    expect((await apiChanges({ folder, since: 'main' })).faults).toEqual([]);
  });

  test('that were there before do not count', async () => {
    changeset('old', 'minor');
    commit('with an old changeset');
    write(reportPath, report(loss));
    expect((await apiChanges({ folder, since: 'main' })).faults).toHaveLength(1);
    changeset('old', 'major');
    expect((await apiChanges({ folder, since: 'main' })).faults).toEqual([]);
  });

  test('of a break say major from 1.0 on, and what goes was deprecated before', async () => {
    release('1.2.0');
    commit('1.2.0');
    write(reportPath, report(options('a: 2;')));
    changeset('break', 'minor');
    expect((await apiChanges({ folder, since: 'main' })).faults).toEqual([
      expect.stringContaining('Options was changed'),
      expect.stringContaining('loss was removed'),
    ]);
    changeset('break', 'major');
    expect((await apiChanges({ folder, since: 'main' })).faults).toEqual([
      `loss was removed in ${reportPath}, but is not @deprecated in 1.2.0: deprecate it in a minor version first`,
    ]);
    write(reportPath, report(deprecatedLoss, options('a: 1;')));
    commit('deprecated');
    write(reportPath, report(options('a: 2;')));
    changeset('break', 'major', 'since');
    expect((await apiChanges({ folder, since: 'main' })).faults).toEqual([]);
  });

  test('are replaced by the new version when a release takes them away', async () => {
    write(reportPath, report(loss));
    release('0.4.1');
    expect((await apiChanges({ folder, since: 'main' })).faults).toHaveLength(1);
    release('0.5.0');
    expect((await apiChanges({ folder, since: 'main' })).faults).toEqual([]);
    // A branch that began before a release is behind, and has said nothing.
    release('0.3.9');
    expect((await apiChanges({ folder, since: 'main' })).faults).toHaveLength(1);
  });

  test('are asked for when an entry point goes', async () => {
    rmSync(join(folder, reportPath));
    expect((await apiChanges({ folder, since: 'main' })).faults).toHaveLength(2);
  });

  test('cannot be compared with a ref that git does not know', async () => {
    await expect(apiChanges({ folder, since: 'nowhere' })).rejects.toThrow('no common commit of HEAD and nowhere');
  });

  function write(path: string, text: string): void {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }

  function release(version: string): void {
    write('packages/core/package.json', JSON.stringify({ name: '@eqloss/core', version }));
    write('.changeset/config.json', '{}');
  }

  function changeset(id: string, type: string, summary = 'What users notice.'): void {
    write(`.changeset/${id}.md`, `---\n"@eqloss/core": ${type}\n---\n\n${summary}\n`);
  }

  function commit(message: string): void {
    git('add', '--all');
    git('-c', 'user.name=test', '-c', 'user.email=test@localhost', 'commit', '--quiet', '--message', message);
  }

  function git(...args: string[]): void {
    const done = spawnSync('git', args, { cwd: folder, encoding: 'utf8' });
    if (done.status !== 0) throw new Error(`git ${args.join(' ')}: ${done.stderr}`);
  }
});

describe('declarations', () => {
  mkdirSync(join(root, '.cache'), { recursive: true });
  const folder = mkdtempSync(join(root, '.cache', 'api-test-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function entry(name: string, text: string) {
    const declarations = join(folder, `${name}.d.ts`);
    writeFileSync(declarations, text);
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'tested', version: '1.0.0', type: 'module' }));
    writeFileSync(join(folder, 'tsconfig.build.json'), JSON.stringify({ extends: '../../tsconfig.build.json' }));
    return { package: 'tested', folder, specifier: `tested/${name}`, declarations, report: '' };
  }

  test('become a sorted report without comments, places or line ends of a machine', () => {
    const text = '/** Two. */\r\nexport declare const b: 2;\r\n/** One. */\r\nexport declare function a(): 1;\r\n';
    expect(extract(entry('sorted', text))).toEqual({
      text: expect.stringMatching(
        /^# tested\/sorted\n[\s\S]*```ts\n\/\/ @public\nexport function a\(\): 1;\n\n\/\/ @public\nexport const b: 2;\n```\n$/,
      ),
      forgotten: [],
      problems: [],
    });
  });

  test('need doc comments, one for all signatures of a function', () => {
    const signatures = '/** Said. */\nexport declare function f(): 1;\nexport declare function f(a: 1): 1;\n';
    expect(extract(entry('bare', `${signatures}export type Bare = 1;\n`)).problems).toEqual([
      'tested/bare: Bare has no doc comment; write one above it: what it does, for who uses it',
    ]);
  });

  test('may not name a type that no entry point exports', () => {
    const hidden = '/** Not exported. */\ninterface Hidden { readonly a: 1 }\n';
    const text = `${hidden}/** Shown. */\nexport declare function f(hidden: Hidden): void;\nexport {};\n`;
    const one = entry('one', text);
    const extracted = { ...one, ...extract(one) };
    expect(forgottenEverywhere([extracted])).toEqual([
      expect.stringMatching(/one\.d\.ts:4: Hidden stands in a signature, but tested does not export it$/),
    ]);
    const other = { ...entry('other', `${hidden.replace('interface', 'export interface')}`) };
    expect(forgottenEverywhere([extracted, { ...other, ...extract(other) }])).toEqual([]);
  });

  test('may not link to what is not there', () => {
    const { problems } = extract(entry('link', '/** See {@link nothing}. */\nexport declare const a: 1;\n'));
    expect(problems).toEqual([expect.stringContaining('ae-unresolved-link')]);
  });
});

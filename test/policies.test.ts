// What the documents of the project say of other files is true.

import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { publishedPackages } from '../scripts/pack.mjs';
import { root } from '../scripts/run.mjs';

const read = (path: string) => readFileSync(join(root, path), 'utf8');
const documents = globSync(['*.md', '.github/*.md', 'docs/*.md', 'packages/*/*.md'], { cwd: root });

test.each(documents)('the links of %s lead to files that are there', (path) => {
  const links = [...read(path).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)(#[^)\s]*)?\)/g)].map(([, to]) => to);
  expect(links.filter((to) => !existsSync(join(root, dirname(path), decodeURI(to))))).toEqual([]);
});

describe('CITATION.cff', () => {
  const citation = parse(read('CITATION.cff'));

  test('is what version 1.2.0 of the format wants', () => {
    expect(citation).toMatchObject({ 'cff-version': '1.2.0', type: 'software', license: 'MIT' });
    for (const key of ['message', 'title', 'abstract', 'repository-code'])
      expect(citation[key], key).toEqual(expect.any(String));
    for (const { name } of citation.authors) expect(name).toEqual(expect.any(String));
    const known = [
      'abstract',
      'authors',
      'cff-version',
      'keywords',
      'license',
      'message',
      'preferred-citation',
      'repository-code',
      'title',
      'type',
    ];
    expect(Object.keys(citation).sort()).toEqual(known);
  });

  test('asks for the paper, with every author by full name', () => {
    const paper = citation['preferred-citation'];
    expect(paper).toMatchObject({ type: 'conference-paper', year: 2020, start: 11662, end: 11671 });
    expect(paper.authors).toHaveLength(7);
    for (const author of paper.authors) expect(Object.keys(author).sort()).toEqual(['family-names', 'given-names']);
    expect(read('packages/core/SPEC.md')).toContain(
      paper.identifiers.find(({ type }: { type: string }) => type === 'other').value,
    );
  });
});

describe('docs/versions.md', () => {
  const said = read('docs/versions.md');

  test('names the Node that the packages ask for, and those that CI runs them on', () => {
    const { matrix } = parse(read('.github/workflows/ci.yml')).jobs.consumers.strategy;
    const [oldest] = matrix.node;
    expect(said).toContain(
      `installed packages run on ${matrix.node.slice(0, -1).join(', ')} and ${matrix.node.at(-1)}`,
    );
    for (const { folder } of publishedPackages()) {
      expect(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).engines.node).toBe(`>=${oldest}`);
    }
  });

  test('names the schemas of reports as they call themselves', () => {
    const { $id } = JSON.parse(read('packages/conformance/schema/report.schema.json'));
    expect(said).toContain($id.slice($id.lastIndexOf('/') + 1));
  });

  test('counts the packages', () => {
    expect(publishedPackages()).toHaveLength(6);
    expect(said).toContain('the same in all six');
    expect(new Set(publishedPackages().map(({ version }) => version)).size).toBe(1);
  });
});

test('no install script of ours runs at a user', () => {
  for (const { folder } of publishedPackages()) {
    const { scripts } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const hooks = Object.keys(scripts).filter((name) =>
      /^(pre|post)?(install|prepare|publish|pack)|^prepublish/.test(name),
    );
    expect(hooks, folder).toEqual([]);
  }
});

// Which file of the repository becomes which page. Every text has one owner; the site only arranges them.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A Markdown file of the repository and its place in the site, without the ending. */
export interface Page {
  /** Path in the repository. */
  readonly source: string;
  /** Path in the site. */
  readonly place: string;
  /** Its heading in the side bar. */
  readonly section: Section;
  /** Its name in the side bar: the first heading of the file, but for the list of guides. */
  readonly title: string;
}

export const sections = ['Guides', 'Packages', 'Specification', 'Measured', 'Project', 'Changes'] as const;
export type Section = (typeof sections)[number];

/** The repository, with a slash at the end. */
export const repository: string = fileURLToPath(new URL('../../../', import.meta.url));

/** Guides in the order of reading. Further files of `docs` follow, so that none is forgotten. */
const guides = [
  'README',
  'quick-start',
  'picking-an-adapter',
  'sigmoid-or-softmax',
  'threshold-and-gamma',
  'background-rows',
  'reductions',
  'from-pytorch',
  'writing-an-adapter',
  'troubleshooting',
  'versions',
];

/** Published packages, in the order of the root README. */
export const packages = ['core', 'wasm', 'tfjs', 'onnxruntime', 'gpujs', 'conformance'] as const;

/** Every page that is there now. */
export function listPages(): readonly Page[] {
  const docs = readdirSync(`${repository}docs`)
    .filter((name) => name.endsWith('.md'))
    .map((name) => name.slice(0, -3))
    .sort((a, b) => rank(a) - rank(b));
  const wanted: [section: Section, source: string, place: string][] = [
    ...docs.map((name): [Section, string, string] => ['Guides', `docs/${name}.md`, `guide/${name}`]),
    ...packages.map((name): [Section, string, string] => [
      'Packages',
      `packages/${name}/README.md`,
      `packages/${name}`,
    ]),
    ['Specification', 'packages/core/SPEC.md', 'specification/spec'],
    ['Specification', 'packages/conformance/FORMAT.md', 'specification/format'],
    ['Specification', 'packages/conformance/MUTANTS.md', 'specification/mutants'],
    ...['wordnet', 'mnist', 'bench', 'conformance'].map((name): [Section, string, string] => [
      'Measured',
      `apps/${name}/README.md`,
      `measured/${name}`,
    ]),
    ...['CONTRIBUTING', 'SECURITY', 'CODE_OF_CONDUCT'].map((name): [Section, string, string] => [
      'Project',
      `${name}.md`,
      `project/${name.toLowerCase().replaceAll('_', '-')}`,
    ]),
    ...packages.map((name): [Section, string, string] => [
      'Changes',
      `packages/${name}/CHANGELOG.md`,
      `changes/${name}`,
    ]),
  ];
  return wanted
    .filter(([, source]) => existsSync(repository + source))
    .map(([section, source, place]) => ({
      section,
      source,
      place: place.replace(/README$/, 'index'),
      title: source === 'docs/README.md' ? 'Overview' : titleOf(readFileSync(repository + source, 'utf8'), source),
    }));
}

/** Its first heading. */
function titleOf(text: string, source: string): string {
  const heading = /^# (.+)$/m.exec(text)?.[1];
  if (heading === undefined) throw new Error(`${source} has no heading of the first level`);
  // The side bar is narrow: what stands before the colon names the page.
  return heading.replace(/:.*$/, '').replaceAll('`', '');
}

function rank(name: string): number {
  const at = guides.indexOf(name);
  return at === -1 ? guides.length : at;
}

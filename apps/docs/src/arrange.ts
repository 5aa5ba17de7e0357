// Lays the texts of the repository out as VitePress wants them. Nothing is written but links, anchors and front matter.

import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { anchorClauses, linkClauses, turnLinks } from './links.ts';
import { listPages, repository } from './pages.ts';

/** Where the specification stands in the site. */
const SPEC = 'specification/spec';

/** What the site itself owns: its home page. */
const site = fileURLToPath(new URL('../site/', import.meta.url));

/**
 * Writes a folder that VitePress can build.
 *
 * @param stage The folder; what was in it goes.
 * @param reference The Markdown of the API reference.
 * @throws {Error} when a link of a text is dead.
 */
export function arrange(stage: string, reference: string): void {
  rmSync(stage, { recursive: true, force: true });
  mkdirSync(join(stage, '.vitepress', 'theme'), { recursive: true });
  for (const name of ['config', 'theme/index']) {
    const file = join(stage, '.vitepress', `${name}.ts`);
    const from = relative(dirname(file), join(site, `${name}.ts`)).replaceAll('\\', '/');
    writeFileSync(file, `export { default } from '${from}';\n`);
  }
  cpSync(join(site, 'index.md'), join(stage, 'index.md'));
  const pages = listPages();
  const places = new Map(pages.map(({ source, place }) => [source, place]));
  for (const { source, place } of pages) {
    const text = readFileSync(join(repository, source), 'utf8');
    const turned = turnLinks(text, { source, repository, placeOf: (file) => places.get(file) });
    const linked = place === SPEC ? anchorClauses(turned) : linkClauses(turned, SPEC);
    write(join(stage, `${place}.md`), `---\nsource: ${source}\n---\n\n${linked}`);
  }
  arrangeReference(reference, join(stage, 'api'));
}

function arrangeReference(from: string, to: string): void {
  for (const name of readdirSync(from, { recursive: true }).map(String)) {
    if (!name.endsWith('.md')) continue;
    const text = readFileSync(join(from, name), 'utf8');
    write(join(to, name), `---\neditLink: false\n---\n\n${linkReadme(linkClauses(text, SPEC), name)}`);
  }
  if (!existsSync(join(to, 'index.md'))) throw new Error('the API reference has no first page');
}

/** What a page of the reference describes has a README, which says what it is for. */
function linkReadme(text: string, name: string): string {
  const [folder] = name.replace(/\.md$/, '').split(/[\\/]/);
  if (folder === 'index') return text;
  const words = `What it is for, how it is installed, and examples: [README of @eqloss/${folder}](/packages/${folder}.md).`;
  return text.replace(/^# .*\n/m, (heading) => `${heading}\n${words}\n`);
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

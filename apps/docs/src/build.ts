// The site: the reference, the texts, the conformance page, put together and checked.

import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vitepress';
import { run } from '../../../scripts/run.mjs';
import { arrange } from './arrange.ts';
import { deadLinks } from './check-links.ts';
import { writeReference } from './reference.ts';

/** What {@link buildSite} is told. */
export interface SiteOptions {
  /** Where the site goes: a folder that is empty, missing, or a site of ours. */
  readonly out: string;
  /** The path at which it will be served, with a slash at both ends. */
  readonly base: string;
  /** Is told what is being done. */
  readonly say?: (line: string) => void;
}

/**
 * Builds the site beside its place, checks it, and puts it there.
 *
 * @throws {Error} when the reference is not whole, a link is dead, or the place holds something else. What was there stays.
 */
export async function buildSite({ out, base, say = () => {} }: SiteOptions): Promise<void> {
  if (existsSync(out) && readdirSync(out).length > 0 && !existsSync(join(out, 'hashmap.json'))) {
    throw new Error(`${out} holds something that is no site of ours; give an empty folder`);
  }
  // Beside node_modules, where VitePress finds what pages import.
  const stage = fileURLToPath(new URL(`../.stage/${process.pid}/`, import.meta.url));
  const reference = join(stage, 'reference');
  const pages = join(stage, 'pages');
  const built = `${out}.building`;
  const clean = () => {
    for (const path of [stage, built]) rmSync(path, { recursive: true, force: true });
  };
  // A signal ends the process amid the work.
  process.once('exit', clean);
  try {
    rmSync(built, { recursive: true, force: true });
    say('API reference');
    await writeReference(reference);
    say('pages');
    arrange(pages, reference);
    await build(pages, { base, outDir: built });
    say('conformance page');
    await buildConformancePage(join(built, 'conformance'));
    say('links');
    const dead = await deadLinks(built, base);
    if (dead.length > 0) throw new Error(`${dead.length} links are wrong:\n${dead.join('\n')}`);
    rmSync(out, { recursive: true, force: true });
    mkdirSync(join(out, '..'), { recursive: true });
    renameSync(built, out);
  } finally {
    process.off('exit', clean);
    clean();
  }
}

/** Its service worker serves nothing outside the folder in which it lies. */
async function buildConformancePage(out: string): Promise<void> {
  const program = ['--conditions=@eqloss/source', 'apps/conformance/src/build-site.ts', '--out', out];
  if ((await run('node', program, { quiet: true })) !== 0) throw new Error('the conformance page cannot be built');
}

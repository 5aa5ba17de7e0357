// A copy of the working tree in which releases are made: the checkout, its versions, tags and changesets stay as they are.

import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from '../../run.mjs';
import { attempt, environment, must, type Outcome } from './commands.ts';

/** A published package of the copy. */
interface Package {
  readonly name: string;
  readonly folder: string;
  readonly version: string;
}

export interface Workspace {
  readonly folder: string;
  packages(): Package[];
  /** The version that all packages have. */
  version(): string;
  hasChangesets(): boolean;
  changeset(name: string, bump: 'patch' | 'minor', summary: string): void;
  /** Runs a program of the workspace. */
  run(command: string, ...args: string[]): Promise<string>;
  /** `npm run release:version`, and the commit of what it wrote. */
  applyChangesets(): Promise<string>;
  /** Builds and packs, without publishing. */
  pack(): Promise<string>;
  /** `npm run release:publish`. */
  publish(...args: string[]): Promise<Outcome>;
  commit(): Promise<void>;
  git(...args: string[]): Promise<string>;
  /** The tarball that the last publish packed. */
  tarball(name: string): Buffer;
}

/** Copies what git would commit, installs its dependencies from what is on this machine, and commits it there. */
export async function copyWorkspace(folder: string, registry: string, cache: string): Promise<Workspace> {
  const node = process.env.EQLOSS_NODE ?? process.execPath;
  const checkout = join(folder, 'checkout');
  const env = environment({
    npm_config_cache: cache,
    // Of npm's patience with a registry that fails, one more attempt is left.
    npm_config_fetch_retries: '1',
    npm_config_fetch_retry_mintimeout: '50',
    npm_config_fetch_retry_maxtimeout: '100',
  });
  const git = (...args: string[]) => must(checkout, 'git', args, env);

  const listed = await must(root, 'git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard']);
  for (const file of listed.split('\0').filter((each) => each !== '' && existsSync(join(root, each)))) {
    mkdirSync(dirname(join(checkout, file)), { recursive: true });
    cpSync(join(root, file), join(checkout, file), { verbatimSymlinks: true });
  }
  // Only the packages of this repository come from here: all others from where the user's npm has them.
  writeFileSync(join(checkout, '.npmrc'), npmrc(registry));
  mkdirSync(join(folder, 'origin'));
  await must(join(folder, 'origin'), 'git', ['init', '--quiet', '--bare'], env);
  await git('init', '--quiet', '--initial-branch=main');
  for (const [key, value] of Object.entries({
    'user.name': 'rehearsal',
    'user.email': '',
    'commit.gpgSign': 'false',
    'core.hooksPath': 'no-hooks',
    'remote.origin.url': join(folder, 'origin'),
  })) {
    await git('config', key, value);
  }
  const only = ['--filter', 'eqloss', '--filter', './packages/*'];
  await must(checkout, 'pnpm', ['install', '--frozen-lockfile', '--prefer-offline', ...only], env);
  copyFileSync(join(root, 'node_modules', '.eqloss-setup'), join(checkout, 'node_modules', '.eqloss-setup'));

  const workspace: Workspace = {
    folder: checkout,
    packages: () =>
      readdirSync(join(checkout, 'packages')).map((each) => {
        const manifest = JSON.parse(readFileSync(join(checkout, 'packages', each, 'package.json'), 'utf8'));
        return { name: manifest.name, version: manifest.version, folder: join(checkout, 'packages', each) };
      }),
    version: () => workspace.packages()[0].version,
    hasChangesets: () => readdirSync(join(checkout, '.changeset')).some((each) => /^(?!README).*\.md$/.test(each)),
    changeset(name, bump, summary) {
      const file = join(checkout, '.changeset', `${bump}-${name.replace(/\W+/g, '-')}.md`);
      writeFileSync(file, `---\n"${name}": ${bump}\n---\n\n${summary}\n`);
    },
    run: (command, ...args) => must(checkout, join(checkout, 'node_modules', '.bin', command), args, env),
    async applyChangesets() {
      const said = await must(checkout, node, ['scripts/release/version.mjs'], env);
      await workspace.commit();
      return said;
    },
    pack: () => must(checkout, node, ['--eval', "import('./scripts/pack.mjs').then(({ packAll }) => packAll())"], env),
    publish: (...args) => attempt(checkout, node, ['scripts/release/publish.mjs', ...args], env),
    async commit() {
      await git('add', '--all');
      await git('commit', '--quiet', '--message', 'A step of the rehearsal');
    },
    git,
    tarball(name) {
      const file = `${name.replace('@', '').replace('/', '-')}-${workspace.version()}.tgz`;
      return readFileSync(join(checkout, '.cache', 'packed', file));
    },
  };
  await workspace.commit();
  return workspace;
}

/** The configuration that takes the scope, and nothing else, from a registry which wants some token. */
export function npmrc(registry: string): string {
  return `@eqloss:registry=${registry}\n${registry.replace(/^http:/, '')}:_authToken=rehearsal\n`;
}

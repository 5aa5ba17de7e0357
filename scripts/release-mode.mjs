// What the release workflow has to do, as an output of its step: `mode=version`, `mode=publish` or `mode=nothing`.

import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { publishedPackages } from './pack.mjs';
import { root } from './run.mjs';
import { releaseMode } from './workflows/mode.mjs';

const tags = execFileSync('git', ['tag', '--list'], { cwd: root, encoding: 'utf8' }).split('\n');
const changesets = readdirSync(join(root, '.changeset'));
const file = join(root, '.changeset', 'pre.json');
const pre = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
console.log(`mode=${releaseMode({ changesets, pre, packages: publishedPackages(), tags })}`);

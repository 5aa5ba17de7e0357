// Type-checks the built declarations for whom they promise least: no types of the DOM or Node, and none skipped.

import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { publishedPackages } from './pack.mjs';
import { commandLine, root, workspaceEnvironment } from './run.mjs';

const folder = join(root, '.cache', 'declarations');
const files = publishedPackages().flatMap((each) => {
  const { publishConfig } = JSON.parse(readFileSync(join(each.folder, 'package.json'), 'utf8'));
  return Object.values(publishConfig.exports)
    .filter((target) => target.types !== undefined)
    .map((target) => join(each.folder, target.types));
});
const compilerOptions = {
  noEmit: true,
  strict: true,
  skipLibCheck: false,
  target: 'es2022',
  lib: ['ES2022'],
  types: [],
  module: 'nodenext',
};
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
const line = commandLine('tsc', ['-p', folder, '--pretty', 'false']);
const done = spawnSync(line.file, line.args, {
  cwd: root,
  env: workspaceEnvironment(),
  encoding: 'utf8',
  shell: line.shell,
});
const errors = done.stdout.split(/\r?\n/).filter((each) => /: error TS\d+: /.test(each));
// TensorFlow.js and gpu.js describe what pages give them, and so need the DOM's types themselves.
const foreign = errors.filter((each) => /^(\.\.\/)*node_modules\//.test(each));
const own = errors.filter((each) => !foreign.includes(each));
for (const error of own) process.stderr.write(`declarations: ${error}\n`);
if (own.length > 0 || (done.status !== 0 && errors.length === 0)) {
  process.stderr.write(done.stderr);
  process.exit(1);
}
process.stderr.write(
  `declarations: ${files.length} need no types but the language's; ${foreign.length} errors are of engines\n`,
);

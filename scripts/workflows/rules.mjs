// What every workflow keeps to: the rules of zizmor that matter here, and a few of the house. CONTRIBUTING.md says why.

import { parseDocument, visit } from 'yaml';

/**
 * What actions take that end with an error when they are given anything else. actionlint knows inputs by tags of versions, not by
 * commits, and GitHub only warns.
 */
const inputs = {
  'changesets/action/version': [
    'commit-message',
    'cwd',
    'github-token',
    'pr-base-branch',
    'pr-draft',
    'pr-title',
    'push-with-git-cli',
    'script',
  ],
};

/**
 * The rules that a workflow breaks.
 *
 * @param {string} text The file.
 * @param {{ scripts: readonly string[] }} project `scripts`: those of package.json.
 * @returns {readonly string[]} A sentence each.
 */
export function brokenRules(text, { scripts }) {
  const document = parseDocument(text);
  if (document.errors.length > 0) return document.errors.map((error) => error.message);
  const workflow = document.toJS();
  const jobs = Object.entries(workflow.jobs ?? {});
  return [
    ...pins(document),
    ...triggers(workflow),
    ...[workflow.permissions === undefined && 'top-level permissions are wanted: {} or read only'],
    ...[grantsWrite(workflow.permissions) && 'write permissions belong to the job that needs them'],
    ...[workflow.concurrency === undefined && 'concurrency is wanted'],
    ...secrets(text),
    ...jobs.flatMap(([name, job]) => ofJob(job, scripts).map((problem) => `job ${name}: ${problem}`)),
  ].filter(Boolean);
}

/**
 * What dependabot.yml must say: a cooldown, so that a version that is taken back never gets here, and groups.
 *
 * @param {string} text
 * @returns {readonly string[]}
 */
export function brokenDependabotRules(text) {
  const document = parseDocument(text);
  if (document.errors.length > 0) return document.errors.map((error) => error.message);
  const { version, updates = [] } = document.toJS();
  const kinds = updates.map((update) => update['package-ecosystem']);
  return [
    version !== 2 && 'version 2 is wanted',
    ...['github-actions', 'npm'].map((kind) => !kinds.includes(kind) && `updates of ${kind} are wanted`),
    ...updates.flatMap((update) => [
      !(update.cooldown?.['default-days'] >= 7) && `${update['package-ecosystem']}: a cooldown of 7 days is wanted`,
      update.groups === undefined && `${update['package-ecosystem']}: groups are wanted`,
    ]),
  ].filter(Boolean);
}

/** A tag can be moved to other code, a commit cannot. The comment tells people and Dependabot which version it is. */
function pins(document) {
  const problems = [];
  visit(document, {
    Pair(_, { key, value }) {
      if (key.value !== 'uses' || String(value?.value).startsWith('./')) return;
      if (!/@[0-9a-f]{40}$/.test(value.value)) problems.push(`${value.value} is not pinned by a commit of 40 digits`);
      else if (!/^ v\d+\.\d+\.\d+$/.test(value.comment ?? ''))
        problems.push(`${value.value} lacks its version: # v1.2.3`);
    },
  });
  return problems;
}

/** With these, code of a stranger meets the rights of the repository. */
function triggers({ on }) {
  const names = typeof on === 'string' ? [on] : Array.isArray(on) ? on : Object.keys(on ?? {});
  const dangerous = ['pull_request_target', 'workflow_run', 'issue_comment'].filter((name) => names.includes(name));
  return dangerous.map((name) => `trigger ${name} gives strangers' code rights`);
}

function secrets(text) {
  const used = [...text.matchAll(/\bsecrets\b(?:\.(\w+))?/g)].filter(([, name]) => name !== 'GITHUB_TOKEN');
  return used.map(([found]) => `${found} is used: there is no long-lived secret here`);
}

function ofJob(job, scripts) {
  const steps = job.steps ?? [];
  const uses = (name) => steps.filter((step) => step.uses?.startsWith(`${name}@`));
  const identity = job.permissions?.['id-token'] === 'write';
  return [
    job.permissions === undefined && 'permissions of its own are wanted',
    grantsAll(job.permissions) && 'write-all is too much',
    job['timeout-minutes'] === undefined && 'timeout-minutes are wanted',
    !/^(ubuntu|macos|windows)-latest$|^\$\{\{ matrix\.\w+ \}\}$/.test(job['runs-on'] ?? '') &&
      'it must run on a hosted runner',
    identity && job.environment === undefined && 'an identity (id-token) is wanted only in a protected environment',
    steps.some(({ uses: name }) => /^actions\/cache[@/]/.test(name ?? '')) &&
      'a cache may be poisoned, and end in a release: none',
    ...uses('actions/checkout').map(
      (step) => step.with?.['persist-credentials'] !== false && 'checkout must not keep credentials',
    ),
    ...uses('actions/setup-node').map(
      (step) =>
        (step.with?.cache !== undefined || step.with?.['package-manager-cache'] !== false) &&
        'setup-node must say package-manager-cache: false, and no cache',
    ),
    ...Object.entries(inputs).flatMap(([name, known]) =>
      uses(name).flatMap((step) =>
        Object.keys(step.with ?? {}).map((input) => !known.includes(input) && `${name} takes no ${input}`),
      ),
    ),
    ...steps.flatMap((step) => [step.run, step.with?.script].flatMap((code) => ofCode(code, scripts))),
  ].filter(Boolean);
}

/** Text of a stranger, say a branch's name, becomes part of a program wherever an expression stands in one. */
function ofCode(code = '', scripts) {
  const named = [...code.matchAll(/\bnpm (?:run |(?=test\b|start\b))(?:--?\S+ )*([\w:.-]+)/g)].map(([, name]) => name);
  return [
    code.includes('${{') && 'an expression in a program: hand it over by env',
    /GITHUB_(ENV|PATH)/.test(code) && 'GITHUB_ENV and GITHUB_PATH change later steps: use outputs',
    ...named.map((name) => !scripts.includes(name) && `npm run ${name} is no script of package.json`),
  ].filter(Boolean);
}

function grantsWrite(permissions) {
  return grantsAll(permissions) || Object.values(permissions ?? {}).includes('write');
}

function grantsAll(permissions) {
  return permissions === 'write-all';
}

// Reads an NDJSON report back into the record that it was written from. Node only: the schema is a file beside this one.

import { readFileSync } from 'node:fs';
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import type { WorstElement } from './compare.ts';
import type { RunRecord, VectorSource } from './record.ts';
import { countStatuses, labelOf, type TargetReport, type TestResult } from './results.ts';

/** A report that cannot be read. The message names file, line and, inside a line, the JSON path. */
export class ReportError extends Error {
  /** As given to {@link readReport}. */
  readonly file: string;
  /** Counted from 1; absent when it is about the whole file. */
  readonly line?: number;

  constructor(file: string, message: string, line?: number) {
    super(`${file}${line === undefined ? '' : `, line ${line}`}: ${message}`);
    this.name = 'ReportError';
    this.file = file;
    this.line = line;
  }
}

/**
 * Reads a report: every line is checked against `schema/report.schema.json`, and the lines against each other.
 *
 * What NDJSON leaves out stays out: `comment` and `catches` are with failures only, and a ratio of Infinity is there only
 * where a worst element shows that kinds differ.
 *
 * @param text The whole file.
 * @param name Of the file, for messages.
 * @throws {ReportError} for what is no report, one that was cut off or lost lines, and two in one file.
 */
export function readReport(text: string, name: string): RunRecord {
  const lines = parseLines(text, name);
  const header = lines[0].value as unknown as Header;
  const reports = new Map<string, TargetReport & { readonly results: TestResult[] }>();
  for (const [index, about] of header.targets.entries()) {
    const key = keyOf(about);
    if (reports.has(key)) throw new ReportError(name, `at /targets/${index}: ${labelOf(about)} is listed twice`, 1);
    reports.set(key, { ...about, results: [] });
  }
  const seen = new Set<string>();
  for (const { value, line } of lines.slice(1, -1)) {
    const { type: _, target, runtime, ...rest } = value as unknown as ResultLine;
    const label = labelOf({ target, runtime });
    const report = reports.get(keyOf({ target, runtime }));
    if (!report) throw new ReportError(name, `at /target: ${label} is not among the targets of the header`, line);
    const key = `${keyOf(report)} ${rest.id}`;
    if (seen.has(key)) throw new ReportError(name, `at /id: a second result of ${label} for ${rest.id}`, line);
    seen.add(key);
    report.results.push(resultOf(rest));
  }
  const footer = lines[lines.length - 1].value as unknown as Footer;
  checkCounts(footer, [...reports.values()], name);
  const { date, spec, vectors, host } = header;
  return { date, spec, vectors, ...(host && { host }), reports: [...reports.values()], failures: footer.failures };
}

interface Header {
  readonly spec: string;
  readonly date: string;
  readonly host?: Readonly<Record<string, string>>;
  readonly vectors: readonly VectorSource[];
  readonly targets: readonly Omit<TargetReport, 'results'>[];
}

interface Footer {
  readonly counts: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly failures: readonly string[];
}

type ElementLine = Omit<WorstElement, 'actual' | 'expected' | 'ratio'> & {
  readonly actual: string;
  readonly expected: string;
  readonly ratio?: number;
};

type ResultLine = Omit<TestResult, 'worst' | 'clauses'> & {
  readonly type: 'result';
  readonly target: string;
  readonly runtime: TargetReport['runtime'];
  readonly clauses?: readonly string[];
  readonly worst?: readonly ElementLine[];
};

interface Line {
  readonly value: Readonly<Record<string, unknown>>;
  /** Counted from 1. */
  readonly line: number;
}

/** A header, results and a footer, each as the schema has it. */
function parseLines(text: string, name: string): readonly Line[] {
  const lines = text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .map((content, index) => ({ content, line: index + 1 }))
    .filter(({ content }) => content.trim() !== '');
  if (lines.length === 0) throw new ReportError(name, 'is empty');
  if (/^\s*</.test(lines[0].content)) {
    throw new ReportError(name, 'is HTML or XML; the report to read is the NDJSON one (--report json=FILE)');
  }
  const validators = compileSchema();
  const parsed: Line[] = [];
  for (const { content, line } of lines) {
    const fail = (message: string): never => {
      throw new ReportError(name, message, line);
    };
    let value: Line['value'];
    try {
      value = JSON.parse(content);
    } catch (error) {
      const words = (error as Error).message;
      if (parsed.length === 0) fail(`is no JSON: ${words}. A report has one JSON object a line, first its header`);
      if (line === lines[lines.length - 1].line) fail(`is cut off, and the report with it: ${words}`);
      return fail(`is no JSON: ${words}`);
    }
    const type = typeof value === 'object' && value !== null ? value.type : undefined;
    const before = parsed[parsed.length - 1]?.value.type;
    if (parsed.length === 0 && type !== 'header') fail(`a report begins with its header, not with ${wordsOf(type)}`);
    if (parsed.length > 0 && type === 'header') fail('a second header: there are two reports in this file');
    if (before === 'footer') fail('there is more after the footer, with which a report ends');
    const validate = validators.get(String(type));
    if (!validate) return fail(`at /type: ${wordsOf(type)} is none of ${[...validators.keys()].join(', ')}`);
    if (!validate(value)) fail(schemaWords(validate.errors ?? []));
    parsed.push({ value, line });
  }
  const last = parsed[parsed.length - 1];
  if (last.value.type !== 'footer') {
    throw new ReportError(name, 'ends without a footer: it was cut off, or is still being written', last.line);
  }
  return parsed;
}

/** A validator a type of line: the errors of a `oneOf` over all of them would tell little. */
function compileSchema(): ReadonlyMap<string, ValidateFunction> {
  const schema = JSON.parse(readFileSync(new URL('../schema/report.schema.json', import.meta.url), 'utf8'));
  const ajv = new Ajv2020({ strict: true, allErrors: true });
  ajv.addSchema(schema);
  return new Map(
    ['header', 'result', 'footer'].map((type) => [type, ajv.compile({ $ref: `${schema.$id}#/$defs/${type}` })]),
  );
}

/** Of several errors the deepest: that a status is unknown says more than that a reason is missing for it. */
function schemaWords(errors: readonly ErrorObject[]): string {
  const depthOf = ({ instancePath }: ErrorObject) => instancePath.split('/').length;
  const [error] = [...errors].sort((one, other) => depthOf(other) - depthOf(one));
  const { instancePath = '', message = 'does not fit the schema', params = {} } = error ?? {};
  const details = Object.values(params as Readonly<Record<string, unknown>>)
    .filter((value) => typeof value === 'string' || Array.isArray(value))
    .map((value) => ` (${Array.isArray(value) ? value.join(', ') : value})`);
  return `at ${instancePath || '/'}: ${message}${/'$/.test(message) ? '' : details.join('')}`;
}

/** Results that were lost do not look like tests that nobody ran. */
function checkCounts({ counts }: Footer, reports: readonly TargetReport[], name: string): void {
  for (const target of new Set([...Object.keys(counts), ...reports.map((report) => report.target)])) {
    const results = reports.filter((report) => report.target === target).flatMap((report) => report.results);
    const found = countStatuses(results) as Readonly<Record<string, number>>;
    for (const status of new Set([...Object.keys(counts[target] ?? {}), ...Object.keys(found)])) {
      const [told, there] = [counts[target]?.[status] ?? 0, found[status] ?? 0];
      if (told !== there) {
        throw new ReportError(name, `the footer counts ${told} ${status} of ${target}, but ${there} are there`);
      }
    }
  }
}

function resultOf({ worst, clauses = [], ...rest }: Omit<ResultLine, 'type' | 'target' | 'runtime'>): TestResult {
  if (!worst) return { ...rest, clauses };
  const elements = worst.map(({ actual, expected, ratio = Number.POSITIVE_INFINITY, ...place }) => {
    return { ...place, actual: Number(actual), expected: Number(expected), ratio };
  });
  const ratio = rest.ratio ?? elements[0]?.ratio;
  return { ...rest, clauses, ...(ratio !== undefined && { ratio }), worst: elements };
}

function keyOf({ target, runtime }: Pick<TargetReport, 'target' | 'runtime'>): string {
  return JSON.stringify([target, runtime]);
}

function wordsOf(type: unknown): string {
  return typeof type === 'string' ? `a ${JSON.stringify(type.slice(0, 40))} line` : 'a line without a type';
}

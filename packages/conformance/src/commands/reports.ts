// The reports that `--report` wishes for: which, and where they are written.

import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { renderHtml } from '../html.ts';
import { renderJunit } from '../junit.ts';
import { renderNdjson } from '../ndjson.ts';
import type { RunRecord } from '../record.ts';
import { makeFolder } from '../whole.ts';
import { UsageError, wordsOf } from './usage.ts';

/** One report: how it is made, and the file that gets it. */
export interface ReportWish {
  readonly render: (record: RunRecord) => string;
  readonly path: string;
}

/** Reads one `--report json=FILE,junit=FILE,html=FILE` and adds it to those before. */
export function readReports(list: string, before: readonly ReportWish[] = []): readonly ReportWish[] {
  const wishes = [...before, ...list.split(',').map(readReport)];
  const places = wishes.map(({ path }) => resolve(path));
  const twice = wishes.find((_, index) => places.indexOf(places[index]) < index);
  if (twice)
    throw new UsageError(`--report wishes for two reports in ${twice.path}; the second would replace the first`);
  return wishes;
}

/**
 * Makes the folder of a report. One that cannot be written is told before the run, not after it.
 *
 * @throws {UsageError}
 */
export function checkReportPath(path: string): void {
  try {
    const folder = dirname(resolve(path));
    makeFolder(folder);
    if (!statSync(folder).isDirectory()) throw new Error(`${folder} is no folder`);
    accessSync(folder, constants.W_OK);
  } catch (error) {
    throw new UsageError(`the report ${path} cannot be written: ${wordsOf(error)}`);
  }
  if (existsSync(path) && statSync(path).isDirectory()) throw new UsageError(`the report ${path} is a folder`);
}

function readReport(wish: string): ReportWish {
  const [kind, ...rest] = wish.split('=');
  const path = rest.join('=');
  const render = new Map([
    ['json', renderNdjson],
    ['junit', renderJunit],
    ['html', renderHtml],
  ]).get(kind);
  if (!render || path === '') {
    throw new UsageError(`--report takes json=FILE, junit=FILE or html=FILE, not "${wish}"`);
  }
  return { render, path };
}

// A report on disk, as `compare` and `badge` take it.

import { readFile } from 'node:fs/promises';
import { readReport } from '../read-report.ts';
import type { RunRecord } from '../record.ts';
import { beforehand } from './usage.ts';

/**
 * Reads an NDJSON report.
 *
 * @throws {UsageError} for a file that is not there or is no report; it names file, line and JSON path.
 */
export function readReportFile(path: string): Promise<RunRecord> {
  return beforehand(async () => {
    const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
      const words: Readonly<Record<string, string>> = { ENOENT: `there is no ${path}`, EISDIR: `${path} is a folder` };
      throw new Error(words[cause.code ?? ''] ?? cause.message);
    });
    return readReport(text, path);
  });
}

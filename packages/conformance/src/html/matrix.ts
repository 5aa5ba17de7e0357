// The matrix of targets and clauses: families first, then each clause.

import { type CellText, cellOf, describeCell, families, familyOf } from '../matrix.ts';
import { clausesIn, resultsOf } from '../ratios.ts';
import { labelOf, type TargetReport } from '../results.ts';
import { details, type Markup, scrolling, text } from './markup.ts';

const legend =
  '✓ all passed, ✓ with / passed of all, the rest not judged, ✗ failed of judged, ~ known failures of judged, – not judged. A test counts in every family and clause that it is about.';

/** Targets x families, and below it targets x clauses, a table a family. */
export function matrixSection(reports: readonly TargetReport[]): Markup {
  const heads = ['all', ...families];
  const rows = reports.map((report) =>
    rowOf(report, heads.length, () => {
      return [undefined, ...families].map((family) => describeCell(cellOf(report, family)));
    }),
  );
  const clauses = clausesIn(reports);
  const parts = families.flatMap((family) => {
    const own = clauses.filter((clause) => familyOf(clause) === family);
    return own.length === 0 ? [] : [clauseTable(family, own, reports)];
  });
  return `<p class="legend">${legend}</p>
${scrolling('Targets and families of clauses', tableOf(heads, rows))}
<h3>Clause by clause</h3>
${parts.join('\n')}`;
}

function clauseTable(family: string, clauses: readonly string[], reports: readonly TargetReport[]): Markup {
  // Where nothing was judged the table above says why.
  const judged = reports.filter((report) => !report.unavailable && !report.harness);
  const rows = judged.map((report) =>
    rowOf(report, clauses.length, () => {
      return clauses.map((clause) => describeCell(cellOf({ ...report, results: resultsOf(report, clause) })));
    }),
  );
  const names = clauses.length > 8 ? `${clauses.length} error codes` : clauses.join(' ');
  return details(
    `${family} <span class="about">${text(names)}</span>`,
    scrolling(`Targets and clauses: ${family}`, tableOf(clauses, rows)),
  );
}

function tableOf(heads: readonly string[], rows: readonly Markup[]): Markup {
  return `<table class="matrix">
<thead><tr><th scope="col">target</th>${heads.map((head) => `<th scope="col">${text(head)}</th>`).join('')}</tr></thead>
<tbody>
${rows.join('\n')}
</tbody></table>`;
}

function rowOf(report: TargetReport, columns: number, cellsOf: () => readonly CellText[]): Markup {
  const head = `<th scope="row">${text(labelOf(report), 200)}</th>`;
  const why = report.unavailable ? '– unavailable' : report.harness ? '✗ your harness is wrong' : undefined;
  if (why)
    return `<tr>${head}<td class="${report.unavailable ? 'open' : 'fail'}" colspan="${columns}">${why}, see below</td></tr>`;
  const cells = cellsOf().map(({ kind, text: short, words }) => {
    return `<td class="${kind}"><span aria-hidden="true">${short}</span><span class="spoken">${words}</span></td>`;
  });
  return `<tr>${head}${cells.join('')}</tr>`;
}

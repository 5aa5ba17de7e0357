// Which panels there are: few targets have a panel each, many share one a clause.

import { shortLabel, starWords } from '../labels.ts';
import { families, familyOf } from '../matrix.ts';
import { clausesIn, resultsOf, summarizeRatios } from '../ratios.ts';
import { labelOf, type TargetReport, type TestResult } from '../results.ts';
import { logitLegend, logitPanels } from './logit-plot.ts';
import { details, type Markup } from './markup.ts';
import { type RatioRow, ratioLegend, ratioPanel } from './ratio-plot.ts';

/** More targets than these would be too many panels of all clauses. */
const FEW = 3;

/** Ratio by clause and target. */
export function ratioSection(reports: readonly TargetReport[]): Markup {
  const compared = reports.filter(({ results }) => summarizeRatios(results));
  if (compared.length === 0) return '<p>No numbers were compared.</p>';
  const clauses = clausesIn(compared).filter((clause) =>
    compared.some((report) => summarizeRatios(resultsOf(report, clause))),
  );
  const star = compared.length > FEW ? starSentence(compared) : '';
  const legend = `<p class="legend">${ratioLegend}${star}</p>`;
  if (compared.length <= FEW) {
    const panels = compared.map((report) => {
      const rows = ['all', ...clauses].map((clause): RatioRow => {
        return {
          short: clause,
          label: clause,
          summary: summarizeRatios(clause === 'all' ? report.results : resultsOf(report, clause)),
        };
      });
      return ratioPanel(labelOf(report), 'clause', rows);
    });
    return `${legend}\n<div class="panels">\n${panels.join('\n')}\n</div>`;
  }
  const panelOf = (title: string, pick: (report: TargetReport) => readonly TestResult[]) => {
    const rows = compared.map((report): RatioRow => {
      return { short: shortLabel(report), label: labelOf(report), summary: summarizeRatios(pick(report)) };
    });
    return ratioPanel(title, 'target', rows);
  };
  const own = families.flatMap((family) => {
    const some = clauses.filter((clause) => familyOf(clause) === family);
    return some.length === 0 ? [] : [{ family, some }];
  });
  const overview = [
    panelOf('All tests', ({ results }) => results),
    ...own.map(({ family, some }) => {
      return panelOf(`${family}: ${some.join(' ')}`, ({ results }) =>
        results.filter((result) => result.clauses.some((clause) => some.includes(clause))),
      );
    }),
  ];
  const single = own.map(({ family, some }) => {
    const panels = some.map((clause) => panelOf(`Clause ${clause}`, (report) => resultsOf(report, clause)));
    return details(
      `${family}, clause by clause <span class="about">${some.join(' ')}</span>`,
      `<div class="panels">\n${panels.join('\n')}\n</div>`,
    );
  });
  return `${legend}\n<div class="panels">\n${overview.join('\n')}\n</div>\n${single.join('\n')}`;
}

/** Error against logit. */
export function logitSection(reports: readonly TargetReport[]): Markup {
  const panels = logitPanels(reports);
  if (panels.length === 0) return '<p>No gradient was compared.</p>';
  return `<p class="legend">${logitLegend}${starSentence(reports)}</p>\n<div class="panels">\n${panels.join('\n')}\n</div>`;
}

function starSentence(reports: readonly TargetReport[]): string {
  const words = starWords(reports);
  return words === undefined ? '' : ` A star: ${words}.`;
}

// The report for people with a browser: one page that needs no network and no script.

import type { WorstElement } from './compare.ts';
import { cellOf, describeCell, families } from './matrix.ts';
import type { RunRecord } from './record.ts';
import { countWords, isFailure, labelOf, openReasons, type TargetReport, type TestResult } from './results.ts';
import { symptomsOf, symptomWords } from './symptoms.ts';

/** A self-contained page: verdict, matrix, failures with their worst elements, what was not judged, and the vectors. */
export function renderHtml(record: RunRecord): string {
  const { date, spec, vectors, reports, failures } = record;
  const verdict = failures.length === 0 ? '✓ Passed' : '✗ Failed';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${verdict}: Equalization Loss conformance</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>Equalization Loss conformance</h1>
<p class="verdict ${failures.length === 0 ? 'pass' : 'fail'}"><strong>${verdict}</strong> <span class="counts">${text(countWords(reports))}</span></p>
${list(failures)}
<p>Spec ${text(spec)}, <time datetime="${text(date)}">${text(date)}</time>.</p>
<h2 id="matrix">Targets and clauses</h2>
<p class="legend">✓ all passed, ✓ with / passed of all, the rest not judged, ✗ failed of judged, ~ known failures of judged, – not judged. A test counts in every family that it is about.</p>
<div class="scroll" role="region" aria-labelledby="matrix" tabindex="0">
<table class="matrix">
<thead><tr><th scope="col">target</th>${['all', ...families].map((name) => `<th scope="col">${name}</th>`).join('')}</tr></thead>
<tbody>
${reports.map(matrixRow).join('\n')}
</tbody>
</table>
</div>
${failureSection(reports)}
<h2>Targets</h2>
${reports.map(targetSection).join('\n')}
<h2>Vectors</h2>
<div class="scroll" role="region" aria-label="Vectors" tabindex="0">
<table><thead><tr><th scope="col">file</th><th scope="col">tests</th><th scope="col">SHA-256</th></tr></thead>
<tbody>${vectors.map(({ file, tests, sha256 }) => row(file, [String(tests), sha256])).join('\n')}</tbody></table>
</div>
</main>
</body>
</html>
`;
}

function matrixRow(report: TargetReport): string {
  const label = labelOf(report);
  const why = report.unavailable ? '– unavailable' : report.harness ? '✗ your harness is wrong' : undefined;
  if (why) {
    const kind = report.unavailable ? 'open' : 'fail';
    return `<tr><th scope="row">${text(label)}</th><td class="${kind}" colspan="${families.length + 1}">${why}, see below</td></tr>`;
  }
  const cells = [undefined, ...families].map((family) => {
    const { kind, text: short, words } = describeCell(cellOf(report, family));
    return `<td class="${kind}"><span aria-hidden="true">${short}</span><span class="spoken">${words}</span></td>`;
  });
  return `<tr><th scope="row">${text(label)}</th>${cells.join('')}</tr>`;
}

function failureSection(reports: readonly TargetReport[]): string {
  const sections = reports.flatMap((report) => {
    const failed = report.results.filter(isFailure);
    if (failed.length === 0) return [];
    const symptoms = symptomsOf(report);
    const summary =
      symptoms.length > 0
        ? `<p><strong>${text(labelOf(report))}</strong>, by flag of the failed tests:</p>${list(symptoms.map(symptomWords))}`
        : '';
    return [summary, ...failed.map((result) => failure(report, result))];
  });
  return `<h2>Failures</h2>\n${sections.length === 0 ? '<p>None.</p>' : sections.join('\n')}`;
}

function failure(report: TargetReport, result: TestResult): string {
  const { id, status, form, dtype, clauses, reason, comment, worst } = result;
  const about = [status.replace('-', ' '), form, dtype, clauses.join(' ')].filter(Boolean).join(', ');
  const elements = worst?.length
    ? `<div class="scroll" role="region" aria-label="Worst elements of ${text(id)}" tabindex="0"><table>
<thead><tr>${heads.map((head) => `<th scope="col">${head}</th>`).join('')}</tr></thead>
<tbody>${worst.map(elementRow).join('\n')}</tbody></table></div>`
    : '';
  return `<details><summary>✗ <strong>${text(labelOf(report))}</strong> ${text(id)} <span class="about">${text(about)}</span></summary>
${comment ? `<p>${text(comment)}</p>` : ''}<pre>${text(reason ?? '')}</pre>${elements}</details>`;
}

const heads = ['element', 'ratio', 'actual', 'expected', 'actual bits', 'expected bits'];

function elementRow({ output, index, actual, expected, actualBits, expectedBits, ratio }: WorstElement): string {
  const far = Number.isFinite(ratio) ? ratio.toPrecision(3) : 'another kind';
  return row(`${output}[${index}]`, [far, String(actual), String(expected), actualBits, expectedBits]);
}

/** What the target is, and what was not judged, by reason. */
function targetSection(report: TargetReport): string {
  const facts = [report.version && `version ${report.version}`];
  for (const [key, value] of Object.entries(report.environment ?? {})) {
    // A page is shown to others, whom the folders of this machine do not concern.
    if (!isPath(value)) facts.push(`${key}: ${value}`);
  }
  for (const [key, words] of Object.entries(report.supports ?? {})) facts.push(`${key}: ${words.join(', ') || 'none'}`);
  const open = [...openReasons(report)];
  if (report.unavailable) open.push(`unavailable: ${report.unavailable}`);
  if (report.harness) open.push(report.harness);
  return `<h3>${text(labelOf(report))}</h3>\n<p>${facts
    .filter(Boolean)
    .map((fact) => text(fact ?? ''))
    .join('; ')}</p>\n${list(open)}${linkList(report.results)}`;
}

function row(head: string, cells: readonly string[]): string {
  return `<tr><th scope="row">${text(head)}</th>${cells.map((cell) => `<td>${text(cell)}</td>`).join('')}</tr>`;
}

function list(items: readonly string[]): string {
  return items.length === 0 ? '' : `<ul>${items.map((item) => `<li>${text(item)}</li>`).join('')}</ul>`;
}

function isPath(value: string): boolean {
  return /^(?:[A-Za-z]:)?[\\/]|^file:/.test(value);
}

/** The documents behind known failures and skips, each once. */
function linkList(results: readonly TestResult[]): string {
  const links = [...new Set(results.flatMap(({ link }) => (link && /^https?:/.test(link) ? [link] : [])))];
  if (links.length === 0) return '';
  return `<p>See ${links.map((link) => `<a href="${text(link)}">${text(link)}</a>`).join(', ')}.</p>`;
}

/** Escapes text for content and for quoted attributes. */
function text(value: string): string {
  return value.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

const style = `
:root { color-scheme: light dark; --line: light-dark(#c8ccd2, #454b54); --soft: light-dark(#f4f5f7, #22262c);
  --pass: light-dark(#0b6b32, #6fd694); --fail: light-dark(#b3151f, #ff8e8e); --known: light-dark(#7a5300, #f0c060); --open: light-dark(#5a626d, #a3abb6); }
body { margin: 0; font: 1rem/1.5 system-ui, sans-serif; background: light-dark(#fff, #16191d); color: light-dark(#1a1d21, #e6e8eb); }
main { max-width: 76rem; margin: 0 auto; padding: 1rem; }
h2 { margin-top: 2rem; } h3 { margin: 1.25rem 0 0; font-size: 1rem; } h3 + p { margin: 0; }
.scroll { overflow-x: auto; } .scroll:focus-visible, summary:focus-visible { outline: 3px solid light-dark(#1b5fc1, #8ab8ff); outline-offset: 2px; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; } .legend { margin: 0 0 .5rem; color: var(--open); } .counts { font-size: 1rem; font-weight: 400; color: var(--open); } a { color: inherit; overflow-wrap: anywhere; }
th, td { padding: .3rem .5rem; text-align: start; border-bottom: 1px solid var(--line); white-space: nowrap; } thead th { background: var(--soft); }
.pass { color: var(--pass); } .fail { color: var(--fail); font-weight: 600; } .known { color: var(--known); } .open, .none, .about { color: var(--open); }
.verdict { font-size: 1.4rem; margin: 0; } details { border-bottom: 1px solid var(--line); padding: .4rem 0; } summary { cursor: pointer; overflow-wrap: anywhere; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; margin: .5rem 0; } details table { font-family: ui-monospace, monospace; font-size: .875rem; } li { overflow-wrap: anywhere; }
.spoken { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; } td { position: relative; }
@media (max-width: 40rem) { main { padding: .6rem; } th, td { padding: .25rem .4rem; } .matrix th[scope="row"] { white-space: normal; overflow-wrap: anywhere; min-width: 6.8rem; }
  .matrix th:first-child { position: sticky; left: 0; z-index: 1; background: light-dark(#fff, #16191d); } }
`;

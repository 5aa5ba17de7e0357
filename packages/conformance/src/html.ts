// The report for people with a browser: one page that needs no network and no script. It runs anywhere, pages included.

import { environmentSection, hostWords } from './html/environment.ts';
import { failureSection, knownSection } from './html/failures.ts';
import { list, type Markup, table, text } from './html/markup.ts';
import { matrixSection } from './html/matrix.ts';
import { openSection } from './html/open.ts';
import { logitSection, ratioSection } from './html/plots.ts';
import { style } from './html/style.ts';
import type { RunRecord } from './record.ts';
import { countWords } from './results.ts';

/**
 * A self-contained page: verdict, matrix of targets and clauses, failures with their worst elements, known failures, what
 * was not judged, how near to the tolerance and where the errors are, environments, and the vectors.
 *
 * Nothing that a target or a report says becomes markup, and only http and https addresses become links.
 */
export function renderHtml(record: RunRecord): string {
  const { reports, vectors } = record;
  const sections: readonly (readonly [id: string, title: string, content: Markup])[] = [
    ['matrix', 'Targets and clauses', matrixSection(reports)],
    ['failures', 'Failures', failureSection(reports)],
    ['known', 'Known failures', knownSection(reports)],
    ['open', 'What was not judged, and why', openSection(reports)],
    ['ratios', 'How near to the tolerance', ratioSection(reports)],
    ['logits', 'Error against logit', logitSection(reports)],
    ['environments', 'Environments', environmentSection(reports)],
    ['vectors', 'Vectors', vectorTable(vectors)],
  ];
  const verdict = record.failures.length === 0 ? '✓ Passed' : '✗ Failed';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${verdict}: Equalization Loss conformance</title>
<style>${style}</style>
</head>
<body>
<a class="skip" href="#content">Skip to the verdict</a>
<main id="content" tabindex="-1">
${opening(record, verdict)}
<nav aria-label="Sections">${list(sections.map(([id, title]) => `<a href="#${id}">${title}</a>`))}</nav>
${sections.map(([id, title, content]) => `<section aria-labelledby="${id}">\n<h2 id="${id}">${title}</h2>\n${content}\n</section>`).join('\n')}
</main>
</body>
</html>
`;
}

/** Should an escape ever be forgotten, a browser still runs and loads nothing. */
const policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

function opening({ date, spec, host, reports, failures }: RunRecord, verdict: string): Markup {
  const on = hostWords(host);
  return `<h1>Equalization Loss conformance</h1>
<p class="verdict ${failures.length === 0 ? 'pass' : 'fail'}"><strong>${verdict}</strong> <span class="counts">${text(countWords(reports))}</span></p>
${list(failures.map((reason) => text(reason)))}
<p>Spec ${text(spec, 100)}, <time datetime="${text(date, 100)}">${text(date, 100)}</time>${on && `, on ${on}`}.</p>`;
}

function vectorTable(vectors: RunRecord['vectors']): Markup {
  const rows = vectors.map(({ file, tests, sha256 }) => [
    text(file, 200),
    String(tests),
    `<code>${text(sha256)}</code>`,
  ]);
  return table('Vectors', ['file', 'tests', 'SHA-256'], rows);
}

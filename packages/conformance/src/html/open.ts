// What was not judged, and why. What several targets have in common is said once.

import { openByReason, type TargetReport } from '../results.ts';
import { link, list, type Markup, nameOf, text } from './markup.ts';

/** Reasons with their targets, and the documents behind what was skipped. */
export function openSection(reports: readonly TargetReport[]): Markup {
  // Known failures were judged, and have a section of their own.
  const open = openByReason(reports.map(withoutKnown));
  const items = open.map(
    ({ sentence, reports: concerned }) => `${text(sentence)}: ${concerned.map(nameOf).join(', ')}`,
  );
  const broken = reports.flatMap((report) =>
    report.harness ? [`<strong>${nameOf(report)}</strong>: ${text(report.harness)}`] : [],
  );
  const parts = reports.flatMap((report) => {
    const which = [
      report.filter === undefined ? '' : `the filter ${JSON.stringify(report.filter)}`,
      report.shard === undefined ? '' : `shard ${report.shard}`,
    ].filter(Boolean);
    return which.length === 0
      ? []
      : [`only a part of the tests was wanted, ${text(which.join(' and '))}: ${nameOf(report)}`];
  });
  const skipped = reports.flatMap(({ results }) => results.filter(({ status }) => status === 'skipped'));
  const links = [...new Set(skipped.flatMap(({ link: address }) => address ?? []))];
  const documents =
    links.length === 0 ? '' : `<p>What was skipped is documented at:</p>${list(links.slice(0, 50).map(link))}`;
  return parts.length + items.length + broken.length === 0
    ? '<p>Everything was judged.</p>'
    : `${list([...parts, ...broken, ...items])}${documents}`;
}

function withoutKnown(report: TargetReport): TargetReport {
  return { ...report, results: report.results.filter(({ status }) => status !== 'known-failure') };
}

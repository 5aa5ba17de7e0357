// The reports of a run, made here and kept here until they are saved.

import { type RunRecord, recordRun, renderHtml, renderNdjson } from '@eqloss/conformance/protocol';
import type { JSX } from 'preact';
import { addressOf, saveText } from '../save.ts';
import { reportsOf, type State } from './state.ts';

/** Buttons that open and save the reports of the targets that are done. */
export function Reports({ state }: { readonly state: State }): JSX.Element {
  const ready = reportsOf(state).length > 0 && state.phase !== 'running';
  return (
    <div class="row reports">
      <button type="button" disabled={!ready} onClick={() => openPage(recordOf(state))}>
        Open the full report
      </button>
      <button type="button" disabled={!ready} onClick={() => save(recordOf(state), 'html')}>
        Save it (HTML)
      </button>
      <button type="button" disabled={!ready} onClick={() => save(recordOf(state), 'ndjson')}>
        Save the data (NDJSON)
      </button>
    </div>
  );
}

/** The name of a saved report: letters, digits and hyphens of the date. */
function fileName(date: Date, ending: 'html' | 'ndjson'): string {
  return `eqloss-report-${date.toISOString().slice(0, 19).replaceAll(':', '-')}.${ending}`;
}

function recordOf(state: State): RunRecord {
  const { run } = state;
  if (!run) throw new Error('nothing has run');
  return recordRun(reportsOf(state), run.files, run.date);
}

/** In a tab of its own, which inherits this page's policy: no script in it would run. */
function openPage(record: RunRecord): void {
  open(addressOf(renderHtml(record), 'text/html'), '_blank', 'noopener');
}

function save(record: RunRecord, ending: 'html' | 'ndjson'): void {
  const [text, type] =
    ending === 'html' ? [renderHtml(record), 'text/html'] : [renderNdjson(record), 'application/x-ndjson'];
  saveText(text, fileName(new Date(record.date), ending), type);
}

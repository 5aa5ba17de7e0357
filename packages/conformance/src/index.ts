// @eqloss/conformance for Node: the runner with files, child processes and reports.

export { renderHtml } from './html.ts';
export { renderJunit } from './junit.ts';
export { type LoadedFile, loadVectors, vectorsFolder } from './load.ts';
export { renderNdjson } from './ndjson.ts';
export * from './protocol.ts';
export { type RunRecord, recordRun, type VectorSource, writeWhole } from './record.ts';
export { serve } from './serve.ts';
export { type StdioOptions, stdioTarget } from './stdio.ts';
export { renderTerminal, type TerminalOptions, wantsColor } from './terminal.ts';

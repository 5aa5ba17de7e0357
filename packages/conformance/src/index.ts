// @eqloss/conformance for Node: the runner with files, child processes and reports.

export { type ComparisonOptions, renderComparison } from './compare-reports/render-comparison.ts';
export { DEFAULT_DRAW, drawnFiles, fuzzTarget } from './fuzz.ts';
export { renderJunit } from './junit.ts';
export { type LoadedFile, loadVectors, vectorsFolder } from './load.ts';
export { createMessageCheck, type MessageCheck } from './message-check.ts';
export * from './protocol.ts';
export { ReportError, readReport } from './read-report.ts';
export { serve } from './serve.ts';
export { type StdioOptions, stdioTarget } from './stdio.ts';
export { type ColorStream, renderTerminal, type TerminalOptions, wantsColor } from './terminal.ts';
export { writeWhole } from './whole.ts';

// Everything that runs anywhere, a browser page included: the runner, the messages and the types. No Node module.

export { type Badge, badgeOf, renderBadge } from './badge/badge.ts';
export {
  type CompareOptions,
  type Comparison,
  compareOutputs,
  type Expected,
  ratioOf,
  type WorstElement,
} from './compare.ts';
export {
  compareReports,
  type RatioDrift,
  type ReportComparison,
  type TargetChange,
  type TestChange,
} from './compare-reports/compare-reports.ts';
export type { EnvironmentChange, VectorChange } from './compare-reports/surroundings.ts';
export { decodeNumber, decodeTensor, decodeTest } from './decode.ts';
export { encodeNumber, encodeTensor, type TensorEncoding } from './encode.ts';
export type { ErrorBin } from './error-bins.ts';
export { bitsOf, type Kind, kindOf, spacingIn } from './floats.ts';
export type * from './format.ts';
export type { Finding } from './fuzz/finding.ts';
export type { FuzzOptions, FuzzReport } from './fuzz/fuzz.ts';
export { createHandler } from './handler.ts';
export { renderHtml } from './html.ts';
export {
  checkKnownFailures,
  findKnownFailure,
  type KnownFailure,
  staleEntries,
  type TestPlace,
} from './known-failures.ts';
export { openTarget } from './life.ts';
export { CLAUSES } from './lint.ts';
export { type Cell, type CellText, cellOf, describeCell, type Family, families, familyOf } from './matrix.ts';
export type { PlainNumbers, Reply, Request, Started, WireOutcome, WireTest } from './messages.ts';
export { renderNdjson } from './ndjson.ts';
export { brokenReport, type RunTargetOptions, runTarget, unavailableReport } from './open.ts';
export { clausesIn, type RatioSummary, ratioWords, resultsOf, summarizeRatios } from './ratios.ts';
export { type RunRecord, recordRun, type VectorSource } from './record.ts';
export { checkStarted, remoteTarget, type Send } from './remote.ts';
export { type Fit, featuresOf, fitTest } from './requirements.ts';
export { restartingTarget, type Session } from './restart.ts';
export {
  type Counts,
  countStatuses,
  failuresOf,
  isDrawn,
  isFailure,
  isJudged,
  labelOf,
  openReasons,
  type Runtime,
  type Status,
  type TargetReport,
  type TestResult,
} from './results.ts';
export { type RunOptions, runSuite } from './run.ts';
export type { Signal, SignalParts } from './signal.ts';
export { listTests, type SuiteFile, type SuiteTest } from './suite.ts';
export type * from './target.ts';
export { isUnavailable, Unavailable } from './unavailable.ts';
export type { TensorData } from './words.ts';

// The fuzzer, which runs anywhere as well. Apart from the protocol, since it brings the oracle and its decimals along.

export type { Finding } from './fuzz/finding.ts';
export { DEFAULT_DRAW, type FuzzOptions, type FuzzReport, fuzzTarget } from './fuzz/fuzz.ts';
export { drawnFiles } from './fuzz/vector.ts';
